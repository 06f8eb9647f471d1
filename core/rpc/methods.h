/* methods: the functions that the rows of method_table.c name. */
#ifndef LUODI_RPC_METHODS_H
#define LUODI_RPC_METHODS_H

#include "rpc/call.h"

/* methods_record.c */
bool run_record_list(struct call *call, struct json_writer *json, struct error *error);
bool run_record_count(struct call *call, struct json_writer *json, struct error *error);
bool run_record_find(struct call *call, struct json_writer *json, struct error *error);
bool prepare_record_get(struct call *call, struct error *error);
bool run_record_get(struct call *call, struct json_writer *json, struct error *error);

/* methods_history.c */
bool run_record_history(struct call *call, struct json_writer *json, struct error *error);
bool run_record_diff(struct call *call, struct json_writer *json, struct error *error);
bool run_batch_list(struct call *call, struct json_writer *json, struct error *error);

/* methods_write.c */
bool fill_record_create(struct call *call, struct wish *wish, struct error *error);
bool fill_record_update(struct call *call, struct wish *wish, struct error *error);
bool fill_record_move(struct call *call, struct wish *wish, struct error *error);
bool fill_record_note(struct call *call, struct wish *wish, struct error *error);
bool fill_record_drop(struct call *call, struct wish *wish, struct error *error);
bool fill_event_correct(struct call *call, struct wish *wish, struct error *error);
bool fill_batch_undo(struct call *call, struct wish *wish, struct error *error);
bool fill_figure_state(struct call *call, struct wish *wish, struct error *error);
bool run_outcome_get(struct call *call, struct json_writer *json, struct error *error);

/* methods_figure.c */
bool run_figure_get(struct call *call, struct json_writer *json, struct error *error);
bool run_figure_explain(struct call *call, struct json_writer *json, struct error *error);
bool run_figure_list(struct call *call, struct json_writer *json, struct error *error);

/* methods_finding.c */
bool run_finding_list(struct call *call, struct json_writer *json, struct error *error);
bool fill_finding_waive(struct call *call, struct wish *wish, struct error *error);

/* methods_schema.c */
bool run_schema_kinds(struct call *call, struct json_writer *json, struct error *error);
bool run_schema_fields(struct call *call, struct json_writer *json, struct error *error);
bool run_schema_flow(struct call *call, struct json_writer *json, struct error *error);
bool run_schema_mappings(struct call *call, struct json_writer *json, struct error *error);

/* methods_import.c: prepare finds the import, settle gives the turn to the next call of it */
bool prepare_import_begin(struct call *call, struct error *error);
bool run_import_begin(struct call *call, struct json_writer *json, struct error *error);
void settle_import_begin(struct call *call, bool ok);
bool prepare_import_call(struct call *call, struct error *error);
bool run_import_rows(struct call *call, struct json_writer *json, struct error *error);
bool run_import_preview(struct call *call, struct json_writer *json, struct error *error);
bool run_import_commit(struct call *call, struct json_writer *json, struct error *error);
bool run_import_cancel(struct call *call, struct json_writer *json, struct error *error);
void settle_import_call(struct call *call, bool ok);
void settle_import_last(struct call *call, bool ok); /* the import ends with this call, when it went well */

/* methods_export.c */
bool run_export_run(struct call *call, struct json_writer *json, struct error *error);
bool run_export_list(struct call *call, struct json_writer *json, struct error *error);

/* watch.c */
bool prepare_watch_start(struct call *call, struct error *error);
bool run_watch_start(struct call *call, struct json_writer *json, struct error *error);
void settle_watch_start(struct call *call, bool ok);
bool run_watch_stop(struct call *call, struct json_writer *json, struct error *error);

/* methods_server.c */
bool run_server_status(struct call *call, struct json_writer *json, struct error *error);
bool run_session_home(struct call *call, struct json_writer *json, struct error *error);
bool run_plugin_list(struct call *call, struct json_writer *json, struct error *error);
bool run_plugin_reload(struct call *call, struct json_writer *json, struct error *error);
bool run_plugin_recompute(struct call *call, struct json_writer *json, struct error *error);
bool run_journal_verify(struct call *call, struct json_writer *json, struct error *error);
bool run_store_backup(struct call *call, struct json_writer *json, struct error *error);

/* discover.c */
bool run_rpc_discover(struct call *call, struct json_writer *json, struct error *error);

#endif
