/* SPDX-License-Identifier: ISC */

/*
 * The sandbox.
 *
 * A condition is inspected against a table of facts that is always empty, so that SQLite names the
 * facts it reads, and those that there are not. It is evaluated against a subquery of one row with
 * just the facts it reads, bound as parameters.
 */

#include "sandbox.h"

#include <assert.h>
#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "condition_text.h"
#include "facts_bind.h"
#include "nearest.h"

#define FACTS_MAX      64    /* bits for those that a condition reads */
#define DEPTH_MAX      100   /* of an expression */
#define DEPTH_OF_JOIN  32    /* what AND between conditions may add to it */
#define SQL_LENGTH_MAX 32768 /* of conditions joined */
#define STEPS_UNIT     500   /* SQLite's steps between two looks at their number */
#define STEPS_UNITS    4     /* so many are too many */

#define SELECT_FROM_FACTS "SELECT (%s) FROM facts"
#define EXPRESSION_AT     8 /* in it */

/* Those that need little time, and always give the same for the same facts. */
static const char *const functions[] = {"abs", "coalesce", "ifnull", "iif", "nullif"};
#define FUNCTIONS_LIST "abs, coalesce, ifnull, iif, nullif"

struct sandbox {
    sqlite3 *db;
    int n_selects, selects_max; /* in the statement that is being prepared */
    uint64_t reads;             /* the facts that it reads */
    int n_units;                /* of steps, in this evaluation */
    char why[512];
};

/* ---- what is let through ---- */

__attribute__((format(printf, 2, 3))) static void explain(struct sandbox *sandbox,
                                                          const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(sandbox->why, sizeof(sandbox->why), format, arguments);
    va_end(arguments);
}

static int authorize_select(struct sandbox *sandbox)
{
    if (++sandbox->n_selects <= sandbox->selects_max)
        return SQLITE_OK;
    explain(sandbox, "has a subquery: only facts can be read");
    return SQLITE_DENY;
}

/* An empty name of a column means that none is read. */
static int authorize_read(struct sandbox *sandbox, const char *table, const char *column)
{
    const struct record_field *field = record_find(&facts_record, column);

    if (strcmp(table, "facts") == 0 && !*column)
        return SQLITE_OK;
    if (strcmp(table, "facts") == 0 && field) {
        sandbox->reads |= UINT64_C(1) << (field - facts_record.fields);
        return SQLITE_OK;
    }
    explain(sandbox, "reads %s of %s: only facts can be read", column, table);
    return SQLITE_DENY;
}

static int authorize_function(struct sandbox *sandbox, const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(functions); i++)
        if (strcmp(functions[i], name) == 0)
            return SQLITE_OK;
    explain(sandbox, "calls the function %s, which has no place here: there are " FUNCTIONS_LIST,
            name);
    return SQLITE_DENY;
}

static int authorize(void *context, int action, const char *first, const char *second,
                     const char *database, const char *inner)
{
    struct sandbox *sandbox = context;

    (void)database, (void)inner;
    switch (action) {
    case SQLITE_SELECT:
        return authorize_select(sandbox);
    case SQLITE_READ:
        return authorize_read(sandbox, first, second);
    case SQLITE_FUNCTION:
        return authorize_function(sandbox, second);
    default:
        explain(sandbox, "does what has no place in a condition");
        return SQLITE_DENY;
    }
}

/* Steps are counted by statement, over all its evaluations; so only the units are counted here. */
static int limit_steps(void *context)
{
    struct sandbox *sandbox = context;

    return ++sandbox->n_units > STEPS_UNITS;
}

/* ---- the connection ---- */

static const struct {
    int limit, value;
} limits[] = {
    {SQLITE_LIMIT_LENGTH, SQL_LENGTH_MAX}, /* of texts, the statement's own included */
    {SQLITE_LIMIT_SQL_LENGTH, SQL_LENGTH_MAX},
    {SQLITE_LIMIT_COLUMN, FACTS_MAX},
    {SQLITE_LIMIT_EXPR_DEPTH, DEPTH_MAX + DEPTH_OF_JOIN},
    {SQLITE_LIMIT_COMPOUND_SELECT, 1},
    {SQLITE_LIMIT_VDBE_OP, 25000},
    {SQLITE_LIMIT_FUNCTION_ARG, 16},
    {SQLITE_LIMIT_ATTACHED, 0},
    {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1},
    {SQLITE_LIMIT_VARIABLE_NUMBER, FACTS_MAX},
    {SQLITE_LIMIT_TRIGGER_DEPTH, 1},
    {SQLITE_LIMIT_WORKER_THREADS, 0},
};

static const struct {
    int option, on;
} options[] = {
    {SQLITE_DBCONFIG_DEFENSIVE, 1},
    {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
    {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
    {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
    {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
    {SQLITE_DBCONFIG_DQS_DML, 0}, /* "x" is a name, and never a text */
    {SQLITE_DBCONFIG_DQS_DDL, 0},
};

/* Columns without a type: they give values as they are. */
static bool create_table(sqlite3 *db)
{
    sqlite3_str *sql = sqlite3_str_new(db);
    char *text;
    bool created;

    sqlite3_str_appendall(sql, "PRAGMA temp_store = MEMORY; CREATE TABLE facts");
    for (size_t i = 0; i < facts_record.count; i++)
        sqlite3_str_appendf(sql, "%c%s", i ? ',' : '(', facts_record.fields[i].name);
    sqlite3_str_appendchar(sql, 1, ')');
    text = sqlite3_str_finish(sql);
    created = text && sqlite3_exec(db, text, NULL, NULL, NULL) == SQLITE_OK;
    sqlite3_free(text);
    return created;
}

static void lock_in(struct sandbox *sandbox)
{
    for (size_t i = 0; i < ARRAY_SIZE(options); i++)
        sqlite3_db_config(sandbox->db, options[i].option, options[i].on, NULL);
    for (size_t i = 0; i < ARRAY_SIZE(limits); i++)
        sqlite3_limit(sandbox->db, limits[i].limit, limits[i].value);
    sqlite3_progress_handler(sandbox->db, STEPS_UNIT, limit_steps, sandbox);
    sqlite3_set_authorizer(sandbox->db, authorize, sandbox);
}

int sandbox_new(struct sandbox **sandbox)
{
    _cleanup_(sandbox_free_ptr) struct sandbox *made = calloc(1, sizeof(*made));
    const int flags =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;

    assert(facts_record.count <= FACTS_MAX);
    if (!made || sqlite3_open_v2(":memory:", &made->db, flags, NULL) != SQLITE_OK ||
        !create_table(made->db))
        return -ENOMEM;
    lock_in(made);
    *sandbox = made;
    made = NULL;
    return 0;
}

void sandbox_free(struct sandbox *sandbox)
{
    sqlite3_close(sandbox->db);
    free(sandbox);
}

const char *sandbox_why(const struct sandbox *sandbox)
{
    return sandbox->why;
}

/* ---- preparing ---- */

/* What follows "no such column: " and the like; NULL where the message does not begin so. */
static const char *after(const char *message, const char *beginning)
{
    size_t length = strlen(beginning);

    return strncmp(message, beginning, length) == 0 ? message + length : NULL;
}

static void explain_unknown_fact(struct sandbox *sandbox, const char *name)
{
    struct nearest nearest = nearest_to(name);

    for (size_t i = 0; i < facts_record.count; i++)
        nearest_consider(&nearest, facts_record.fields[i].name);
    if (nearest.best)
        explain(sandbox, "reads %s, and there is no such fact; is it %s?", name, nearest.best);
    else
        explain(sandbox, "reads %s, and there is no such fact", name);
}

/* Says in our words what SQLite found wrong, unless the authorizer has said why. */
static void explain_error(struct sandbox *sandbox, size_t length)
{
    const char *message = sqlite3_errmsg(sandbox->db), *name;

    if (*sandbox->why)
        return;
    if ((name = after(message, "no such column: ")))
        explain_unknown_fact(sandbox, name);
    else if ((name = after(message, "no such function: ")))
        explain(sandbox, "calls the function %s, which there is not: there are " FUNCTIONS_LIST,
                name);
    else if (after(message, "Expression tree is too large"))
        explain(sandbox, "has too many parts: join fewer");
    else if (after(message, "parser stack overflow"))
        explain(sandbox, "has its parts nested too deeply");
    else if (sqlite3_error_offset(sandbox->db) == (int)(EXPRESSION_AT + length))
        explain(sandbox, "breaks off at its end");
    else
        explain(sandbox, "is no SQL expression: %s", message);
}

/* A statement of one column, with nothing after it. */
static bool is_one_expression(sqlite3_stmt *statement, const char *tail)
{
    return !*tail && sqlite3_column_count(statement) == 1 && sqlite3_stmt_readonly(statement);
}

static int prepare(struct sandbox *sandbox, const char *sql, size_t length, int selects_max,
                   sqlite3_stmt **made)
{
    const char *tail;
    int r;

    *sandbox->why = '\0';
    sandbox->n_selects = 0;
    sandbox->selects_max = selects_max;
    sandbox->reads = 0;
    sandbox->n_units = 0;
    r = sqlite3_prepare_v3(sandbox->db, sql, -1, SQLITE_PREPARE_PERSISTENT, made, &tail);
    if (r == SQLITE_NOMEM)
        return -ENOMEM;
    if (r == SQLITE_OK && is_one_expression(*made, tail))
        return 0;
    if (r == SQLITE_OK)
        explain(sandbox, "is more than one expression");
    else
        explain_error(sandbox, length);
    sqlite3_finalize(*made);
    *made = NULL;
    return SANDBOX_WRONG;
}

int sandbox_inspect(struct sandbox *sandbox, const char *condition, uint64_t *reads)
{
    char sql[CONDITION_LENGTH_MAX + sizeof(SELECT_FROM_FACTS)];
    size_t length = strlen(condition);
    sqlite3_stmt *statement = NULL;
    int r;

    assert(length <= CONDITION_LENGTH_MAX);
    snprintf(sql, sizeof(sql), SELECT_FROM_FACTS, condition);
    sqlite3_limit(sandbox->db, SQLITE_LIMIT_EXPR_DEPTH, DEPTH_MAX);
    r = prepare(sandbox, sql, length, 1, &statement);
    sqlite3_limit(sandbox->db, SQLITE_LIMIT_EXPR_DEPTH, DEPTH_MAX + DEPTH_OF_JOIN);
    *reads = sandbox->reads;
    sqlite3_finalize(statement);
    return r;
}

/* "SELECT (condition) FROM (SELECT ?1 AS age, ?2 AS served) AS facts" */
static void write_statement(FILE *file, const char *condition, uint64_t reads)
{
    int n = 0;

    fprintf(file, "SELECT (%s)", condition);
    for (size_t i = 0; i < facts_record.count; i++)
        if (reads >> i & 1) {
            fprintf(file, "%s ?%d AS %s", n ? "," : " FROM (SELECT", n + 1,
                    facts_record.fields[i].name);
            n++;
        }
    if (n)
        fputs(") AS facts", file);
}

int sandbox_prepare(struct sandbox *sandbox, const char *condition, uint64_t reads,
                    sqlite3_stmt **statement)
{
    _cleanup_(free_ptr) char *sql = NULL;
    size_t size;
    FILE *file = open_memstream(&sql, &size);

    if (!file)
        return -ENOMEM;
    write_statement(file, condition, reads);
    if (fclose(file) != 0)
        return -ENOMEM;
    return prepare(sandbox, sql, strlen(condition), reads ? 2 : 1, statement);
}

/* ---- evaluating ---- */

/* What the only row says. */
static int read_truth(struct sandbox *sandbox, sqlite3_stmt *statement, enum truth *truth)
{
    switch (sqlite3_column_type(statement, 0)) {
    case SQLITE_NULL:
        *truth = TRUTH_NONE;
        return 0;
    case SQLITE_INTEGER:
    case SQLITE_FLOAT:
        *truth = sqlite3_column_double(statement, 0) != 0 ? TRUTH_YES : TRUTH_NO;
        return 0;
    default:
        explain(sandbox, "gives a text, which is neither true nor false");
        return SANDBOX_FAILED;
    }
}

static int step(struct sandbox *sandbox, sqlite3_stmt *statement, enum truth *truth)
{
    int r = sqlite3_step(statement);

    if (r == SQLITE_ROW)
        return read_truth(sandbox, statement, truth);
    if (r == SQLITE_NOMEM)
        return -ENOMEM;
    explain(sandbox, "fails: %s",
            r == SQLITE_INTERRUPT ? "it takes too many steps" : sqlite3_errmsg(sandbox->db));
    return SANDBOX_FAILED;
}

int sandbox_run(struct sandbox *sandbox, sqlite3_stmt *statement, uint64_t reads,
                const struct facts *facts, enum truth *truth)
{
    int r;

    sandbox->n_units = 0;
    if (facts_bind(facts, reads, statement) != SQLITE_OK)
        return -ENOMEM;
    r = step(sandbox, statement, truth);
    sqlite3_reset(statement);
    return r;
}
