/* SPDX-License-Identifier: ISC */

/*
 * What stands in a version of a policy: its clock, its rules and its requirements. What only
 * several of them together can show is left to policy_check.c.
 */

#include <errno.h>
#include <string.h>

#include "condition.h"
#include "policy_reading.h"

#define CONDITIONS_MAX 16 /* in a list */

static const char *const unknown_values[] = {
    [UNKNOWN_NONE] = NULL,
    [UNKNOWN_SKIP] = "skip",
    [UNKNOWN_FIRE] = "fire",
    [UNKNOWN_REVIEW] = "review",
};
static const struct names unknown_names = NAMES(unknown_values);

/* Returns 0 after a mistake that lists those from `first` on. */
static int read_name(const struct conf_value *value, const struct names *names, int first)
{
    int found = names_find(names, value->text);
    char list[64] = "";

    if (found >= first)
        return found;
    for (size_t i = (size_t)first; i < names->count; i++)
        snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s%s", *list ? ", " : "",
                 names->values[i]);
    return conf_refuse(value, "must be one of %s", list);
}

/* ---- conditions ---- */

/* condition = condition AND (expression) */
static int join(struct clause *clause, const char *expression)
{
    const char *before = clause->condition ? clause->condition : "";
    size_t size = strlen(before) + strlen(expression) + sizeof(" AND ()");
    char *joined = malloc(size);

    if (!joined)
        return -ENOMEM;
    snprintf(joined, size, "%s%s(%s)", before, *before ? " AND " : "", expression);
    free(clause->condition);
    clause->condition = joined;
    return 0;
}

/* One that reads no fact is true or false for everybody. */
static int read_constant(const struct reading *reading, const struct conf_value *value,
                         const struct condition *condition)
{
    if (reading->is_requirement)
        return conf_refuse(value, "reads no fact, so it requires nothing of anybody");
    if (condition->truth != TRUTH_YES)
        return conf_refuse(value, "is never true: the rule can never fire");
    return 0;
}

static int read_condition(const struct conf_value *value, void *context)
{
    struct reading *reading = context;
    struct clause *clause = reading->clause;
    struct condition condition;
    size_t n_mistakes = value->mistakes->count;
    int r = condition_check(reading->sandbox, value->text, &condition);

    if (r == CONDITION_WRONG)
        r = conf_refuse(value, "%s", condition.why);
    else if (!r && value->index >= CONDITIONS_MAX)
        r = conf_refuse(value, "is one too many: a list has at most %d", CONDITIONS_MAX);
    else if (!r && !condition.reads)
        r = read_constant(reading, value, &condition);
    else if (!r)
        r = join(clause, value->text);
    clause->broken |= value->mistakes->count > n_mistakes;
    clause->facts |= condition.reads;
    return r;
}

static int read_unknown(const struct conf_value *value, void *context)
{
    struct reading *reading = context;

    reading->clause->unknown = (enum unknown)read_name(value, &unknown_names, UNKNOWN_SKIP);
    reading->clause->unknown_line = value->line;
    return 0;
}

/* ---- rules and requirements ---- */

static int read_decide(const struct conf_value *value, void *context)
{
    struct reading *reading = context;

    reading->clause->decision = (enum decision)read_name(value, &decision_names, DECISION_HONOR);
    return 0;
}

static int read_otherwise(const struct conf_value *value, void *context)
{
    struct reading *reading = context;

    reading->clause->decision = (enum decision)read_name(value, &decision_names, DECISION_DECLINE);
    return 0;
}

static int read_clause_text(const struct conf_value *value, void *context)
{
    struct reading *reading = context;

    return policy_read_text(value, POLICY_TEXT_SIZE, reading->clause);
}

static struct clause *add_clause(struct clauses *clauses)
{
    struct clause *more = reallocarray(clauses->all, clauses->count + 1, sizeof(*more));

    if (!more)
        return NULL;
    clauses->all = more;
    more += clauses->count++;
    *more = (struct clause){.name = NULL};
    return more;
}

static int begin_clause(const struct conf_place *place, struct reading *reading, const char *what,
                        size_t max)
{
    struct clause *clause = add_clause(reading->clauses);
    size_t length = strlen(place->title);

    if (!clause)
        return -ENOMEM;
    reading->clause = clause;
    clause->line = place->line;
    clause->number = reading->policy->n_conditions++;
    if (!length || length >= POLICY_LABEL_SIZE)
        mistakes_add(place->mistakes, place->line, "%s \"%s\": a name has 1 to %d bytes", what,
                     place->title, POLICY_LABEL_SIZE - 1);
    if (reading->clauses->count == max + 1)
        mistakes_add(place->mistakes, place->line,
                     "%s \"%s\" is one too many: a version has at most %zu %s", what, place->title,
                     max, reading->is_requirement ? "requirements" : "rules");
    return policy_keep(place->title, &clause->name);
}

static int begin_rule(const struct conf_place *place, void *outer, void **context)
{
    struct reading *reading = *context = outer;

    reading->clauses = &reading->version->rules;
    reading->is_requirement = false;
    return begin_clause(place, reading, "rule", POLICY_RULES_MAX);
}

static int begin_requirement(const struct conf_place *place, void *outer, void **context)
{
    struct reading *reading = *context = outer;

    reading->clauses = &reading->version->requirements;
    reading->is_requirement = true;
    return begin_clause(place, reading, "require", POLICY_REQUIREMENTS_MAX);
}

/* The names of the facts, as far as they fit. */
static void list_facts(uint64_t facts, char *list, size_t size)
{
    static const char more[] = " and others";
    size_t used = 0;

    for (; facts; facts &= facts - 1) {
        const char *name = facts_record.fields[__builtin_ctzll(facts)].name;

        if (used + strlen(name) + 2 + sizeof(more) > size) {
            snprintf(list + used, size - used, more);
            return;
        }
        used += (size_t)snprintf(list + used, size - used, "%s%s", used ? ", " : "", name);
    }
}

/* What is said instead of the reason where nobody can say whether a clause applies. */
static int write_reasons(struct clause *clause)
{
    bool one = !(clause->facts & (clause->facts - 1));
    char facts[POLICY_TEXT_SIZE - 64] = "", text[POLICY_TEXT_SIZE];

    list_facts(clause->facts, facts, sizeof(facts));
    snprintf(text, sizeof(text), one ? "%s is not known" : "not all of these are known: %s", facts);
    if (policy_keep(text, &clause->unknown_reason) < 0)
        return -ENOMEM;
    snprintf(text, sizeof(text), "the condition cannot be evaluated on these facts: %s", facts);
    return policy_keep(text, &clause->failed_reason);
}

/* What one condition may take, sixteen in a list may not. */
static int try_conditions(const struct reading *reading, const struct conf_place *place)
{
    const struct clause *clause = reading->clause;
    struct condition condition;
    int r = 0;

    if (clause->condition)
        r = condition_try(reading->sandbox, clause->condition, clause->facts, &condition);
    if (r == CONDITION_WRONG)
        mistakes_add(place->mistakes, place->line, "\"%s\": its list of conditions %s",
                     place->title, condition.why);
    return r < 0 ? r : 0;
}

static int end_clause(const struct conf_place *place, void *context)
{
    struct reading *reading = context;
    int r = try_conditions(reading, place);

    return r ? r : write_reasons(reading->clause);
}

static int end_rule(const struct conf_place *place, void *context)
{
    struct reading *reading = context;
    const struct clause *clause = reading->clause;

    if (clause->condition && !clause->unknown_line)
        mistakes_add(place->mistakes, place->line,
                     "rule \"%s\" does not say what it means when a fact is not known: add unknown "
                     "= \"skip\", \"fire\" or \"review\"",
                     place->title);
    if (!clause->condition && clause->unknown_line && !clause->broken)
        mistakes_add(place->mistakes, clause->unknown_line,
                     "unknown: rule \"%s\" reads no fact, so leave this out", place->title);
    return end_clause(place, context);
}

static const struct conf_setting rule_settings[] = {
    {"when", read_condition, .list = true},
    {"unknown", read_unknown},
    {"decide", read_decide, .required = "honor"},
    {"reason", read_clause_text, .required = "the person has a felony conviction",
     .offset = offsetof(struct clause, reason)},
    {"cite", read_clause_text, .offset = offsetof(struct clause, cite)},
};

static const struct conf_setting requirement_settings[] = {
    {"that", read_condition, .list = true, .required = "ice_warrant IS NOT NULL"},
    {"otherwise", read_otherwise, .required = "review"},
    {"reason", read_clause_text, .required = "no I-200 or I-205 came with the detainer",
     .offset = offsetof(struct clause, reason)},
    {"cite", read_clause_text, .offset = offsetof(struct clause, cite)},
};

/* ---- the clock of a version ---- */

static int read_start(const struct conf_value *value, void *context)
{
    struct reading *reading = context;
    int start = read_name(value, &rule_start_names, RULE_FROM_ELIGIBLE);

    reading->version->clock.start = (enum rule_start)start;
    return 0;
}

static int read_hours(const struct conf_value *value, void *context)
{
    struct reading *reading = context;
    const char *text = value->text;
    size_t length = strspn(text, "0123456789");
    long hours = !length || text[length] || length > 2 ? 0 : strtol(text, NULL, 10);

    if (hours < 1 || hours > RULE_LIMIT_H)
        return conf_refuse(value, "is not a whole number from 1 to %d", RULE_LIMIT_H);
    reading->version->clock.limit_h = (int)hours;
    return 0;
}

static int end_clock(const struct conf_place *place, void *context)
{
    struct reading *reading = context;
    struct policy_clock *clock = &reading->version->clock;

    (void)place;
    if (!clock->start)
        clock->start = RULE_FROM_ELIGIBLE;
    if (!clock->limit_h)
        clock->limit_h = RULE_LIMIT_H;
    return 0;
}

static const struct conf_setting clock_settings[] = {
    {"start", read_start},
    {"hours", read_hours},
};

const struct conf_block policy_version_blocks[POLICY_VERSION_BLOCKS] = {
    {.name = "clock", .where = "of a clock", .end = end_clock, CONF_SETTINGS(clock_settings)},
    {
        .name = "rule",
        .where = "of a rule",
        .title = "name",
        .begin = begin_rule,
        .end = end_rule,
        CONF_SETTINGS(rule_settings),
    },
    {
        .name = "require",
        .where = "of a requirement",
        .title = "name",
        .begin = begin_requirement,
        .end = end_clause,
        CONF_SETTINGS(requirement_settings),
    },
};
