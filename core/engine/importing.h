/* importing: what the files of import share. */
#ifndef LUODI_ENGINE_IMPORTING_H
#define LUODI_ENGINE_IMPORTING_H

#include "engine/import.h"
#include "engine/key_set.h"
#include "engine/opinion.h"

enum {
	IMPORT_COLUMNS_LARGEST = 1000,
	IMPORT_CELL_LARGEST = 65536,
	IMPORT_REFUSALS_LARGEST = 1000,
	IMPORT_CHANGES_LARGEST = 200
};

enum column_target { COLUMN_IGNORED, COLUMN_FIELD, COLUMN_TITLE, COLUMN_ID, COLUMN_STAGE, COLUMN_REACHED, COLUMN_NOTE };

struct import_column {
	const char *header;
	enum column_target target;
	const struct field *field;	     /* COLUMN_FIELD; with the file's unit where it has one of its own */
	int stage;			     /* COLUMN_REACHED; STAGE_RESUME for resumptions */
	const struct mapping_column *mapped; /* for its words; or NULL */
};

struct spool; /* rows on disk, in the data folder, already unlinked */
must_check struct spool *spool_new(const char *folder, struct error *error);
void spool_free(struct spool *spool);
/* day: what the rows are sorted by; a row that cannot tell its day comes first and is refused later. */
must_check bool spool_append(
    struct spool *spool, int64_t number, struct date day, const char *const *cells, size_t count, struct error *error);
size_t spool_count(const struct spool *spool);
void spool_sort(struct spool *spool); /* by day, then as they came */
/* The n-th row of that order: count cells, in the pool. */
must_check bool spool_read(struct spool *spool, size_t n, size_t count, struct pool *pool, int64_t *ret_number,
    const char ***ret_cells, struct error *error);

struct import {
	struct engine *engine;
	struct plugin_set *set;
	struct pool *pool;
	const struct kind *kind;
	const struct mapping_declaration *mapping; /* or NULL */
	struct import_column *columns;
	size_t column_count;
	int key_column; /* -1: none: every row is new */
	int on_column;	/* -1: none */
	struct date on; /* where on is a day; DATE_NONE else */
	bool day_first; /* dates in the file */
	bool strict, clear_empty;
	struct caller caller;
	const char *note, *sheet, *what;
	const char *const *ignored;
	size_t ignored_count;
	struct spool *spool;
	bool sorted;
};

/* Which field each heading means; ERROR_INVALID where none is understood. */
must_check bool import_bind(struct import *import, const struct import_request *request, struct error *error);

/* One row, as steps of one record. */
struct import_row {
	int64_t number; /* of the row, in the file */
	const char *const *cells;
	int64_t record; /* 0: new */
	bool has_key;
	uint64_t key; /* of its key form; see key_set */
	struct date day;
	struct step *steps;
	size_t step_count; /* 0: nothing changes */
	struct plan plan;
	const char *fault_column; /* heading of the cell at fault after a refusal, or NULL */
	int fault_position;	  /* its column, from 1; 0: the whole row */
};

/* Reads the cells, finds the record, plans what changes. On any connection. opinion as in proposal_make. ERROR_REFUSED, ERROR_INVALID …: the row is
 * refused, and fault_column tells where. */
must_check bool import_plan_row(struct import *import, struct store_connection *connection, const struct head *head,
    const struct opinion *opinion, struct import_row *row, struct pool *pool, struct error *error);
/* The day that a row is effective on, before anything else is read: DATE_NONE where it cannot be told. */
struct date import_day_of(const struct import *import, const char *const *cells, struct date today);

#endif
