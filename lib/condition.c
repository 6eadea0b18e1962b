/* SPDX-License-Identifier: ISC */

/* Checking conditions. */

#include "condition.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>

#include "condition_text.h"
#include "nearest.h"

static void finalize(sqlite3_stmt *statement)
{
    sqlite3_finalize(statement);
}
DEFINE_CLEANUP(sqlite3_stmt *, finalize)

static bool reads_field(const struct condition *condition, size_t i)
{
    return condition->reads >> i & 1;
}

/* ---- texts in conditions ---- */

static bool is_value(const struct record_field *field, const char *text, struct nearest *nearest)
{
    for (size_t i = 1; i < field->names->count; i++)
        nearest_consider(nearest, field->names->values[i]);
    return names_find(field->names, text);
}

/* Whether a fact that the condition reads can be that text. Times are compared by their beginning.
 */
static bool can_be(const struct condition *condition, const char *text, struct nearest *nearest)
{
    for (size_t i = 0; i < facts_record.count; i++) {
        const struct record_field *field = &facts_record.fields[i];

        if (!reads_field(condition, i))
            continue;
        if (field->type == RECORD_INSTANT && *text >= '0' && *text <= '9')
            return true;
        if (field->type == RECORD_NAME && is_value(field, text, nearest))
            return true;
    }
    return false;
}

/* A misspelt value is never equal to anything, and nobody would notice. */
static int check_texts(const char *expression, struct condition *condition)
{
    const char *at = expression;
    char text[128];

    while ((at = condition_text_next(at, text, sizeof(text)))) {
        struct nearest nearest = nearest_to(text);

        if (can_be(condition, text, &nearest))
            continue;
        if (nearest.best)
            snprintf(condition->why, sizeof(condition->why),
                     "compares with '%s', which none of its facts can be; is it '%s'?", text,
                     nearest.best);
        else
            snprintf(condition->why, sizeof(condition->why),
                     "compares with '%s', which none of its facts can be", text);
        return CONDITION_WRONG;
    }
    return 0;
}

/* ---- trying it out ---- */

static void know_everything(struct facts *facts)
{
    for (size_t i = 0; i < facts_record.count; i++) {
        const struct record_field *field = &facts_record.fields[i];
        void *member = record_member(field, facts);

        if (field->type == RECORD_INT || field->type == RECORD_INSTANT)
            *(int64_t *)member = 1;
        else
            *(int *)member = field->type == RECORD_TRUTH ? TRUTH_YES : 1;
    }
}

static int try_out(struct sandbox *sandbox, const char *expression, struct condition *condition)
{
    _cleanup_(finalize_ptr) sqlite3_stmt *statement = NULL;
    struct facts facts;
    enum truth truth;
    int r = sandbox_prepare(sandbox, expression, condition->reads, &statement);

    if (r)
        return r;
    record_clear(&facts_record, &facts);
    r = sandbox_run(sandbox, statement, condition->reads, &facts, &condition->truth);
    if (r)
        return r;
    know_everything(&facts);
    return sandbox_run(sandbox, statement, condition->reads, &facts, &truth);
}

/* Hands the outcome of the sandbox on. */
static int conclude(const struct sandbox *sandbox, int r, struct condition *condition)
{
    if (r <= 0)
        return r;
    snprintf(condition->why, sizeof(condition->why), "%s", sandbox_why(sandbox));
    return CONDITION_WRONG;
}

int condition_check(struct sandbox *sandbox, const char *expression, struct condition *condition)
{
    const char *problem = condition_text_problem(expression);
    int r;

    *condition = (struct condition){.truth = TRUTH_NONE};
    if (problem) {
        snprintf(condition->why, sizeof(condition->why), "%s", problem);
        return CONDITION_WRONG;
    }
    r = sandbox_inspect(sandbox, expression, &condition->reads);
    if (!r && check_texts(expression, condition) == CONDITION_WRONG)
        return CONDITION_WRONG;
    if (!r)
        r = try_out(sandbox, expression, condition);
    return conclude(sandbox, r, condition);
}

int condition_try(struct sandbox *sandbox, const char *joined, uint64_t reads,
                  struct condition *condition)
{
    *condition = (struct condition){.reads = reads};
    return conclude(sandbox, try_out(sandbox, joined, condition), condition);
}
