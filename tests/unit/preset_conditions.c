/* SPDX-License-Identifier: ISC */

/* The conditions of policies, by lib/conf and SQLite alone. */

#include "preset_conditions.h"

#include <ctype.h>
#include <sqlite3.h>

#include "conf.h"
#include "unit.h"

/* ---- the file ---- */

static int ignore(const struct conf_value *value, void *context)
{
    (void)value;
    (void)context;
    return 0;
}

/* All elements of a list must hold. */
static int add_sql(const struct conf_value *value, void *context)
{
    struct preset_conditions *conditions = context;
    struct preset_condition *last = &conditions->conditions[conditions->count - 1];
    size_t length = strlen(last->sql);

    ck_assert_uint_lt(length + strlen(value->text) + 8, sizeof(last->sql));
    snprintf(last->sql + length, sizeof(last->sql) - length, "%s(%s)", length ? " AND " : "",
             value->text);
    return 0;
}

/* The version is kept in the first condition that is free, and handed on from one to the next. */
static int begin_version(const struct conf_place *place, void *outer, void **context)
{
    struct preset_conditions *conditions = *context = outer;

    snprintf(conditions->conditions[conditions->count].version,
             sizeof(conditions->conditions[0].version), "%s", place->title);
    return 0;
}

static struct preset_condition *begin_condition(const struct conf_place *place,
                                                struct preset_conditions *conditions)
{
    struct preset_condition *condition = &conditions->conditions[conditions->count++];

    ck_assert_uint_lt(conditions->count, PRESET_CONDITIONS_MAX);
    condition[1] = *condition;
    snprintf(condition->name, sizeof(condition->name), "%s", place->title);
    return condition;
}

static int begin_rule(const struct conf_place *place, void *outer, void **context)
{
    begin_condition(place, *context = outer);
    return 0;
}

static int begin_requirement(const struct conf_place *place, void *outer, void **context)
{
    begin_condition(place, *context = outer)->requirement = true;
    return 0;
}

static const struct conf_setting clock_settings[] = {
    {.name = "start", .read = ignore},
    {.name = "hours", .read = ignore},
};
static const struct conf_setting rule_settings[] = {
    {.name = "when", .read = add_sql, .list = true},
    {.name = "unknown", .read = ignore},
    {.name = "decide", .read = ignore},
    {.name = "reason", .read = ignore},
    {.name = "cite", .read = ignore},
};
static const struct conf_setting requirement_settings[] = {
    {.name = "that", .read = add_sql, .list = true},
    {.name = "otherwise", .read = ignore},
    {.name = "reason", .read = ignore},
    {.name = "cite", .read = ignore},
};
static const struct conf_block version_blocks[] = {
    {.name = "clock", .where = "a clock", CONF_SETTINGS(clock_settings)},
    {.name = "rule",
     .where = "a rule",
     .title = "name",
     .begin = begin_rule,
     CONF_SETTINGS(rule_settings)},
    {.name = "require",
     .where = "a requirement",
     .title = "name",
     .begin = begin_requirement,
     CONF_SETTINGS(requirement_settings)},
};
static const struct conf_setting version_settings[] = {
    {.name = "from", .read = ignore},
    {.name = "until", .read = ignore},
    {.name = "cite", .read = ignore},
};
static const struct conf_block file_blocks[] = {
    {.name = "version",
     .where = "a version",
     .title = "label",
     .begin = begin_version,
     CONF_SETTINGS(version_settings),
     CONF_BLOCKS(version_blocks)},
};
static const struct conf_setting file_settings[] = {
    {.name = "title", .read = ignore},
    {.name = "cite", .read = ignore},
    {.name = "note", .read = ignore},
};
static const struct conf_block file = {
    .where = "the policy", CONF_SETTINGS(file_settings), CONF_BLOCKS(file_blocks)};

void preset_conditions_read(const char *path, struct preset_conditions *conditions)
{
    struct mistakes mistakes = {.path = path, .messages = stderr};

    memset(conditions, 0, sizeof(*conditions));
    ck_assert_int_eq(conf_load(&mistakes, &file, conditions), 0);
}

/* ---- their value ---- */

static void print_fact(FILE *sql, const struct record_field *field, const struct facts *facts)
{
    const void *member = record_const_member(field, facts);
    char text[INSTANT_TEXT_SIZE];

    if (field->type == RECORD_TRUTH && *(const int *)member)
        fprintf(sql, "%d", *(const int *)member == TRUTH_YES);
    else if (field->type == RECORD_INT && *(const int64_t *)member != RECORD_NO_INT)
        fprintf(sql, "%lld", (long long)*(const int64_t *)member);
    else if (field->type == RECORD_NAME && *(const int *)member)
        fprintf(sql, "'%s'", field->names->values[*(const int *)member]);
    else if (field->type == RECORD_INSTANT && *(const instant *)member != INSTANT_NONE)
        fprintf(sql, "'%.*s'", (int)instant_format(*(const instant *)member, text), text);
    else
        fputs("NULL", sql);
}

static char *select_of(const char *sql, const struct facts *facts)
{
    char *text = NULL;
    size_t size = 0;
    FILE *select = open_memstream(&text, &size);

    ck_assert_ptr_nonnull(select);
    fprintf(select, "SELECT %s FROM (SELECT ", sql);
    for (size_t i = 0; i < facts_record.count; i++) {
        fputs(i ? ", " : "", select);
        print_fact(select, &facts_record.fields[i], facts);
        fprintf(select, " AS %s", facts_record.fields[i].name);
    }
    fputc(')', select);
    ck_assert_int_eq(fclose(select), 0);
    return text;
}

enum truth preset_condition_evaluate(const char *sql, const struct facts *facts)
{
    _cleanup_(free_ptr) char *select = select_of(sql, facts);
    enum truth truth = TRUTH_NONE;
    sqlite3_stmt *statement;
    sqlite3 *db;

    ck_assert_int_eq(sqlite3_open(":memory:", &db), SQLITE_OK);
    ck_assert_msg(sqlite3_prepare_v2(db, select, -1, &statement, NULL) == SQLITE_OK, "%s: %s", sql,
                  sqlite3_errmsg(db));
    ck_assert_int_eq(sqlite3_step(statement), SQLITE_ROW);
    if (sqlite3_column_type(statement, 0) != SQLITE_NULL)
        truth = sqlite3_column_int(statement, 0) ? TRUTH_YES : TRUTH_NO;
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return truth;
}

static bool in_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

bool preset_condition_reads(const char *sql, const char *fact)
{
    size_t length = strlen(fact);

    for (const char *at = sql; (at = strstr(at, fact)); at += length)
        if ((at == sql || !in_word(at[-1])) && !in_word(at[length]))
            return true;
    return false;
}
