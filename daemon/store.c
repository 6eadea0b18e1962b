/* SPDX-License-Identifier: ISC */

/* The store. What it says to SQLite stands in statements.c. */

#include "store.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "codec.h"
#include "log.h"
#include "schema.h"
#include "sql.h"
#include "statements.h"

#define BUSY_TIMEOUT_MS 100 /* for readers to let a checkpoint pass; commands wait meanwhile */

/* Pages are of 4 KiB, SQLite's default. */
#define PAGES_PER_MIB    256
#define CHECKPOINT_PAGES (16 * PAGES_PER_MIB) /* copy what no reader still needs */
#define RESTART_PAGES    (64 * PAGES_PER_MIB) /* wait for readers, so that the log starts anew */

struct store {
    sqlite3 *db;
    int lock_fd;
    pthread_t owner;
    int64_t data_version;   /* changes when another connection commits */
    int wal_pages;          /* in the log after the last commit */
    int checkpointed_pages; /* of these, how many there were at the last checkpoint */
    bool held_back;         /* a reader keeps the log from starting anew, and that was logged */
    sqlite3_stmt *statements[STATEMENTS];
};

/* ---- opening ---- */

/* Makes the directory of a database that has none yet, for nobody but us. */
static int make_directory(const char *path)
{
    _cleanup_(free_ptr) char *directory = strdup(path);

    if (!directory)
        return -ENOMEM;
    if (mkdir(dirname(directory), 0700) < 0 && errno != EEXIST && errno != ENOENT) {
        int error = errno;

        log_line(LOG_ERR, "cannot create the directory of database %s: %s", path, strerror(error));
        return -error;
    }
    return 0;
}

/*
 * The lock file is apart from the database, because closing any descriptor of that would drop
 * SQLite's locks; and named after the file that SQLite found, because a symbolic link is no second
 * database.
 */
static int take_lock(struct store *store)
{
    const char *path = sqlite3_db_filename(store->db, "main");
    _cleanup_(free_ptr) char *lock_path = NULL;

    if (asprintf(&lock_path, "%s.lock", path) < 0)
        return -ENOMEM;
    store->lock_fd = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (store->lock_fd < 0) {
        int error = errno;

        log_line(LOG_ERR, "cannot create %s: %s", lock_path, strerror(error));
        return -error;
    }
    if (flock(store->lock_fd, LOCK_EX | LOCK_NB) < 0) {
        int error = errno;

        log_line(LOG_ERR, "database %s: %s %s", path,
                 error == EWOULDBLOCK ? "in use by another detainerd, which holds" : "cannot lock",
                 lock_path);
        return error == EWOULDBLOCK ? -EBUSY : -error;
    }
    return 0;
}

static int note_wal_pages(void *context, sqlite3 *db, const char *name, int pages)
{
    struct store *store = context;

    (void)db;
    (void)name;
    store->wal_pages = pages;
    return SQLITE_OK;
}

/* Memory for what changes, a small cache for the rest; savepoints stay in memory. */
static const char pragmas[] = "PRAGMA synchronous = FULL;"
                              "PRAGMA foreign_keys = ON;"
                              "PRAGMA trusted_schema = OFF;"
                              "PRAGMA temp_store = MEMORY;"
                              "PRAGMA mmap_size = 0;"
                              "PRAGMA cache_size = -16384;"
                              "PRAGMA wal_autocheckpoint = 0";

/* SQLite stays with a rollback journal, without an error, where a log is impossible. */
static int use_log(sqlite3 *db)
{
    int64_t is_log = 0;
    int r = sql_number_of(db, "PRAGMA journal_mode = WAL", &is_log);

    if (!r)
        r = sql_number_of(db, "SELECT journal_mode = 'wal' FROM pragma_journal_mode", &is_log);
    if (!r && !is_log) {
        log_line(LOG_ERR, "database %s cannot have a write-ahead log on this file system",
                 sqlite3_db_filename(db, "main"));
        return -EPERM;
    }
    return r;
}

static int set_up_connection(struct store *store)
{
    int r = schema_migrate(store->db);

    if (!r)
        r = use_log(store->db);
    if (!r)
        r = sql_execute(store->db, pragmas);
    if (!r)
        r = statements_prepare(store->db, store->statements);
    if (!r)
        r = sql_number(store->statements[STATEMENT_DATA_VERSION], &store->data_version);
    sqlite3_busy_timeout(store->db, BUSY_TIMEOUT_MS);
    sqlite3_wal_hook(store->db, note_wal_pages, store);
    return r;
}

int store_open(const char *path, const char *vfs, struct store **store)
{
    _cleanup_(store_free_ptr) struct store *opened = calloc(1, sizeof(*opened));
    int r;

    if (!opened)
        return -ENOMEM;
    opened->lock_fd = -1;
    store_adopt(opened);
    r = make_directory(path);
    if (!r)
        r = sql_open(path, vfs, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, &opened->db);
    if (!r)
        r = take_lock(opened);
    if (!r)
        r = set_up_connection(opened);
    if (r)
        return r;
    *store = opened;
    opened = NULL;
    return 0;
}

void store_free(struct store *store)
{
    for (int i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(store->statements[i]);
    sqlite3_close(store->db);
    if (store->lock_fd >= 0)
        close(store->lock_fd);
    free(store);
}

void store_adopt(struct store *store)
{
    store->owner = pthread_self();
}

/* Every use of the connection goes through here: the single-writer rule. */
sqlite3_stmt *store_statement(struct store *store, enum statement which)
{
    assert(pthread_equal(store->owner, pthread_self()));
    return store->statements[which];
}

/* ---- transactions ---- */

int store_begin(struct store *store)
{
    int64_t data_version = store->data_version;
    int r = sql_run(store_statement(store, STATEMENT_BEGIN));

    if (!r)
        r = sql_number(store_statement(store, STATEMENT_DATA_VERSION), &data_version);
    if (r)
        return r;
    if (data_version != store->data_version) {
        log_line(
            LOG_CRIT,
            "another program has written to database %s; only detainerd may, open it read-only",
            sqlite3_db_filename(store->db, "main"));
        store_rollback(store);
        return -EPERM;
    }
    return 0;
}

int store_commit(struct store *store)
{
    return sql_run(store_statement(store, STATEMENT_COMMIT));
}

void store_rollback(struct store *store)
{
    if (!sqlite3_get_autocommit(store->db)) /* an error may have rolled back by itself */
        sql_run(store_statement(store, STATEMENT_ROLLBACK));
}

int store_savepoint(struct store *store)
{
    return sql_run(store_statement(store, STATEMENT_SAVEPOINT));
}

int store_keep(struct store *store)
{
    return sql_run(store_statement(store, STATEMENT_KEEP));
}

int store_undo(struct store *store)
{
    int r = sql_run(store_statement(store, STATEMENT_UNDO));

    return r ? r : store_keep(store); /* undone, the savepoint is still on the stack */
}

int store_wal_pages(const struct store *store)
{
    return store->wal_pages;
}

/* Says once that the log cannot start anew, until it has. */
static void note_held_back(struct store *store, bool held_back)
{
    if (held_back && !store->held_back)
        log_line(
            LOG_WARNING,
            "a program that reads database %s keeps its log from starting anew; the log has %d "
            "MiB and grows until that program is done",
            sqlite3_db_filename(store->db, "main"), store->wal_pages / PAGES_PER_MIB);
    store->held_back = held_back;
}

int store_checkpoint(struct store *store)
{
    bool restart = store->wal_pages >= RESTART_PAGES;
    int mode = restart ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE;
    int r;

    assert(pthread_equal(store->owner, pthread_self()));
    if (store->wal_pages < store->checkpointed_pages)
        store->checkpointed_pages = 0; /* the log has started anew */
    if (store->wal_pages - store->checkpointed_pages < CHECKPOINT_PAGES)
        return 0;
    r = sqlite3_wal_checkpoint_v2(store->db, NULL, mode, NULL, NULL);
    if (r != SQLITE_OK && (r & 0xff) != SQLITE_BUSY)
        return sql_failure(store->db, "checkpoint");
    store->checkpointed_pages = store->wal_pages;
    if (restart)
        note_held_back(store, r != SQLITE_OK);
    return 1;
}

void store_abandon(struct store *store)
{
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
}
