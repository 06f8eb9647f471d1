/* engine: one space at work: its store, its plugin set, its writer, its readers and its plugin hosts.
 *
 * Threads: engine_submit, engine_post and view_open may be called from any thread. Callbacks say in their comment which thread
 * calls them; none may wait.
 */
#ifndef LUODI_ENGINE_ENGINE_H
#define LUODI_ENGINE_ENGINE_H

#include "engine/wish.h"
#include "model/schema.h"

struct engine;

struct engine_options {
	const char *data;		   /* the data folder */
	const char *const *plugin_folders; /* each holds plugin folders */
	size_t plugin_folder_count;
	const char *host_program; /* luodi-host */
	bool fixed_today;	  /* clock_fix_today() was called for this folder */
	size_t readers;		  /* threads; 0: 2 */
};

/* Opens the store, loads the plugins (all or nothing), starts the threads. Faults of plugins are lines in *ret_faults. */
must_check struct engine *engine_open(
    const struct engine_options *options, struct buffer *ret_faults, struct error *error);
/* Takes no more work, finishes or refuses what is queued within 5 s, checkpoints. NULL is allowed. */
void engine_close(struct engine *engine);
/* Called once, from the writer thread, when the store is broken (a failed fsync): the process must end soon. */
void engine_on_broken(struct engine *engine, void (*broken)(void *argument), void *argument);

/* ---- writes ---- */

/* Hands over a wish (made by wish_new). done is called exactly once, from any thread, after the change is on disk or refused; the outcome
 * is then the callee's (outcome_free). It must only queue the outcome for somebody. */
void engine_submit(
    struct engine *engine, struct wish **wish, void (*done)(void *argument, struct outcome *outcome), void *argument);
/* The same, waiting for it; not from the loop thread, nor from a callback. */
must_check struct outcome *engine_write(struct engine *engine, struct wish **wish);
/* The journal's hash, for what a request_key stands for. Pure. */
void engine_hash(const void *bytes, size_t length, unsigned char ret_hash[32]);

/* What became of the write with this key: its reply, or ERROR_NOT_FOUND "nothing was written". In the pool. */
must_check bool engine_find_outcome(struct engine *engine, const char *actor, const char *key, struct pool *pool,
    const char **ret_reply, size_t *ret_length, struct error *error);

/* After each commit, from the writer thread: events first..last are on disk. One listener. */
void engine_on_committed(
    struct engine *engine, void (*committed)(void *argument, int64_t first, int64_t last), void *argument);

/* The present as of the last commit, without a look at the store. Any thread. */
struct engine_present {
	int64_t seq;
	struct date today;
	struct schema *schema; /* held: schema_release() */
};
void engine_read_present(struct engine *engine, struct engine_present *ret_present);
/* Tells, by rising seq, which record each event after "after" up to last (which is committed) was about; 0: it may bear on any.
 * False: too long ago to say; what was told may then be of later events. Any thread. */
must_check bool engine_read_news(struct engine *engine, int64_t after, int64_t last,
    void (*tell)(void *argument, int64_t record, int64_t seq), void *argument);

/* ---- other work ---- */

enum engine_pool { ENGINE_READERS, ENGINE_LONG /* imports, exports, verify, backup: a thread of its own */ };
/* Runs run(argument) on a thread of that pool. ERROR_BUSY: the queue (1,000) is full. */
must_check bool engine_post(
    struct engine *engine, enum engine_pool pool, void (*run)(void *argument), void *argument, struct error *error);

/* Loads all plugins again: all or nothing. Not on the loop thread. On failure the running set stays; faults as in engine_open.
 * ret_summary: lines that say what was added, changed, removed. */
must_check bool engine_reload(
    struct engine *engine, struct buffer *ret_summary, struct buffer *ret_faults, struct error *error);
/* The computed fields of a kind made again as its functions are now, from day "from" on (NULL: from today): an event for each record whose values
 * are other ones. Waits for what the engine itself makes again after a reload. Long. ERROR_PLUGIN_FAULT: on too many records a function fails;
 * what was written stands. progress may be NULL. */
struct recompute_report {
	int64_t batch;	  /* the first one; 0: nothing was written */
	int64_t records;  /* looked at */
	int64_t changed;  /* that have other values now */
	int64_t faults;	  /* that keep theirs, since the function fails on them */
	struct date from; /* the day */
	const char *kind; /* in the pool */
};
must_check bool engine_recompute(struct engine *engine, const char *kind, const char *from, const char *note,
    const struct caller *caller, bool dry_run, void (*progress)(void *argument, int64_t done, int64_t total),
    void *argument, struct pool *pool, struct recompute_report *ret_report, struct error *error);
/* The schema in force, with a reference for the caller: schema_release(). */
must_check struct schema *engine_schema(struct engine *engine);

struct plugin_status {
	const char *name;
	bool set_aside;
	int64_t declarations, faults; /* faults: since start */
	const char *last_fault;	      /* sentence with file and line, or NULL */
	int64_t last_fault_us;	      /* wall clock; 0: none */
};
struct engine_status {
	int64_t seq, batch;
	char head_hash[65];
	bool read_only;
	char read_only_reason[256];
	int64_t read_only_since_us;
	char set_hash[65];
	struct date today;
	int64_t started_us, uptime_us; /* wall; monotonic */
	int64_t recomputing;	       /* kinds whose computed fields are being made again */
	int64_t queued_writes, groups, events_written, host_restarts, data_bytes, free_bytes;
	const struct plugin_status *plugins;
	size_t plugin_count;
};
void engine_status(struct engine *engine, struct pool *pool, struct engine_status *ret_status);

/* Re-folds every record and walks the chain, comparing with what is stored. Long. ERROR_DAMAGED: error says what differs first.
 * progress (may be NULL) is called from this thread. */
struct verify_report {
	int64_t events, records, states;
	int64_t first_recorded_us, last_recorded_us;
	char head_hash[65];
};
must_check bool engine_verify(struct engine *engine, void (*progress)(void *argument, int64_t done, int64_t total),
    void *argument, struct verify_report *ret_report, struct error *error);
/* A checked copy at path (absolute, must not exist), while writing goes on. Long. */
must_check bool engine_backup(struct engine *engine, const char *path, int64_t *ret_bytes, struct error *error);

/* ---- plugins without a daemon (luodid --check-plugin, --test-plugin) ---- */

/* Loads the plugin in folder together with all of plugin_folders in a scratch host; every fault is a line "file:line: sentence" in out.
 * Filters in declarations are checked too. True: none. out gets one line of summary then. */
bool engine_check_plugin(const char *folder, const struct engine_options *options, struct buffer *out);
/* Runs its test.lua, each test on an empty scratch store. out gets a line per failed test and a summary. True: all passed. */
bool engine_test_plugin(const char *folder, const struct engine_options *options, struct buffer *out);

#endif
