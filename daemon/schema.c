/* SPDX-License-Identifier: ISC */

/* Migrations. */

#include "schema.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "log.h"
#include "macro.h"
#include "sql.h"

/* One file of schema/ each, in order: the first brings version 1. */
static const char *const migrations[] = {
#include "daemon/schema_001.inc"
#include "daemon/schema_002.inc"
#include "daemon/schema_003.inc"
#include "daemon/schema_004.inc"
};

static int run_migration(sqlite3 *db, size_t version)
{
    char mark[96];
    int r;

    snprintf(mark, sizeof(mark), "PRAGMA application_id = %d; PRAGMA user_version = %zu; COMMIT",
             SCHEMA_APPLICATION_ID, version);
    r = sql_execute(db, "BEGIN IMMEDIATE");
    if (!r)
        r = sql_execute(db, migrations[version - 1]);
    if (!r)
        r = sql_execute(db, mark);
    return r;
}

static int check_owner(sqlite3 *db, int64_t version)
{
    int64_t application_id = 0, objects = 0;
    int r;

    r = sql_number_of(db, "PRAGMA application_id", &application_id);
    if (!r)
        r = sql_number_of(db, "SELECT count(*) FROM sqlite_schema", &objects);
    if (r)
        return r;
    if (version < 0 ||
        (application_id != SCHEMA_APPLICATION_ID && (application_id || version || objects))) {
        log_line(LOG_ERR,
                 "database %s belongs to another program; give detainerd a file of its own",
                 sqlite3_db_filename(db, "main"));
        return -EPERM;
    }
    if (version > (int64_t)ARRAY_SIZE(migrations)) {
        log_line(LOG_ERR,
                 "database %s has schema version %" PRId64
                 ", this detainerd knows up to %zu; install the newer detainerd",
                 sqlite3_db_filename(db, "main"), version, ARRAY_SIZE(migrations));
        return -EPERM;
    }
    return 0;
}

int schema_migrate(sqlite3 *db)
{
    int64_t version = 0;
    int r;

    r = sql_number_of(db, "PRAGMA user_version", &version);
    if (!r)
        r = check_owner(db, version);
    for (size_t next = (size_t)version + 1; !r && next <= ARRAY_SIZE(migrations); next++)
        r = run_migration(db, next);
    return r;
}
