/* SPDX-License-Identifier: ISC */

/*
 * bench/raw_sqlite: what SQLite alone makes of the daemon's rows.
 *
 * Takes a database that the daemon made and that holds one requested hold, and inserts copies of
 * that hold and of its event, so that schema, indexes, triggers and row sizes are the daemon's own.
 * One transaction commits `--batch` holds; WAL, synchronous=FULL, and SQLite checkpoints by itself.
 * Prints one line of JSON like bench/load.
 */

#include <getopt.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "macro.h"
#include "samples.h"

#define COLUMNS_MAX 64

/* One row as it was found, and the statement that inserts copies of it. */
struct pattern {
    sqlite3_stmt *insert;
    int n_columns;
    sqlite3_value *values[COLUMNS_MAX];
    int key;     /* parameter of the column that numbers the rows */
    int link;    /* of the one that holds the other table's number */
    int booking; /* of the one that must differ, 0 where there is none */
};

static void must(int r, sqlite3 *db)
{
    if (r == SQLITE_OK || r == SQLITE_DONE || r == SQLITE_ROW)
        return;
    fprintf(stderr, "raw_sqlite: %s\n", sqlite3_errmsg(db));
    exit(EXIT_FAILURE);
}

static void execute(sqlite3 *db, const char *sql)
{
    must(sqlite3_exec(db, sql, NULL, NULL, NULL), db);
}

static void prepare_insert(sqlite3 *db, const char *table, struct pattern *pattern)
{
    char sql[256];
    int length = snprintf(sql, sizeof(sql), "INSERT INTO %s VALUES(?", table);

    for (int i = 1; i < pattern->n_columns; i++)
        length += snprintf(sql + length, sizeof(sql) - (size_t)length, ",?");
    snprintf(sql + length, sizeof(sql) - (size_t)length, ")");
    must(sqlite3_prepare_v2(db, sql, -1, &pattern->insert, NULL), db);
}

static void take_column(struct pattern *pattern, sqlite3_stmt *row, int column, const char *key,
                        const char *link)
{
    const char *name = sqlite3_column_name(row, column);

    pattern->values[column] = sqlite3_value_dup(sqlite3_column_value(row, column));
    if (strcmp(name, key) == 0)
        pattern->key = column + 1;
    else if (strcmp(name, link) == 0)
        pattern->link = column + 1;
    else if (strcmp(name, "booking") == 0)
        pattern->booking = column + 1;
}

static void take_pattern(sqlite3 *db, const char *table, const char *key, const char *link,
                         struct pattern *pattern)
{
    char sql[64];
    sqlite3_stmt *row = NULL;

    *pattern = (struct pattern){0};
    snprintf(sql, sizeof(sql), "SELECT * FROM %s WHERE %s = 1", table, key);
    must(sqlite3_prepare_v2(db, sql, -1, &row, NULL), db);
    if (sqlite3_step(row) != SQLITE_ROW || sqlite3_column_count(row) > COLUMNS_MAX) {
        fprintf(stderr, "raw_sqlite: table %s has no first row to copy\n", table);
        exit(EXIT_FAILURE);
    }
    pattern->n_columns = sqlite3_column_count(row);
    for (int i = 0; i < pattern->n_columns; i++)
        take_column(pattern, row, i, key, link);
    sqlite3_finalize(row);
    prepare_insert(db, table, pattern);
}

static void free_pattern(struct pattern *pattern)
{
    for (int i = 0; i < pattern->n_columns; i++)
        sqlite3_value_free(pattern->values[i]);
    sqlite3_finalize(pattern->insert);
}

static void insert_copy(sqlite3 *db, const struct pattern *pattern, sqlite3_int64 n)
{
    sqlite3_stmt *insert = pattern->insert;
    char booking[32];

    for (int i = 0; i < pattern->n_columns; i++)
        must(sqlite3_bind_value(insert, i + 1, pattern->values[i]), db);
    must(sqlite3_bind_int64(insert, pattern->key, n), db);
    must(sqlite3_bind_int64(insert, pattern->link, n), db);
    if (pattern->booking) {
        snprintf(booking, sizeof(booking), "%016lld", n);
        must(sqlite3_bind_text(insert, pattern->booking, booking, -1, SQLITE_STATIC), db);
    }
    must(sqlite3_step(insert), db);
    must(sqlite3_reset(insert), db);
}

/* One transaction; returns how many holds it committed. */
static sqlite3_int64 commit_batch(sqlite3 *db, const struct pattern *hold,
                                  const struct pattern *event, sqlite3_int64 from, long batch)
{
    execute(db, "BEGIN IMMEDIATE");
    for (long i = 0; i < batch; i++) {
        insert_copy(db, hold, from + i);
        insert_copy(db, event, from + i);
    }
    execute(db, "COMMIT");
    return batch;
}

static void measure(sqlite3 *db, long batch, double seconds)
{
    struct samples samples = {0};
    struct pattern hold, event;
    sqlite3_int64 n = 2;
    uint64_t from_ns, now_ns;

    take_pattern(db, "hold", "id", "last_seq", &hold);
    take_pattern(db, "event", "seq", "hold", &event);
    from_ns = now_ns = monotonic_ns();
    while ((double)(now_ns - from_ns) < seconds * 1e9) {
        uint64_t begun_ns = now_ns;

        n += commit_batch(db, &hold, &event, n, batch);
        now_ns = monotonic_ns();
        if (samples_add(&samples, now_ns - begun_ns) < 0)
            exit(EXIT_FAILURE);
    }
    samples_print(&samples, "raw_sqlite", (unsigned)batch, (uint64_t)(n - 2), now_ns - from_ns);
    samples_free(&samples);
    free_pattern(&hold);
    free_pattern(&event);
}

int main(int argc, char **argv)
{
    static const struct option known[] = {
        {"batch", required_argument, NULL, 'b'}, {"seconds", required_argument, NULL, 't'}, {0}};
    long batch = 1;
    double seconds = 2;
    sqlite3 *db = NULL;
    int option;

    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1)
        if (option == 'b')
            batch = strtol(optarg, NULL, 10);
        else if (option == 't')
            seconds = strtod(optarg, NULL);
    if (optind + 1 != argc || batch < 1) {
        fputs("usage: raw_sqlite [--batch N] [--seconds S] DATABASE\n", stderr);
        return 2;
    }
    must(sqlite3_open_v2(argv[optind], &db, SQLITE_OPEN_READWRITE, NULL), db);
    execute(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
                "PRAGMA cache_size = -16384");
    measure(db, batch, seconds);
    sqlite3_close(db);
    return EXIT_SUCCESS;
}
