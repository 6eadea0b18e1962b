/* SPDX-License-Identifier: ISC */

/*
 * Drafts into law: what the file calls by name is found, among its own rules and in the books.
 */

#include <errno.h>
#include <string.h>

#include "config_value.h"
#include "nearest.h"

/* ---- names ---- */

static int refuse_name(struct mistakes *mistakes, const struct config_word *word, const char *kind,
                       const struct nearest *nearest)
{
    if (nearest->best)
        mistakes_add(mistakes, word->line, "there is no %s \"%s\"; is it \"%s\"?", kind, word->text,
                     nearest->best);
    else
        mistakes_add(mistakes, word->line, "there is no %s \"%s\"", kind, word->text);
    return 0;
}

static int refuse_calendar(struct mistakes *mistakes, const struct books *books,
                           const struct config_word *word)
{
    struct nearest nearest = nearest_to(word->text);

    nearest_consider(&nearest, CONFIG_WEEKENDS);
    for (size_t i = 0; i < books->calendars.count; i++)
        nearest_consider(&nearest, calendar_name(books->calendars.books[i]));
    return refuse_name(mistakes, word, "calendar", &nearest);
}

static int refuse_policy(struct mistakes *mistakes, const struct books *books,
                         const struct config_word *word)
{
    struct nearest nearest = nearest_to(word->text);

    for (size_t i = 0; i < books->policies.count; i++)
        nearest_consider(&nearest, policy_name(books->policies.books[i]));
    return refuse_name(mistakes, word, "policy", &nearest);
}

static int refuse_rule(struct mistakes *mistakes, const struct law *law,
                       const struct config_word *word)
{
    struct nearest nearest = nearest_to(word->text);

    nearest_consider(&nearest, "consecutive");
    nearest_consider(&nearest, "regulatory");
    for (size_t i = 0; i < law->n_rules; i++)
        nearest_consider(&nearest, law->rules[i].name);
    return refuse_name(mistakes, word, "rule", &nearest);
}

/* ---- rules ---- */

#define WHY_SIZE 160

static void exclude(struct mistakes *mistakes, const struct books *books,
                    const struct config_word *word, struct rule *rule)
{
    const struct calendar *calendar = books_calendar(books, word->text);

    if (strcmp(word->text, CONFIG_WEEKENDS) == 0)
        rule->weekends_excluded = true;
    else if (!calendar)
        refuse_calendar(mistakes, books, word);
    else if (rule->n_calendars == RULE_CALENDARS_MAX)
        mistakes_add(mistakes, word->line, "a rule excludes at most %d calendars",
                     RULE_CALENDARS_MAX);
    else
        rule->calendars[rule->n_calendars++] = calendar;
}

/* What is wrong with a rule that a hold could wait out; false where it is bounded. */
static bool is_endless(const struct rule *rule, char *why, size_t size)
{
    int64_t day = rule_endless_day(rule);
    char text[INSTANT_TEXT_SIZE];

    if (day == INT64_MIN)
        return false;
    instant_format(day * US_PER_DAY, text);
    snprintf(why, size,
             "rule \"%s\" excludes more than %d days in a row, the last on %.10s: no hold may wait "
             "so long",
             rule->name, RULE_EXCLUDED_DAYS_MAX, text);
    return true;
}

static void check_bounded(struct mistakes *mistakes, const struct rule_draft *draft,
                          const struct rule *rule)
{
    char why[WHY_SIZE];

    if (is_endless(rule, why, sizeof(why)))
        mistakes_add(mistakes, draft->line, "%s", why);
}

/* The county may have a calendar us-federal of its own, by which every hold is read. */
static void check_regulatory(struct mistakes *mistakes, const struct law *law)
{
    struct rule regulatory;
    char why[WHY_SIZE];

    rule_regulatory(law->fallback.us_federal, &regulatory);
    if (is_endless(&regulatory, why, sizeof(why)))
        mistakes_unusable(mistakes, why);
}

static int add_rules(struct loading *loading, struct mistakes *mistakes, struct law *law)
{
    for (size_t i = 0; i < loading->n_rules; i++) {
        const struct rule_draft *draft = &loading->rules[i];
        struct rule *rule = law_add_rule(law);

        if (!rule)
            return -ENOMEM;
        *rule = draft->rule;
        for (size_t j = 0; j < draft->n_exclusions; j++)
            exclude(mistakes, law->books, &draft->exclusions[j], rule);
        check_bounded(mistakes, draft, rule);
    }
    return 0;
}

/* ---- facilities ---- */

static void settle(const struct facility_draft *draft, struct mistakes *mistakes,
                   const struct law *law, struct facility *facility)
{
    const struct calendar *us_federal = facility->us_federal;

    *facility = draft->facility;
    facility->us_federal = us_federal;
    facility->policy = books_policy(law->books, draft->policy.text);
    if (!facility->policy && *draft->policy.text)
        refuse_policy(mistakes, law->books, &draft->policy);
    if (*draft->rule.text && !law_rule(law, draft->rule.text, &facility->rule))
        refuse_rule(mistakes, law, &draft->rule);
}

/* Those without warnings of their own have the general ones. */
static void inherit_warnings(const struct facility *general, struct facility *facility)
{
    if (facility->n_warnings)
        return;
    facility->n_warnings = general->n_warnings;
    memcpy(facility->warnings_s, general->warnings_s, sizeof(facility->warnings_s));
}

static int add_facilities(struct loading *loading, struct mistakes *mistakes, struct law *law)
{
    for (size_t i = 0; i < loading->n_facilities; i++) {
        struct facility *facility = law_add_facility(law);

        if (!facility)
            return -ENOMEM;
        settle(&loading->facilities[i], mistakes, law, facility);
        inherit_warnings(&loading->general, facility);
    }
    return 0;
}

int config_law_make(struct loading *loading, struct mistakes *mistakes)
{
    _cleanup_(law_unref_ptr) struct law *law = NULL;
    struct books *books;
    int r;

    if (mistakes->count) /* what names mean can wait until the file can be read */
        return 0;
    r = books_load(loading->calendars.directories, loading->policies.directories,
                   mistakes->messages, &books);
    if (r)
        return r;
    law = law_new(books);
    if (!law) {
        books_free(books);
        return -ENOMEM;
    }
    check_regulatory(mistakes, law);
    r = add_rules(loading, mistakes, law);
    if (!r)
        r = add_facilities(loading, mistakes, law);
    if (r || mistakes->count)
        return r;
    law->access = loading->access;
    access_init(&loading->access);
    law_seal(law);
    loading->config->law = law;
    law = NULL;
    return 0;
}
