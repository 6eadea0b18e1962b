/* SPDX-License-Identifier: ISC */

/* Stays from rows: what is used, how it is read, and what cannot be used. */

#include "client/stay.h"
#include "unit.h"

#define BOOKED "2016-04-27 05:00"
#define OUT    "2016-04-29 05:00"

static const char *const header[] = {"booking", "booked_at", "local_custody_ended_at",
                                     "released_at", "severity"};

static struct row row_of(const char *const *fields, size_t n_fields)
{
    return (struct row){.line = 7, .n_fields = n_fields, .fields = fields};
}

static struct stay_columns standard_columns(void)
{
    struct stay_columns columns = {
        .names = {"booking", "booked_at", "local_custody_ended_at", "released_at"},
    };
    struct row row = row_of(header, ARRAY_SIZE(header));
    char problem[STAY_PROBLEM_SIZE] = "";

    ck_assert_msg(stay_find_columns(&columns, &row, problem), "%s", problem);
    return columns;
}

static const struct zone *los_angeles(void)
{
    const struct zone *zone;

    ck_assert_int_eq(zone_find("America/Los_Angeles", &zone), 0);
    return zone;
}

#define NONE   (1u << STAY_NO_CUSTODY_END)
#define BEFORE (1u << STAY_BEFORE_BOOKING)
#define AFTER  (1u << STAY_AFTER_RELEASE)
#define DOUBT  (1u << STAY_DOUBTFUL)
#define FALL   "2026-11-01 "
#define SPRING "2026-03-08 "

static const struct {
    const char *booked, *eligible, *released;
    unsigned notes;
    const char *eligible_at, *released_at;
} good[] = {
    {BOOKED, "2016-04-28 05:00", OUT, 0, "2016-04-28T12:00:00Z", "2016-04-29T12:00:00Z"},
    {BOOKED, "", OUT, NONE, "2016-04-27T12:00:00Z", "2016-04-29T12:00:00Z"},
    {BOOKED, "2016-04-29 05:01", OUT, AFTER, "2016-04-29T12:00:00Z", "2016-04-29T12:00:00Z"},
    {BOOKED, OUT, OUT, 0, "2016-04-29T12:00:00Z", "2016-04-29T12:00:00Z"},
    {BOOKED, "2016-04-27 04:59", OUT, BEFORE, "2016-04-27T12:00:00Z", "2016-04-29T12:00:00Z"},
    {BOOKED, "2016-04-28T05:00:00Z", OUT, 0, "2016-04-28T05:00:00Z", "2016-04-29T12:00:00Z"},
    {BOOKED, "", BOOKED, NONE, "2016-04-27T12:00:00Z", "2016-04-27T12:00:00Z"},

    /* In the hour that comes twice: eligible at the first, released at the second. */
    {FALL "00:30", FALL "01:30", FALL "03:00", DOUBT, "2026-11-01T08:30:00Z",
     "2026-11-01T11:00:00Z"},
    {FALL "00:30", FALL "00:40", FALL "01:30", DOUBT, "2026-11-01T07:40:00Z",
     "2026-11-01T09:30:00Z"},
    {FALL "01:30", "", FALL "03:00", NONE | DOUBT, "2026-11-01T08:30:00Z", "2026-11-01T11:00:00Z"},
    {FALL "01:40", FALL "01:20", FALL "03:00", DOUBT, "2026-11-01T08:40:00Z",
     "2026-11-01T11:00:00Z"}, /* eligible at the second, or before booking */
    {FALL "01:50", "", FALL "01:40", NONE | DOUBT, "2026-11-01T08:50:00Z",
     "2026-11-01T09:40:00Z"}, /* booked at the first, out at the second */

    /* In the hour that never comes, the same. */
    {SPRING "01:00", SPRING "02:30", SPRING "05:00", DOUBT, "2026-03-08T09:30:00Z",
     "2026-03-08T12:00:00Z"},
    {SPRING "01:00", SPRING "01:10", SPRING "02:30", DOUBT, "2026-03-08T09:10:00Z",
     "2026-03-08T10:30:00Z"},

    /* A doubt that decides nothing is none. */
    {FALL "01:30", FALL "04:00", FALL "05:00", 0, "2026-11-01T12:00:00Z", "2026-11-01T13:00:00Z"},
    {FALL "00:10", FALL "01:30", FALL "00:30", AFTER, "2026-11-01T07:30:00Z",
     "2026-11-01T07:30:00Z"},
};

START_TEST(reads_stays)
{
    const char *fields[] = {"B-1", good[_i].booked, good[_i].eligible, good[_i].released, "x"};
    struct stay_columns columns = standard_columns();
    struct row row = row_of(fields, ARRAY_SIZE(fields));
    char problem[STAY_PROBLEM_SIZE] = "";
    struct stay stay;

    ck_assert_msg(stay_read(&columns, &row, los_angeles(), &stay, problem), "%s", problem);
    ck_assert_str_eq(stay.booking, "B-1");
    ck_assert_int_eq(stay.line, 7);
    ck_assert_int_eq(stay.eligible_at, unit_instant(good[_i].eligible_at));
    ck_assert_int_eq(stay.released_at, unit_instant(good[_i].released_at));
    ck_assert_uint_eq(stay.notes, good[_i].notes);
    for (size_t i = 0; i < STAY_NOTES; i++)
        ck_assert_uint_gt(strlen(stay_note_text((enum stay_note)i)), 5);
}
END_TEST

static const struct {
    const char *booking, *booked, *eligible, *released;
    size_t n_fields;
    const char *says;
} bad[] = {
    {"", BOOKED, "", OUT, 5, "booking is empty: no booking"},
    {"B", "", "", OUT, 5, "booked_at is empty: no time of booking"},
    {"B", BOOKED, "", "", 5, "released_at is empty: no time of release"},
    {"B", "soon", "", OUT, 5, "booked_at: \"soon\" is not a time"},
    {"B", BOOKED, "x", OUT, 5, "local_custody_ended_at: \"x\" is not a time"},
    {"B", BOOKED, "", "2016-02-30 00:00", 5, "\"2016-02-30 00:00\" names no real date"},
    {"B", BOOKED, "1900-01-01 00:00", OUT, 5, "lies outside the years 1970 to 2199"},
    {"B", OUT, "", BOOKED, 5, "released before booked"},
    {"B", FALL "02:00", "", FALL "01:59", 5, "released before booked"},
    {"B", BOOKED, "", OUT, 4, "4 fields where the header has 5"},
    {"B", BOOKED, "", OUT, 6, "6 fields where the header has 5"},
};

START_TEST(says_why_a_row_cannot_be_used)
{
    const char *fields[] = {
        bad[_i].booking, bad[_i].booked, bad[_i].eligible, bad[_i].released, "x", "y"};
    struct stay_columns columns = standard_columns();
    struct row row = row_of(fields, bad[_i].n_fields);
    char problem[STAY_PROBLEM_SIZE] = "";
    struct stay stay;

    ck_assert(!stay_read(&columns, &row, los_angeles(), &stay, problem));
    ck_assert_msg(strstr(problem, bad[_i].says), "%s", problem);
}
END_TEST

START_TEST(hands_on_what_is_wrong_with_a_row)
{
    struct stay_columns columns = standard_columns();
    struct row row = {.line = 7, .problem = "a broken quote"};
    char problem[STAY_PROBLEM_SIZE];
    struct stay stay;

    ck_assert(!stay_read(&columns, &row, los_angeles(), &stay, problem));
    ck_assert_str_eq(problem, "a broken quote");
    ck_assert(!stay_find_columns(&columns, &row, problem));
    ck_assert_str_eq(problem, "the header: a broken quote");
}
END_TEST

/* ---- the header
 * ------------------------------------------------------------------------------------ */

START_TEST(finds_columns_wherever_they_are)
{
    static const char *const other[] = {"Out", "x", "Number", "Eligible", "In"};
    const char *fields[] = {OUT, "", "B-2", "", BOOKED};
    struct stay_columns columns = {.names = {"Number", "In", "Eligible", "Out"}};
    struct row names = row_of(other, ARRAY_SIZE(other)), row = row_of(fields, ARRAY_SIZE(fields));
    char problem[STAY_PROBLEM_SIZE];
    struct stay stay;

    ck_assert(stay_find_columns(&columns, &names, problem));
    ck_assert(stay_read(&columns, &row, los_angeles(), &stay, problem));
    ck_assert_str_eq(stay.booking, "B-2");
    ck_assert_int_eq(stay.eligible_at, unit_instant("2016-04-27T12:00:00Z"));
    ck_assert_int_eq(stay.released_at, unit_instant("2016-04-29T12:00:00Z"));
}
END_TEST

static const struct {
    const char *name, *says;
} missing[] = {
    {"bookng", "there is no column \"bookng\"; is it \"booking\"?"},
    {"Released_At", "is it \"released_at\"?"},
    {"zzzzzzzzzzz", "there are 5, the first is \"booking\""},
    {"twice", "there are 2 columns \"twice\""},
};

START_TEST(says_what_is_wrong_with_a_header)
{
    static const char *const names[] = {"booking", "booked_at", "released_at", "twice", "twice"};
    struct stay_columns columns = {.names = {"booking", "booked_at", missing[_i].name, "booking"}};
    struct row row = row_of(names, ARRAY_SIZE(names));
    char problem[STAY_PROBLEM_SIZE] = "";

    ck_assert(!stay_find_columns(&columns, &row, problem));
    ck_assert_msg(strstr(problem, missing[_i].says), "%s", problem);
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {reads_stays, ARRAY_SIZE(good)},
        {says_why_a_row_cannot_be_used, ARRAY_SIZE(bad)},
        {.test = hands_on_what_is_wrong_with_a_row},
        {.test = finds_columns_wherever_they_are},
        {says_what_is_wrong_with_a_header, ARRAY_SIZE(missing)},
    };

    return unit_run("client_stay", tests, ARRAY_SIZE(tests));
}
