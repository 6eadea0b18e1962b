/* SPDX-License-Identifier: ISC */

/* Names of values: every table that there is, and how names are found and listed. */

#include "names.h"
#include "transition.h"
#include "unit.h"

static const struct {
    const char *what;
    const struct names *names;
    const char *list; /* as the API promises them */
} tables[] = {
    {"state", &hold_state_names,
     "pending, lodged, held, expired, declined, cancelled, transferred, released, closed"},
    {"decision", &decision_names, "honor, decline, review"},
    {"eligible reason", &eligible_reason_names,
     "bond_posted, sentence_served, charges_dismissed, no_charges_filed, own_recognizance, other"},
    {"form", &form_names, "I-247, I-247D, I-247X, I-247A"},
    {"warrant", &ice_warrant_names, "I-200, I-205"},
    {"lift code", &lift_code_names, "A, B, C, D, F, L, N, S, T, U"},
    {"close reason", &close_reason_names,
     "bonded, died, escaped, other_agency, other_authority, other"},
    {"rule's start", &rule_start_names, "eligible, received, served"},
    {"phase", &phase_names, "request, start"},
    {"severity of a charge", &charge_severity_names, "infraction, misdemeanor, felony"},
    {"cause", &cause_names, "deadline, cancelled, policy, undecided, decision"},
    {"timer", &timer_kind_names, "warning, expiry, transfer_due, transfer_missed"},
    {"event", &event_kind_names,
     "hold.lodged, hold.pending, hold.declined, hold.decided, hold.served, hold.started, "
     "hold.warning, hold.expired, hold.cancelled, hold.transferred, hold.released, hold.closed, "
     "hold.corrected, hold.noted, transfer.scheduled, transfer.due, transfer.missed, "
     "clock.stepped, hold.facts, hold.shortened"},
};

START_TEST(spells_every_value_as_promised)
{
    char list[1024];

    names_list(tables[_i].names, list, sizeof(list));
    ck_assert_str_eq(list, tables[_i].list);
}
END_TEST

START_TEST(finds_every_value_by_its_name)
{
    const struct names *names = tables[_i].names;

    ck_assert_ptr_null(names->values[0]);
    for (size_t i = 1; i < names->count; i++)
        ck_assert_int_eq(names_find(names, names->values[i]), i);
}
END_TEST

START_TEST(finds_nothing_by_any_other_name)
{
    ck_assert_int_eq(names_find(&form_names, "I-247N"), 0);
    ck_assert_int_eq(names_find(&form_names, ""), 0);
    ck_assert_int_eq(names_find(&form_names, "i-247a"), 0);
    ck_assert_int_eq(names_find(&form_names, "I-247A "), 0);
    ck_assert_int_eq(names_find(&lift_code_names, "E"), 0);
}
END_TEST

START_TEST(cuts_a_list_to_fit)
{
    char list[64];

    for (size_t size = 1; size < sizeof(list); size++) {
        memset(list, '#', sizeof(list));
        names_list(&form_names, list, size);
        ck_assert_uint_lt(strlen(list), size);
        for (size_t i = size; i < sizeof(list); i++)
            ck_assert_int_eq(list[i], '#');
    }
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {spells_every_value_as_promised, ARRAY_SIZE(tables)},
        {finds_every_value_by_its_name, ARRAY_SIZE(tables)},
        {.test = finds_nothing_by_any_other_name},
        {.test = cuts_a_list_to_fit},
    };

    return unit_run("names", tests, ARRAY_SIZE(tests));
}
