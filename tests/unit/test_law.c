/* SPDX-License-Identifier: ISC */

/* The law: what can be found in it, its fingerprint, and that threads share it by reference. */

#include <pthread.h>
#include <stdatomic.h>

#include "in_force.h"
#include "unit.h"

static struct law *new_law(void)
{
    char *const nowhere[] = {NULL};
    struct books *books;
    struct law *law;

    ck_assert_int_eq(books_load(nowhere, nowhere, stderr, &books), 0);
    law = law_new(books);
    ck_assert_ptr_nonnull(law);
    return law;
}

static struct facility *add_facility(struct law *law, const char *id)
{
    struct facility *facility = law_add_facility(law);

    snprintf(facility->id, sizeof(facility->id), "%s", id);
    facility->policy = law->fallback.policy;
    return facility;
}

START_TEST(a_hold_without_facility_falls_back_on_what_holds_nobody)
{
    struct law *law = new_law();

    ck_assert_str_eq(law->fallback.rule.name, "consecutive");
    ck_assert_str_eq(policy_name(law->fallback.policy), "always-review");
    ck_assert_str_eq(calendar_name(law->fallback.us_federal), "us-federal");
    law_unref(law);
}
END_TEST

START_TEST(finds_rules_and_facilities_by_name)
{
    struct law *law = new_law();
    struct rule rule;

    snprintf(law_add_rule(law)->name, RULE_NAME_SIZE, "first");
    law_add_rule(law)->limit_h = 24;
    snprintf(law->rules[1].name, RULE_NAME_SIZE, "second");
    add_facility(law, "A");
    add_facility(law, "B");
    ck_assert(law_rule(law, "consecutive", &rule));
    ck_assert(!rule.weekends_excluded);
    ck_assert(law_rule(law, "regulatory", &rule));
    ck_assert(rule.weekends_excluded);
    ck_assert_uint_eq(rule.n_calendars, 1);
    ck_assert(law_rule(law, "second", &rule));
    ck_assert_int_eq(rule.limit_h, 24);
    ck_assert(!law_rule(law, "third", &rule));
    ck_assert_str_eq(law_facility(law, "B")->id, "B");
    ck_assert_ptr_null(law_facility(law, "C"));
    law_unref(law);
}
END_TEST

START_TEST(knows_no_bound_where_no_policy_has_one)
{
    struct law *law = new_law();
    struct hold hold;

    record_clear(&hold_record, &hold);
    ck_assert_ptr_null(law_bound(law, &hold));
    strcpy(hold.policy, "always-honor");
    strcpy(hold.policy_version, "any");
    ck_assert_ptr_null(law_bound(law, &hold));
    law_unref(law);
}
END_TEST

static void fingerprint_of(void (*change)(struct law *law), char text[static LAW_FINGERPRINT_SIZE])
{
    struct law *law = new_law();

    add_facility(law, "A");
    if (change)
        change(law);
    law_seal(law);
    strcpy(text, law->fingerprint);
    law_unref(law);
}

static void shorten(struct law *law)
{
    law->facilities[0].rule.limit_h = 47;
}

static void count_from_receipt(struct law *law)
{
    law->facilities[0].rule.start = RULE_FROM_RECEIVED;
}

static void exclude_weekends(struct law *law)
{
    law->facilities[0].rule.weekends_excluded = true;
}

static void exclude_holidays(struct law *law)
{
    struct rule *rule = &law->facilities[0].rule;

    rule->calendars[rule->n_calendars++] = law->fallback.us_federal;
}

static void move(struct law *law)
{
    strcpy(law->facilities[0].zone_name, "Pacific/Honolulu");
}

static void add_another(struct law *law)
{
    add_facility(law, "B");
}

static void rename_facility(struct law *law)
{
    strcpy(law->facilities[0].name, "Another name for the same jail");
}

static void warn_otherwise(struct law *law)
{
    law->facilities[0].n_warnings = 0;
}

static const struct {
    void (*change)(struct law *law);
    bool matters;
} changes[] = {
    {NULL, false},
    {shorten, true},
    {count_from_receipt, true},
    {exclude_weekends, true},
    {exclude_holidays, true},
    {move, true},
    {add_another, true},
    {rename_facility, false},
    {warn_otherwise, false},
};

START_TEST(its_fingerprint_is_of_what_moves_deadlines)
{
    char usual[LAW_FINGERPRINT_SIZE], changed[LAW_FINGERPRINT_SIZE];

    fingerprint_of(NULL, usual);
    fingerprint_of(changes[_i].change, changed);
    ck_assert_uint_eq(strlen(usual), LAW_FINGERPRINT_SIZE - 1);
    ck_assert_int_eq(strcmp(usual, changed) != 0, changes[_i].matters);
}
END_TEST

/* ---- in force ---- */

#define CHANGES 2000

struct readers {
    struct in_force in_force;
    _Atomic bool done;
};

static void *read_on(void *context)
{
    struct readers *readers = context;
    struct in_force_copy copy = {0};

    while (!atomic_load(&readers->done)) {
        const struct law *law = in_force_law(&readers->in_force, &copy);

        ck_assert_ptr_nonnull(law_facility(law, "A"));
    }
    in_force_drop(&copy);
    return NULL;
}

START_TEST(is_exchanged_under_its_readers)
{
    struct readers readers = {.done = false};
    struct law *laws[] = {new_law(), new_law()};
    pthread_t threads[2];

    for (size_t i = 0; i < ARRAY_SIZE(laws); i++)
        add_facility(laws[i], "A");
    in_force_init(&readers.in_force, laws[0]);
    for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, read_on, &readers), 0);
    for (int i = 0; i < CHANGES; i++)
        in_force_set(&readers.in_force, laws[i % 2]);
    atomic_store(&readers.done, true);
    for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
        pthread_join(threads[i], NULL);
    in_force_destroy(&readers.in_force);
    for (size_t i = 0; i < ARRAY_SIZE(laws); i++) {
        ck_assert_int_eq(atomic_load(&laws[i]->references), 1); /* nobody kept one */
        law_unref(laws[i]);
    }
}
END_TEST

START_TEST(a_copy_changes_only_when_it_is_asked_for)
{
    struct in_force in_force;
    struct in_force_copy copy = {0};
    struct law *first = new_law(), *second = new_law();

    in_force_init(&in_force, first);
    ck_assert_ptr_eq(in_force_law(&in_force, &copy), first);
    in_force_set(&in_force, second);
    ck_assert_ptr_eq(copy.law, first);
    ck_assert_ptr_eq(in_force_law(&in_force, &copy), second);
    ck_assert_int_eq(atomic_load(&first->references), 1);
    in_force_drop(&copy);
    in_force_destroy(&in_force);
    law_unref(first);
    law_unref(second);
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {.test = a_hold_without_facility_falls_back_on_what_holds_nobody},
        {.test = finds_rules_and_facilities_by_name},
        {.test = knows_no_bound_where_no_policy_has_one},
        {its_fingerprint_is_of_what_moves_deadlines, ARRAY_SIZE(changes)},
        {.test = is_exchanged_under_its_readers},
        {.test = a_copy_changes_only_when_it_is_asked_for},
    };

    return unit_run("law", tests, ARRAY_SIZE(tests));
}
