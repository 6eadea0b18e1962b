/* SPDX-License-Identifier: ISC */

/*
 * Policies where memory is short: the Nth allocation fails, ours or SQLite's, for every N. Nothing
 * is lost, nothing decided, and the next time all is well.
 */

#include <errno.h>
#include <sqlite3.h>
#include <unistd.h>

#include "policies.h"

/* Linked with --wrap: all of ours, and of Check's, but none of shared libraries. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_reallocarray(void *memory, size_t count, size_t size);
char *__real_strdup(const char *text);
FILE *__real_open_memstream(char **text, size_t *size);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_reallocarray(void *memory, size_t count, size_t size);
char *__wrap_strdup(const char *text);
FILE *__wrap_open_memstream(char **text, size_t *size);

static long until_failure = -1; /* this many more succeed; negative: all do */

static bool fails(void)
{
    return until_failure >= 0 && until_failure-- == 0;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_reallocarray(void *memory, size_t count, size_t size)
{
    return fails() ? NULL : __real_reallocarray(memory, count, size);
}

char *__wrap_strdup(const char *text)
{
    return fails() ? NULL : __real_strdup(text);
}

FILE *__wrap_open_memstream(char **text, size_t *size)
{
    return fails() ? NULL : __real_open_memstream(text, size);
}

/* ---- SQLite's ---- */

static sqlite3_mem_methods methods;

static void *fail_malloc(int size)
{
    return fails() ? NULL : methods.xMalloc(size);
}

static void *fail_realloc(void *memory, int size)
{
    return fails() ? NULL : methods.xRealloc(memory, size);
}

static void prepare_sqlite(void)
{
    sqlite3_mem_methods failing;

    ck_assert_int_eq(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &methods), SQLITE_OK);
    failing = methods;
    failing.xMalloc = fail_malloc;
    failing.xRealloc = fail_realloc;
    ck_assert_int_eq(sqlite3_config(SQLITE_CONFIG_MALLOC, &failing), SQLITE_OK);
    ck_assert_int_eq(sqlite3_initialize(), SQLITE_OK);
}

/* ---- with one failure each ---- */

static const char text[] =
    "title = t cite = c note = n\n"
    "version v { from = 2012-01-01 cite = c clock { hours = 24 }\n"
    "  rule a { when = {\"charge_severity = 'felony'\", 'age > 17', 'received_at > 2012'}\n"
    "           unknown = skip decide = review reason = r cite = c }\n"
    "  rule b { decide = honor reason = r }\n"
    "  require q { that = served otherwise = review reason = r } }\n"
    "version w { until = 2011-12-31 rule a { decide = honor reason = r } }\n";

static char path[64];

static int load(struct policy **policy)
{
    struct mistakes mistakes = {path, stderr};

    return policy_load(&mistakes, policy);
}

static int rule(struct evaluator *evaluator, const struct policy *policy, struct ruling *ruling)
{
    struct facts facts;

    record_clear(&facts_record, &facts);
    facts.age = 20;
    facts.charge_severity = 3;
    facts.received_at = 15340 * US_PER_DAY; /* in 2012 */
    return evaluator_rule(evaluator, policy, &facts, 20000, ruling);
}

/* All of it, the failure after so many allocations. Returns whether there was one. */
static bool play(long n)
{
    _cleanup_(policy_free_ptr) struct policy *policy = NULL;
    _cleanup_(evaluator_free_ptr) struct evaluator *evaluator = NULL;
    struct ruling ruling = {.decision = DECISION_NONE};
    bool failed;
    int r;

    until_failure = n;
    r = load(&policy);
    if (!r)
        r = evaluator_new(&evaluator);
    if (!r)
        r = rule(evaluator, policy, &ruling);
    failed = until_failure < 0;
    until_failure = -1;
    ck_assert(r == 0 || (failed && r == -ENOMEM)); /* SQLite can do without some */
    if (r && evaluator)
        ck_assert_int_eq(rule(evaluator, policy, &ruling), 0);
    ck_assert(!evaluator || ruling.decision == DECISION_REVIEW);
    return failed;
}

START_TEST(survives_any_lack_of_memory)
{
    char directory[] = "/tmp/test_policy_memory-XXXXXX";
    FILE *file;
    long n = 0;

    prepare_sqlite();
    ck_assert_ptr_nonnull(mkdtemp(directory));
    snprintf(path, sizeof(path), "%s/short" POLICY_SUFFIX, directory);
    file = fopen(path, "w");
    fputs(text, file);
    fclose(file);
    while (play(n))
        n++;
    ck_assert_int_gt(n, 500);
    unlink(path);
    rmdir(directory);
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {.test = survives_any_lack_of_memory},
    };

    return unit_run("policy_memory", tests, ARRAY_SIZE(tests));
}
