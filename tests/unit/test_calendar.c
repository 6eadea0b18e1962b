/* SPDX-License-Identifier: ISC */

/* Calendars: the federal holidays day by day, a county's own, and each mistake with its line. */

#include <errno.h>
#include <libical/ical.h>
#include <unistd.h>

#include "calendar.h"
#include "unit.h"

/* ---- helpers ---- */

struct outcome {
    int r;
    struct calendar *calendar;
    char *messages;
};

static struct outcome parse(const char *text)
{
    struct outcome outcome = {0};
    struct mistakes mistakes = {.path = "c.ics"};
    size_t size;

    mistakes.messages = open_memstream(&outcome.messages, &size);
    ck_assert_ptr_nonnull(mistakes.messages);
    outcome.r = calendar_parse("county", text, &mistakes, &outcome.calendar);
    fclose(mistakes.messages);
    return outcome;
}

static struct outcome load(const char *path)
{
    struct outcome outcome = {0};
    struct mistakes mistakes = {.path = path};
    size_t size;

    mistakes.messages = open_memstream(&outcome.messages, &size);
    ck_assert_ptr_nonnull(mistakes.messages);
    outcome.r = calendar_load(&mistakes, &outcome.calendar);
    fclose(mistakes.messages);
    return outcome;
}

static void outcome_free(struct outcome *outcome)
{
    if (outcome->calendar)
        calendar_free(outcome->calendar);
    free(outcome->messages);
}

static struct calendar *parse_good(const char *text)
{
    struct outcome outcome = parse(text);

    ck_assert_str_eq(outcome.messages, "");
    ck_assert_int_eq(outcome.r, 0);
    free(outcome.messages);
    return outcome.calendar;
}

static struct calendar *federal(void)
{
    struct calendar *calendar = NULL;

    ck_assert_int_eq(calendar_us_federal(&calendar), 0);
    return calendar;
}

/* The number of a day such as "2026-11-26". */
static int64_t day_of(const char *date)
{
    char text[32];

    snprintf(text, sizeof(text), "%sT00:00:00Z", date);
    return unit_instant(text) / US_PER_DAY;
}

static void date_of(int64_t day, char text[static INSTANT_TEXT_SIZE])
{
    instant_format(day * US_PER_DAY, text);
    text[strlen("2026-11-26")] = '\0';
}

/* All holidays of the years, a line each. The text is for free(). */
static char *list(const struct calendar *calendar, int first_year, int last_year)
{
    char from[16], to[16], date[INSTANT_TEXT_SIZE], *lines;
    size_t size;
    FILE *out = open_memstream(&lines, &size);

    ck_assert_ptr_nonnull(out);
    snprintf(from, sizeof(from), "%d-01-01", first_year);
    snprintf(to, sizeof(to), "%d-12-31", last_year);
    for (int64_t day = day_of(from); day <= day_of(to); day++) {
        date_of(day, date);
        if (calendar_holiday(calendar, day))
            fprintf(out, "%s %s\n", date, calendar_holiday(calendar, day));
    }
    fclose(out);
    return lines;
}

static void check_list(const struct calendar *calendar, int first_year, int last_year,
                       const char *expected)
{
    _cleanup_(free_ptr) char *lines = list(calendar, first_year, last_year);

    ck_assert_str_eq(lines, expected);
}

/* ---- the federal holidays ---- */

/* Whole years, so that nothing else is a holiday in them. */
static const struct {
    int year;
    const char *holidays;
} years[] = {
    /* before Public Law 90-363 moved holidays to Mondays */
    {1970, "1970-01-01 New Year's Day\n"
           "1970-07-03 Independence Day (observed)\n"
           "1970-07-04 Independence Day\n"
           "1970-09-07 Labor Day\n"
           "1970-11-11 Veterans Day\n"
           "1970-11-26 Thanksgiving Day\n"
           "1970-12-25 Christmas Day\n"},
    /* Veterans Day in October; the New Year of 1972 observed in 1971 */
    {1971, "1971-01-01 New Year's Day\n"
           "1971-02-15 Washington's Birthday\n"
           "1971-05-31 Memorial Day\n"
           "1971-07-04 Independence Day\n"
           "1971-07-05 Independence Day (observed)\n"
           "1971-09-06 Labor Day\n"
           "1971-10-11 Columbus Day\n"
           "1971-10-25 Veterans Day\n"
           "1971-11-25 Thanksgiving Day\n"
           "1971-12-24 Christmas Day (observed)\n"
           "1971-12-25 Christmas Day\n"
           "1971-12-31 New Year's Day (observed)\n"},
    {1977, "1977-01-01 New Year's Day\n"
           "1977-02-21 Washington's Birthday\n"
           "1977-05-30 Memorial Day\n"
           "1977-07-04 Independence Day\n"
           "1977-09-05 Labor Day\n"
           "1977-10-10 Columbus Day\n"
           "1977-10-24 Veterans Day\n"
           "1977-11-24 Thanksgiving Day\n"
           "1977-12-25 Christmas Day\n"
           "1977-12-26 Christmas Day (observed)\n"},
    {1978, "1978-01-01 New Year's Day\n"
           "1978-01-02 New Year's Day (observed)\n"
           "1978-02-20 Washington's Birthday\n"
           "1978-05-29 Memorial Day\n"
           "1978-07-04 Independence Day\n"
           "1978-09-04 Labor Day\n"
           "1978-10-09 Columbus Day\n"
           "1978-11-10 Veterans Day (observed)\n"
           "1978-11-11 Veterans Day\n"
           "1978-11-23 Thanksgiving Day\n"
           "1978-12-25 Christmas Day\n"},
    /* Martin Luther King Jr. Day from 1986 */
    {1985, "1985-01-01 New Year's Day\n"
           "1985-02-18 Washington's Birthday\n"
           "1985-05-27 Memorial Day\n"
           "1985-07-04 Independence Day\n"
           "1985-09-02 Labor Day\n"
           "1985-10-14 Columbus Day\n"
           "1985-11-11 Veterans Day\n"
           "1985-11-28 Thanksgiving Day\n"
           "1985-12-25 Christmas Day\n"},
    {1986, "1986-01-01 New Year's Day\n"
           "1986-01-20 Martin Luther King Jr. Day\n"
           "1986-02-17 Washington's Birthday\n"
           "1986-05-26 Memorial Day\n"
           "1986-07-04 Independence Day\n"
           "1986-09-01 Labor Day\n"
           "1986-10-13 Columbus Day\n"
           "1986-11-11 Veterans Day\n"
           "1986-11-27 Thanksgiving Day\n"
           "1986-12-25 Christmas Day\n"},
    /* Juneteenth from 2021, and first of all the day observed in its place */
    {2020, "2020-01-01 New Year's Day\n"
           "2020-01-20 Martin Luther King Jr. Day\n"
           "2020-02-17 Washington's Birthday\n"
           "2020-05-25 Memorial Day\n"
           "2020-07-03 Independence Day (observed)\n"
           "2020-07-04 Independence Day\n"
           "2020-09-07 Labor Day\n"
           "2020-10-12 Columbus Day\n"
           "2020-11-11 Veterans Day\n"
           "2020-11-26 Thanksgiving Day\n"
           "2020-12-25 Christmas Day\n"},
    {2021, "2021-01-01 New Year's Day\n"
           "2021-01-18 Martin Luther King Jr. Day\n"
           "2021-02-15 Washington's Birthday\n"
           "2021-05-31 Memorial Day\n"
           "2021-06-18 Juneteenth (observed)\n"
           "2021-06-19 Juneteenth\n"
           "2021-07-04 Independence Day\n"
           "2021-07-05 Independence Day (observed)\n"
           "2021-09-06 Labor Day\n"
           "2021-10-11 Columbus Day\n"
           "2021-11-11 Veterans Day\n"
           "2021-11-25 Thanksgiving Day\n"
           "2021-12-24 Christmas Day (observed)\n"
           "2021-12-25 Christmas Day\n"
           "2021-12-31 New Year's Day (observed)\n"},
    {2022, "2022-01-01 New Year's Day\n"
           "2022-01-17 Martin Luther King Jr. Day\n"
           "2022-02-21 Washington's Birthday\n"
           "2022-05-30 Memorial Day\n"
           "2022-06-19 Juneteenth\n"
           "2022-06-20 Juneteenth (observed)\n"
           "2022-07-04 Independence Day\n"
           "2022-09-05 Labor Day\n"
           "2022-10-10 Columbus Day\n"
           "2022-11-11 Veterans Day\n"
           "2022-11-24 Thanksgiving Day\n"
           "2022-12-25 Christmas Day\n"
           "2022-12-26 Christmas Day (observed)\n"},
    /* a leap year, in which nothing falls on a weekend */
    {2024, "2024-01-01 New Year's Day\n"
           "2024-01-15 Martin Luther King Jr. Day\n"
           "2024-02-19 Washington's Birthday\n"
           "2024-05-27 Memorial Day\n"
           "2024-06-19 Juneteenth\n"
           "2024-07-04 Independence Day\n"
           "2024-09-02 Labor Day\n"
           "2024-10-14 Columbus Day\n"
           "2024-11-11 Veterans Day\n"
           "2024-11-28 Thanksgiving Day\n"
           "2024-12-25 Christmas Day\n"},
    /* the last of a calendar */
    {2199, "2199-01-01 New Year's Day\n"
           "2199-01-21 Martin Luther King Jr. Day\n"
           "2199-02-18 Washington's Birthday\n"
           "2199-05-27 Memorial Day\n"
           "2199-06-19 Juneteenth\n"
           "2199-07-04 Independence Day\n"
           "2199-09-02 Labor Day\n"
           "2199-10-14 Columbus Day\n"
           "2199-11-11 Veterans Day\n"
           "2199-11-28 Thanksgiving Day\n"
           "2199-12-25 Christmas Day\n"},
};

START_TEST(knows_the_federal_holidays_of_a_year)
{
    _cleanup_(calendar_free_ptr) struct calendar *calendar = federal();

    check_list(calendar, years[_i].year, years[_i].year, years[_i].holidays);
}
END_TEST

static const struct {
    const char *date, *holiday;
} days[] = {
    {"1970-01-01", "New Year's Day"},
    {"2199-12-25", "Christmas Day"},
    {"2199-12-31", NULL},
    /* of those that are on a fixed date: Saturday, and Sunday */
    {"2010-12-31", "New Year's Day (observed)"},
    {"2011-01-01", "New Year's Day"},
    {"2012-01-01", "New Year's Day"},
    {"2012-01-02", "New Year's Day (observed)"},
    {"2015-07-03", "Independence Day (observed)"},
    {"2015-07-05", NULL},
    {"2010-07-05", "Independence Day (observed)"},
    {"2010-07-03", NULL},
    {"2027-06-18", "Juneteenth (observed)"},
    {"2033-06-20", "Juneteenth (observed)"},
    {"2017-11-10", "Veterans Day (observed)"},
    {"2018-11-12", "Veterans Day (observed)"},
    {"2018-11-10", NULL},
    {"2010-12-24", "Christmas Day (observed)"},
    {"2016-12-26", "Christmas Day (observed)"},
    {"2016-12-24", NULL},
    /* Fridays and Mondays beside a holiday that needs no other day */
    {"2023-11-10", "Veterans Day (observed)"},
    {"2025-07-03", NULL},
    {"2026-07-03", "Independence Day (observed)"},
    {"2009-06-19", NULL},
    {"2020-06-19", NULL},
    {"2023-12-31", NULL},
    {"2024-02-29", NULL},
    {"2028-02-29", NULL},
    {"2000-02-29", NULL},
    {"2000-02-21", "Washington's Birthday"},
    {"2100-02-15", "Washington's Birthday"},
    {"2100-03-01", NULL},
};

START_TEST(knows_days)
{
    _cleanup_(calendar_free_ptr) struct calendar *calendar = federal();
    const char *holiday = calendar_holiday(calendar, day_of(days[_i].date));

    if (days[_i].holiday)
        ck_assert_pstr_eq(holiday, days[_i].holiday);
    else
        ck_assert_ptr_null(holiday);
}
END_TEST

START_TEST(knows_no_holiday_outside_its_years)
{
    _cleanup_(calendar_free_ptr) struct calendar *calendar = federal();

    ck_assert_int_eq(day_of("1970-01-01"), CALENDAR_FIRST_DAY);
    ck_assert_int_eq(day_of("2199-12-31"), CALENDAR_LAST_DAY);
    ck_assert_ptr_null(calendar_holiday(calendar, -1));
    ck_assert_ptr_null(calendar_holiday(calendar, day_of("2200-01-01")));
    ck_assert_ptr_null(calendar_holiday(calendar, INT64_MIN));
    ck_assert_ptr_null(calendar_holiday(calendar, INT64_MAX));
    ck_assert_str_eq(calendar_name(calendar), "us-federal");
}
END_TEST

/* By the words of the law, another way: from each day to what it is. */
static bool is_federal(int64_t day)
{
    int weekday = (int)((day + 4) % 7); /* Sunday is 0 */
    char date[INSTANT_TEXT_SIZE];
    int year, month, d;
    bool moved; /* is another day observed in its place? */

    date_of(day, date);
    year = atoi(date);
    month = atoi(date + 5);
    d = atoi(date + 8);
    moved = (month == 1 && d == 1) || (month == 6 && d == 19 && year >= 2021) ||
            (month == 7 && d == 4) || (month == 11 && d == 11 && (year >= 1978 || year == 1970)) ||
            (month == 12 && d == 25);
    if (moved)
        return true;
    if (weekday == 1 && year >= 1971 &&
        ((month == 1 && (d - 1) / 7 == 2 && year >= 1986) || (month == 2 && (d - 1) / 7 == 2) ||
         (month == 5 && d > 24) || (month == 10 && (d - 1) / 7 == 1) ||
         (month == 10 && (d - 1) / 7 == 3 && year <= 1977)))
        return true;
    return (weekday == 1 && month == 9 && d <= 7) ||
           (weekday == 4 && month == 11 && (d - 1) / 7 == 3);
}

static bool is_fixed(int64_t day)
{
    char date[INSTANT_TEXT_SIZE];

    date_of(day, date);
    return is_federal(day) && (strcmp(date + 5, "01-01") == 0 || strcmp(date + 5, "06-19") == 0 ||
                               strcmp(date + 5, "07-04") == 0 || strcmp(date + 5, "11-11") == 0 ||
                               strcmp(date + 5, "12-25") == 0);
}

START_TEST(agrees_with_the_law_on_every_day)
{
    _cleanup_(calendar_free_ptr) struct calendar *calendar = federal();
    char date[INSTANT_TEXT_SIZE];

    for (int64_t day = CALENDAR_FIRST_DAY; day <= CALENDAR_LAST_DAY; day++) {
        int weekday = (int)((day + 4) % 7);
        bool observed =
            (weekday == 5 && is_fixed(day + 1)) || (weekday == 1 && day > 0 && is_fixed(day - 1));
        const char *holiday = calendar_holiday(calendar, day);

        date_of(day, date);
        /* the New Year of 2200 lies outside, and so does the day observed for it */
        ck_assert_msg(!!holiday == (is_federal(day) || observed), "%s is %s", date,
                      holiday ? holiday : "no holiday");
        if (holiday && !is_federal(day))
            ck_assert_ptr_nonnull(strstr(holiday, " (observed)"));
        else if (holiday)
            ck_assert_ptr_null(strstr(holiday, "observed"));
    }
}
END_TEST

/* ---- a county's own ---- */

#define TOP    "BEGIN:VCALENDAR\nVERSION:2.0\n"
#define BOTTOM "END:VCALENDAR\n"
#define BEGIN  "BEGIN:VEVENT\n"
#define END    "END:VEVENT\n"

/* An event: begins in line 3 of the file, its first property in line 4. */
#define FILE_OF(properties) TOP BEGIN properties END BOTTOM
#define JULY_4              "SUMMARY:x\nDTSTART;VALUE=DATE:20240704\n"

static const struct {
    const char *text;
    int first_year, last_year;
    const char *holidays;
} good[] = {
    {FILE_OF("SUMMARY:Fixed\nDTSTART;VALUE=DATE:20240705\n"), 1970, 2199, "2024-07-05 Fixed\n"},
    /* line ends, folds, case, order, a byte order mark, blank lines, quoted parameters */
    {"\xef\xbb\xbf"
     "begin:VCALENDAR\r\nBEGIN:VEVENT\r\n\r\ndtstart;x=\"a;b:c,d\",e;value=date:2024\r\n "
     "0705\r\nSummary;LANGUAGE=en:Fol\r\n\tde\r\n  d\r\nend:VEVENT\r\nEND:VCALENDAR",
     2024, 2024, "2024-07-05 Folde d\n"},
    {FILE_OF("SUMMARY:a\\, b\\; c\\nd \\\\ e\nDTSTART;VALUE=DATE:20240705\n"), 2024, 2024,
     "2024-07-05 a, b; c d \\ e\n"},
    /* several days */
    {FILE_OF("SUMMARY:x\nDTSTART;VALUE=DATE:20240228\nDTEND;VALUE=DATE:20240302\n"), 2024, 2024,
     "2024-02-28 x\n2024-02-29 x\n2024-03-01 x\n"},
    {FILE_OF("SUMMARY:x\nDTSTART;VALUE=DATE:20240704\nDURATION:P2D\n"), 2024, 2024,
     "2024-07-04 x\n2024-07-05 x\n"},
    {FILE_OF("SUMMARY:x\nDTSTART;VALUE=DATE:20240704\nDURATION:P1W\nRDATE;VALUE=DATE:20240709\n"),
     2024, 2024,
     "2024-07-04 x\n2024-07-05 x\n2024-07-06 x\n2024-07-07 x\n2024-07-08 x\n2024-07-09 x\n"
     "2024-07-10 x\n2024-07-11 x\n2024-07-12 x\n2024-07-13 x\n2024-07-14 x\n2024-07-15 x\n"},
    {FILE_OF("SUMMARY:x\nDTSTART;VALUE=DATE:20231231\nDURATION:P2D\n"), 2023, 2024,
     "2023-12-31 x\n2024-01-01 x\n"},
    /* rules */
    {FILE_OF("SUMMARY:leap\nDTSTART;VALUE=DATE:20200229\nRRULE:FREQ=YEARLY\n"), 1970, 2104,
     "2020-02-29 leap\n2024-02-29 leap\n2028-02-29 leap\n2032-02-29 leap\n2036-02-29 leap\n"
     "2040-02-29 leap\n2044-02-29 leap\n2048-02-29 leap\n2052-02-29 leap\n2056-02-29 leap\n"
     "2060-02-29 leap\n2064-02-29 leap\n2068-02-29 leap\n2072-02-29 leap\n2076-02-29 leap\n"
     "2080-02-29 leap\n2084-02-29 leap\n2088-02-29 leap\n2092-02-29 leap\n2096-02-29 leap\n"
     "2104-02-29 leap\n"},
    {FILE_OF(
         "SUMMARY:last\nDTSTART;VALUE=DATE:20240229\nRRULE:FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3\n"),
     2024, 2199, "2024-02-29 last\n2024-03-31 last\n2024-04-30 last\n"},
    {FILE_OF("SUMMARY:x\nDTSTART;VALUE=DATE:20240527\nRRULE:FREQ=YEARLY;UNTIL=20260525;BYMONTH=5;"
             "BYDAY=-1MO\n"),
     2024, 2199, "2024-05-27 x\n2025-05-26 x\n2026-05-25 x\n"},
    {FILE_OF("SUMMARY:x\nDTSTART;VALUE=DATE:20240101\nRRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=3\n"
             "EXDATE;VALUE=DATE:20240115\nRDATE;VALUE=DATE:20240116\nRDATE;VALUE=DATE:20240101,"
             "20240118\n"),
     2024, 2199, "2024-01-01 x\n2024-01-16 x\n2024-01-18 x\n2024-01-29 x\n"},
    /* what begins before the calendar, and what goes on after it */
    {FILE_OF("SUMMARY:old\nDTSTART;VALUE=DATE:15830704\nRRULE:FREQ=YEARLY;UNTIL=19710704\n"), 1970,
     2199, "1970-07-04 old\n1971-07-04 old\n"},
    {FILE_OF("SUMMARY:x\nDTSTART;VALUE=DATE:19691231\nDURATION:P2D\n"), 1970, 2199,
     "1970-01-01 x\n"},
    {FILE_OF("SUMMARY:x\nDTSTART;VALUE=DATE:21991231\nDURATION:P2D\nRRULE:FREQ=DAILY\n"), 1970,
     2199, "2199-12-31 x\n"},
    /* the first of two events on a day tells why */
    {TOP BEGIN "SUMMARY:a\nDTSTART;VALUE=DATE:20240705\n" END BEGIN
               "SUMMARY:b\nDTSTART;VALUE=DATE:20240704\nDURATION:P2D\n" END BOTTOM,
     2024, 2024, "2024-07-04 b\n2024-07-05 a\n"},
    /* no holidays: what is cancelled, uncertain, or of another kind */
    {TOP BEGIN JULY_4 "STATUS:CONFIRMED\n" END BEGIN
                      "SUMMARY:y\nDTSTART;VALUE=DATE:20240705\nSTATUS:CANCELLED\n" END BEGIN
                      "SUMMARY:y\nDTSTART;VALUE=DATE:20240706\nSTATUS:TENTATIVE\n" END
                      "BEGIN:VTODO\nSUMMARY:y\nDTSTART;VALUE=DATE:20240707\nEND:VTODO\n" BOTTOM,
     2024, 2024, "2024-07-04 x\n"},
    /* other components and properties, and a second calendar in the file */
    {TOP "METHOD:PUBLISH\nCALSCALE:GREGORIAN\nX-WR-CALNAME:c\nCOLOR:red\nBEGIN:VTIMEZONE\nTZID:a\n"
         "BEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0000\nEND:STANDARD\n"
         "END:VTIMEZONE\nBEGIN:X-OTHER\nEND:X-OTHER\n" BEGIN JULY_4
         "UID:1\nDTSTAMP:20240101T000000Z\nCLASS:PUBLIC\nTRANSP:TRANSPARENT\nX-A:b\nIMAGE:b\n"
         "BEGIN:VALARM\nDURATION:PT1H\nSUMMARY:z\nEND:VALARM\nDESCRIPTION:\n" END BOTTOM TOP BEGIN
         "SUMMARY:y\nDTSTART;VALUE=DATE:20240705\n" END BOTTOM,
     2024, 2024, "2024-07-04 x\n2024-07-05 y\n"},
};

START_TEST(reads_what_is_right)
{
    _cleanup_(calendar_free_ptr) struct calendar *calendar = parse_good(good[_i].text);

    check_list(calendar, good[_i].first_year, good[_i].last_year, good[_i].holidays);
    ck_assert_str_eq(calendar_name(calendar), "county");
}
END_TEST

/* ---- mistakes ---- */

static const struct {
    const char *text, *messages;
} wrong_files[] = {
    {"", "c.ics:1: there is no event: a calendar has at least one\n"},
    {"\n \n\n", "c.ics:4: there is no event: a calendar has at least one\n"},
    {TOP BOTTOM, "c.ics:4: there is no event: a calendar has at least one\n"},
    {TOP "BEGIN:VTODO\nEND:VTODO\n" BOTTOM,
     "c.ics:6: there is no event: a calendar has at least one\n"},
    {BEGIN JULY_4 END, "c.ics:1: this is not inside of BEGIN:VCALENDAR and END:VCALENDAR\n"},
    {"holidays = \"2024-07-04\"\n", "c.ics:1: this is not inside of BEGIN:VCALENDAR and "
                                    "END:VCALENDAR\n"},
    {FILE_OF(JULY_4) "\nSUMMARY:z\nSUMMARY:z\n",
     "c.ics:9: this is not inside of BEGIN:VCALENDAR and END:VCALENDAR\n"},
    {TOP BEGIN JULY_4 END, "c.ics:1: BEGIN:VCALENDAR has no END:VCALENDAR\n"},
    {TOP BEGIN JULY_4 BOTTOM, "c.ics:3: BEGIN:VEVENT has no END:VEVENT\n"},
    {TOP BEGIN JULY_4, "c.ics:3: BEGIN:VEVENT has no END:VEVENT\n"
                       "c.ics:1: BEGIN:VCALENDAR has no END:VCALENDAR\n"},
    {TOP BEGIN JULY_4 BEGIN JULY_4 END BOTTOM, "c.ics:3: BEGIN:VEVENT has no END:VEVENT\n"},
    {TOP BEGIN JULY_4 "BEGIN:VALARM\n" END BOTTOM, "c.ics:6: BEGIN:VALARM has no END:VALARM\n"},
    {TOP BEGIN JULY_4 END TOP BEGIN JULY_4 END BOTTOM,
     "c.ics:1: BEGIN:VCALENDAR has no END:VCALENDAR\n"},
    {TOP JULY_4 END BOTTOM, "c.ics:5: END:VEVENT ends nothing that has begun\n"},
    {TOP "BEGIN:VEVNT\n" JULY_4 "END:VEVNT\n" BOTTOM,
     "c.ics:3: BEGIN: there is no VEVNT; is it VEVENT?\n"},
    {"BEGIN:VCALENDAR\nVERSION:1.0\nCALSCALE:CHINESE\nMETHOD:CANCEL\n" BEGIN JULY_4 END BOTTOM,
     "c.ics:2: VERSION: \"1.0\" cannot be read, only 2.0\n"
     "c.ics:3: CALSCALE: \"CHINESE\" cannot be read, only GREGORIAN\n"
     "c.ics:4: METHOD: \"CANCEL\" cannot be read, only PUBLISH\n"},
    {TOP "BEGIN:A\nBEGIN:A\nBEGIN:A\nBEGIN:A\nBEGIN:A\nBEGIN:A\nBEGIN:A\nBEGIN:A\n",
     "c.ics:10: BEGIN:A is inside of too many others\n"
     "c.ics:9: BEGIN:A has no END:A\nc.ics:8: BEGIN:A has no END:A\n"
     "c.ics:7: BEGIN:A has no END:A\nc.ics:6: BEGIN:A has no END:A\n"
     "c.ics:5: BEGIN:A has no END:A\nc.ics:4: BEGIN:A has no END:A\n"
     "c.ics:3: BEGIN:A has no END:A\nc.ics:1: BEGIN:VCALENDAR has no END:VCALENDAR\n"},
};

START_TEST(says_what_is_wrong_with_a_file)
{
    struct outcome outcome = parse(wrong_files[_i].text);

    ck_assert_str_eq(outcome.messages, wrong_files[_i].messages);
    ck_assert_int_eq(outcome.r, -EINVAL);
    ck_assert_ptr_null(outcome.calendar);
    outcome_free(&outcome);
}
END_TEST

#define NOT_NAME_VALUE                                                                             \
    "this is not NAME:VALUE, nor does it begin with a blank as a line that goes on does\n"
#define SUMMARY_129                                                                                \
    "ccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"  \
    "cccccccccccccccccccccccccccccccccccccc"

/* Properties of an event, of which the first is in line 4 of the file. */
static const struct {
    const char *properties, *messages;
} wrong_events[] = {
    {"DTSTART;VALUE=DATE:20240704\n",
     "c.ics:3: the event has no SUMMARY: say why the day is a holiday\n"},
    {"SUMMARY:x\n", "c.ics:3: the event has no DTSTART: give its first day, as in "
                    "DTSTART;VALUE=DATE:20301225\n"},
    {"SUMMARY: \\n\nDTSTART;VALUE=DATE:20240704\n",
     "c.ics:4: SUMMARY: is empty: say why the day is a holiday\n"},
    {"SUMMARY:\xc3\nDTSTART;VALUE=DATE:20240704\n", "c.ics:4: SUMMARY: is not UTF-8\n"},
    {"SUMMARY:" SUMMARY_129 "\nDTSTART;VALUE=DATE:20240704\n",
     "c.ics:4: SUMMARY: has 129 bytes; there is room for 128\n"},
    {JULY_4 "SUMMARY:y\nDTSTART;VALUE=DATE:20240705\n",
     "c.ics:6: SUMMARY: is given twice: first in line 4\n"
     "c.ics:7: DTSTART: is given twice: first in line 5\n"},
    /* no property at all; a fold is counted where it begins, and its lines are counted */
    {JULY_4 "SUMMARY\nSUMMARY;x:y\nSUMMARY;x=\"y:z\nA B:c\n:x\n;a=b:x\nX-A;=b:x\n",
     "c.ics:6: " NOT_NAME_VALUE "c.ics:7: " NOT_NAME_VALUE "c.ics:8: " NOT_NAME_VALUE
     "c.ics:9: " NOT_NAME_VALUE "c.ics:10: " NOT_NAME_VALUE "c.ics:11: " NOT_NAME_VALUE
     "c.ics:12: " NOT_NAME_VALUE},
    {"SUMMARY:a\n b\n\n  c\nDTSTART;VALUE=DATE:2024\n 07\n 32\nFOO\n",
     "c.ics:6: " NOT_NAME_VALUE
     "c.ics:8: DTSTART: there is no day 20240732, or it lies before the year 1583\n"
     "c.ics:11: " NOT_NAME_VALUE},
    {JULY_4 "EXDAT;VALUE=DATE:20240704\nRULE:FREQ=DAILY\n",
     "c.ics:6: there is no property EXDAT; is it EXDATE?\n"
     "c.ics:7: there is no property RULE; is it RRULE?\n"},
    {JULY_4 "EXRULE:FREQ=DAILY\nRECURRENCE-ID;VALUE=DATE:20240704\n",
     "c.ics:6: EXRULE: is not of RFC 5545: give the days as EXDATE\n"
     "c.ics:7: RECURRENCE-ID: changes a day of another event: give that one an EXDATE, and make "
     "this an event of its own\n"},
    {JULY_4 "STATUS:MAYBE\n",
     "c.ics:6: STATUS: \"MAYBE\" is not CONFIRMED, TENTATIVE or CANCELLED\n"},

    /* dates */
    {"SUMMARY:x\nDTSTART:20240704T090000\n", "c.ics:5: DTSTART: has a time of day: only whole days "
                                             "are holidays, as in DTSTART;VALUE=DATE:20301225\n"},
    {"SUMMARY:x\nDTSTART;TZID=America/New_York:20240704T000000\nDTEND:20240705T000000Z\n",
     "c.ics:5: DTSTART: has a time of day: only whole days are holidays, as in "
     "DTSTART;VALUE=DATE:20301225\n"
     "c.ics:6: DTEND: has a time of day: only whole days are holidays, as in "
     "DTEND;VALUE=DATE:20301225\n"},
    {"SUMMARY:x\nDTSTART:20240704\n",
     "c.ics:5: DTSTART: does not say that it is a whole day, as in "
     "DTSTART;VALUE=DATE:20301225\n"},
    {"SUMMARY:x\nDTSTART;VALUE=DATE-TIME:20240704\n",
     "c.ics:5: DTSTART: does not say that it is a whole day, as in DTSTART;VALUE=DATE:20301225\n"},
    {"SUMMARY:x\nDTSTART;VALUE=DATE:2024-07-04\n",
     "c.ics:5: DTSTART: \"2024-07-04\" is not a date such as 20301225\n"},
    {"SUMMARY:x\nDTSTART;VALUE=DATE:202407041\n",
     "c.ics:5: DTSTART: \"202407041\" is not a date such as 20301225\n"},
    {"SUMMARY:x\nDTSTART;VALUE=DATE:\n", "c.ics:5: DTSTART: \"\" is not a date such as 20301225\n"},
    {"SUMMARY:x\nDTSTART;VALUE=DATE:20230229\n",
     "c.ics:5: DTSTART: there is no day 20230229, or it lies before the year 1583\n"},
    {"SUMMARY:x\nDTSTART;VALUE=DATE:15821231\n",
     "c.ics:5: DTSTART: there is no day 15821231, or it lies before the year 1583\n"},
    {"SUMMARY:x\nDTSTART;VALUE=DATE:20240001\n",
     "c.ics:5: DTSTART: there is no day 20240001, or it lies before the year 1583\n"},
    {JULY_4 "DTEND;VALUE=DATE:2024070x\n",
     "c.ics:6: DTEND: \"2024070x\" is not a date such as 20301225\n"},
    {JULY_4 "DTEND;VALUE=DATE:20240704\n",
     "c.ics:6: DTEND: 20240704 is not after DTSTART: give the day after the last one\n"},
    {JULY_4 "DTEND;VALUE=DATE:20240703\n",
     "c.ics:6: DTEND: 20240703 is not after DTSTART: give the day after the last one\n"},
    {JULY_4 "DTEND;VALUE=DATE:20240705\nDURATION:P1D\n",
     "c.ics:6: DTEND: the event has a DURATION too\n"},
    {JULY_4 "DTEND;VALUE=DATE:20250704\n",
     "c.ics:3: the event lasts 365 days; a holiday has at most 31\n"},
    {JULY_4 "DURATION:P5W\n", "c.ics:3: the event lasts 35 days; a holiday has at most 31\n"},
    {JULY_4 "DURATION:P0D\n", "c.ics:6: DURATION: the event has no day\n"},
    {JULY_4 "DURATION:PT24H\n",
     "c.ics:6: DURATION: \"PT24H\" is not a number of days such as P1D\n"},
    {JULY_4 "DURATION:-P1D\n", "c.ics:6: DURATION: \"-P1D\" is not a number of days such as P1D\n"},
    {JULY_4 "DURATION:P1DT1H\n",
     "c.ics:6: DURATION: \"P1DT1H\" is not a number of days such as P1D\n"},
    {JULY_4 "DURATION:P1000D\n",
     "c.ics:6: DURATION: \"P1000D\" is not a number of days such as P1D\n"},
    {JULY_4 "DURATION:PD\n", "c.ics:6: DURATION: \"PD\" is not a number of days such as P1D\n"},
    {JULY_4 "DURATION:\n", "c.ics:6: DURATION: \"\" is not a number of days such as P1D\n"},
    {JULY_4 "DURATION:P\n", "c.ics:6: DURATION: \"P\" is not a number of days such as P1D\n"},
    {JULY_4 "RDATE;VALUE=PERIOD:20240705/P1D\n",
     "c.ics:6: RDATE: has a time of day: only whole days are holidays, as in "
     "RDATE;VALUE=DATE:20301225\n"},
    {JULY_4 "RDATE;VALUE=DATE:20240705,,20240931\n",
     "c.ics:6: RDATE: \"\" is not a date such as 20301225\n"
     "c.ics:6: RDATE: there is no day 20240931, or it lies before the year 1583\n"},
    {JULY_4 "EXDATE:20240704\n", "c.ics:6: EXDATE: does not say that it is a whole day, as in "
                                 "EXDATE;VALUE=DATE:20301225\n"},
    {JULY_4 "RDATE;VALUE=DATE:20240705\nEXDATE;VALUE=DATE:20240705,\n 20240706\n",
     "c.ics:7: EXDATE: the event would not be on 20240706 anyway\n"},
    {JULY_4 "EXDATE;VALUE=DATE:20240704\n", "c.ics:3: the event is on no day from 1970 to 2199\n"},
    {"SUMMARY:x\nDTSTART;VALUE=DATE:19691231\n",
     "c.ics:3: the event is on no day from 1970 to 2199\n"},
    {"SUMMARY:x\nDTSTART;VALUE=DATE:22040704\nRRULE:FREQ=YEARLY\n",
     "c.ics:3: the event is on no day from 1970 to 2199\n"},

    /* rules */
    {JULY_4 "RRULE:\n", "c.ics:6: RRULE: \"\" is none of FREQ, UNTIL, COUNT, INTERVAL, WKST, "
                        "BYMONTH, BYMONTHDAY, BYYEARDAY, BYDAY, BYSETPOS\n"},
    {JULY_4 "RRULE:FREQ=YEARLY;BYHOUR=3\n",
     "c.ics:6: RRULE: \"BYHOUR\" is none of FREQ, UNTIL, COUNT, INTERVAL, WKST, BYMONTH, "
     "BYMONTHDAY, BYYEARDAY, BYDAY, BYSETPOS\n"},
    {JULY_4 "RRULE:FREQ\n", "c.ics:6: RRULE: FREQ has no value\n"},
    {JULY_4 "RRULE:COUNT=3\n", "c.ics:6: RRULE: FREQ is missing\n"},
    {JULY_4 "RRULE:FREQ=YEARLY;FREQ=DAILY\n", "c.ics:6: RRULE: FREQ is given twice\n"},
    {JULY_4 "RRULE:FREQ=HOURLY\n",
     "c.ics:6: RRULE: FREQ: \"HOURLY\" is not DAILY, WEEKLY, MONTHLY or YEARLY\n"},
    {JULY_4 "RRULE:FREQ=YEARLY,DAILY\n", "c.ics:6: RRULE: FREQ has more than 1 value\n"},
    {JULY_4 "RRULE:FREQ=YEARLY;COUNT=3x;INTERVAL=65537\n",
     "c.ics:6: RRULE: COUNT: \"3x\" is not a number from 1 to 9999\n"
     "c.ics:6: RRULE: INTERVAL: \"65537\" is not a number from 1 to 999\n"},
    {JULY_4 "RRULE:FREQ=YEARLY;COUNT=0;INTERVAL=-1\n",
     "c.ics:6: RRULE: COUNT: \"0\" is not a number from 1 to 9999\n"
     "c.ics:6: RRULE: INTERVAL: \"-1\" is not a number from 1 to 999\n"},
    {JULY_4 "RRULE:FREQ=YEARLY;COUNT=99999999999999999999\n",
     "c.ics:6: RRULE: COUNT: \"99999999999999999999\" is not a number from 1 to 9999\n"},
    {JULY_4 "RRULE:FREQ=YEARLY;UNTIL=20241301T000000Z;WKST=1MO\n",
     "c.ics:6: RRULE: UNTIL: \"20241301T000000Z\" is not a date such as 20301225\n"
     "c.ics:6: RRULE: WKST: \"1MO\" is not a weekday such as MO\n"},
    {JULY_4 "RRULE:FREQ=YEARLY;UNTIL=20301225;COUNT=3\n",
     "c.ics:6: RRULE: has both UNTIL and COUNT\n"},
    {JULY_4 "RRULE:FREQ=YEARLY;BYMONTH=13,0,;BYMONTHDAY=32,--1\n",
     "c.ics:6: RRULE: BYMONTH: \"13\" is not a number from 1 to 12\n"
     "c.ics:6: RRULE: BYMONTH: \"0\" is not a number from 1 to 12\n"
     "c.ics:6: RRULE: BYMONTH: \"\" is not a number from 1 to 12\n"
     "c.ics:6: RRULE: BYMONTHDAY: \"32\" is not a number from 1 to 31 or -31 to -1\n"
     "c.ics:6: RRULE: BYMONTHDAY: \"--1\" is not a number from 1 to 31 or -31 to -1\n"},
    {JULY_4 "RRULE:FREQ=YEARLY;BYMONTH=1,1,1,1,1,1,1,1,1,1,1,1,1\n",
     "c.ics:6: RRULE: BYMONTH has more than 12 values\n"},
    {JULY_4 "RRULE:FREQ=YEARLY;BYDAY=XX,0MO,54MO,-MO,+1TU,MO1\n",
     "c.ics:6: RRULE: BYDAY: \"XX\" is not a weekday such as MO, 3MO or -1MO\n"
     "c.ics:6: RRULE: BYDAY: \"0MO\" is not a weekday such as MO, 3MO or -1MO\n"
     "c.ics:6: RRULE: BYDAY: \"54MO\" is not a weekday such as MO, 3MO or -1MO\n"
     "c.ics:6: RRULE: BYDAY: \"-MO\" is not a weekday such as MO, 3MO or -1MO\n"
     "c.ics:6: RRULE: BYDAY: \"MO1\" is not a weekday such as MO, 3MO or -1MO\n"},
    {JULY_4 "RRULE:FREQ=YEARLY;BYYEARDAY=367;BYSETPOS=0\n",
     "c.ics:6: RRULE: BYYEARDAY: \"367\" is not a number from 1 to 366 or -366 to -1\n"
     "c.ics:6: RRULE: BYSETPOS: \"0\" is not a number from 1 to 366 or -366 to -1\n"},
    {JULY_4 "RRULE:FREQ=WEEKLY;BYDAY=2TH\n",
     "c.ics:6: RRULE: BYDAY has numbers before weekdays only with FREQ=MONTHLY or FREQ=YEARLY\n"},
    {JULY_4 "RRULE:FREQ=DAILY;BYSETPOS=1;BYMONTHDAY=-28\n",
     "c.ics:6: RRULE: BYSETPOS stands only with FREQ=MONTHLY or FREQ=YEARLY\n"
     "c.ics:6: RRULE: BYMONTHDAY counts from the end of a month only with FREQ=MONTHLY or "
     "FREQ=YEARLY\n"},
    {JULY_4 "RRULE:FREQ=YEARLY;BYMONTHDAY=4\n",
     "c.ics:6: RRULE: BYMONTHDAY stands only beside BYMONTH where FREQ=YEARLY\n"},
    /* those that libical has to refuse */
    {JULY_4 "RRULE:FREQ=WEEKLY;BYMONTHDAY=4\n",
     "c.ics:6: RRULE: there is no such day, or parts that do not go together\n"},
    {JULY_4 "RRULE:FREQ=YEARLY;BYYEARDAY=186;BYMONTH=7\n",
     "c.ics:6: RRULE: there is no such day, or parts that do not go together\n"},
    {JULY_4 "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30\n",
     "c.ics:6: RRULE: there is no such day, or parts that do not go together\n"},
    {JULY_4 "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30\n",
     "c.ics:6: RRULE: there is no such day, or parts that do not go together\n"},
    {JULY_4 "RRULE:FREQ=YEARLY;UNTIL=20240703\n",
     "c.ics:6: RRULE: there is no such day, or parts that do not go together\n"},
    {JULY_4 "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH\n",
     "c.ics:6: RRULE: DTSTART 20240704 is not one of its days: begin with the first of them\n"},
    {"SUMMARY:x\nDTSTART;VALUE=DATE:19700101\nRRULE:FREQ=DAILY\n",
     "c.ics:3: the events make more than 20000 days holidays: this cannot be meant\n"},
};

START_TEST(says_what_is_wrong_with_an_event)
{
    char text[2000];
    struct outcome outcome;

    snprintf(text, sizeof(text), TOP BEGIN "%s" END BOTTOM, wrong_events[_i].properties);
    outcome = parse(text);
    ck_assert_str_eq(outcome.messages, wrong_events[_i].messages);
    ck_assert_int_eq(outcome.r, -EINVAL);
    ck_assert_ptr_null(outcome.calendar);
    outcome_free(&outcome);
}
END_TEST

/* Text for free(): `head`, `n` times `element`, `tail`. */
static char *repeat(const char *head, const char *element, int n, const char *tail)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    ck_assert_ptr_nonnull(out);
    fputs(head, out);
    for (int i = 0; i < n; i++)
        fputs(element, out);
    fputs(tail, out);
    fclose(out);
    return text;
}

START_TEST(takes_2000_events_and_no_more)
{
    char *most = repeat(TOP, BEGIN JULY_4 END, 2000, BOTTOM);
    char *more = repeat(TOP, BEGIN JULY_4 END, 2002, BOTTOM);
    struct outcome outcome = parse(more);

    calendar_free(parse_good(most));
    ck_assert_str_eq(outcome.messages, "c.ics:8003: there are more than 2000 events\n");
    ck_assert_int_eq(outcome.r, -EINVAL);
    outcome_free(&outcome);
    free(most);
    free(more);
}
END_TEST

START_TEST(takes_256_dates_of_a_kind_and_no_more)
{
    char *most =
        repeat(TOP BEGIN JULY_4 "RDATE;VALUE=DATE:20240705", ",20240705", 255, "\n" END BOTTOM);
    char *more = repeat(TOP BEGIN JULY_4 "RDATE;VALUE=DATE:20240705\n"
                                         "EXDATE;VALUE=DATE:20240705",
                        ",20240705", 257, "\n" END BOTTOM);
    struct outcome outcome = parse(more);

    calendar_free(parse_good(most));
    ck_assert_str_eq(outcome.messages, "c.ics:7: EXDATE: an event has at most 256 of these: make "
                                       "another event of the rest\n");
    outcome_free(&outcome);
    free(most);
    free(more);
}
END_TEST

START_TEST(refuses_a_rule_that_nobody_can_read)
{
    char *text = repeat(TOP BEGIN JULY_4 "RRULE:FREQ=DAILY", ";COUNT=1", 40, "\n" END BOTTOM);
    struct outcome outcome = parse(text);

    ck_assert_str_eq(outcome.messages, "c.ics:6: RRULE: has 330 bytes; there is room for 255\n");
    outcome_free(&outcome);
    free(text);
}
END_TEST

/* ---- files ---- */

static void check_load(const char *name, const char *text, const char *messages)
{
    char directory[] = "/tmp/test_calendar-XXXXXX", path[128], expected[256];
    struct outcome outcome;
    FILE *file;

    ck_assert_ptr_nonnull(mkdtemp(directory));
    snprintf(path, sizeof(path), "%s/%s", directory, name);
    file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
    outcome = load(path);
    unlink(path);
    rmdir(directory);
    snprintf(expected, sizeof(expected), "%s%s%s", *messages ? path : "", messages,
             *messages ? "\n" : "");
    ck_assert_str_eq(outcome.messages, expected);
    ck_assert_int_eq(outcome.r, *messages ? -EINVAL : 0);
    if (outcome.calendar)
        ck_assert_mem_eq(calendar_name(outcome.calendar), name,
                         strlen(calendar_name(outcome.calendar)));
    outcome_free(&outcome);
}

#define WRONG_NAME                                                                                 \
    ": the file must be called NAME.ics, with a NAME of 1 to 32 letters, digits, - or _"

START_TEST(loads_files)
{
    check_load("example-county.ics", FILE_OF(JULY_4), "");
    check_load("12345678901234567890123456789_AB.ics", FILE_OF(JULY_4), "");
    check_load("12345678901234567890123456789_ABC.ics", FILE_OF(JULY_4), WRONG_NAME);
    check_load(".ics", FILE_OF(JULY_4), WRONG_NAME);
    check_load("a.ical", FILE_OF(JULY_4), WRONG_NAME);
    check_load("a b.ics", FILE_OF(JULY_4), WRONG_NAME);
    check_load("a.ics", TOP BEGIN "SUMMARY:\x01\n", ":4: byte 0x01: this must be plain text");
    check_load("a.ics", TOP, ":1: BEGIN:VCALENDAR has no END:VCALENDAR");
}
END_TEST

START_TEST(says_why_a_file_cannot_be_read)
{
    struct outcome missing = load("/nonexistent/a.ics");

    ck_assert_int_eq(missing.r, -EINVAL);
    ck_assert_str_eq(missing.messages, "/nonexistent/a.ics: No such file or directory\n");
    outcome_free(&missing);
}
END_TEST

/* The source directory is where automake says, or here. */
static struct outcome load_source(const char *name)
{
    const char *source = getenv("srcdir");
    char path[4096];

    snprintf(path, sizeof(path), "%s/schema/calendar/%s", source ? source : ".", name);
    return load(path);
}

START_TEST(reads_the_example_of_a_county)
{
    struct outcome outcome = load_source("example-county.ics");

    ck_assert_str_eq(outcome.messages, "");
    ck_assert_str_eq(calendar_name(outcome.calendar), "example-county");
    check_list(outcome.calendar, 1970, 2030,
               "2025-11-28 Day after Thanksgiving\n"
               "2026-05-08 Founders' Day\n"
               "2026-08-14 County Fair Day\n"
               "2026-11-27 Day after Thanksgiving\n"
               "2026-12-24 Christmas closure\n"
               "2026-12-25 Christmas closure\n"
               "2026-12-26 Christmas closure\n"
               "2027-08-13 County Fair Day\n"
               "2027-11-26 Day after Thanksgiving\n"
               "2027-12-24 Christmas closure\n"
               "2027-12-25 Christmas closure\n"
               "2027-12-26 Christmas closure\n"
               "2028-08-18 County Fair Day\n"
               "2028-11-24 Day after Thanksgiving\n"
               "2029-11-23 Day after Thanksgiving\n"
               "2029-12-24 Christmas closure\n"
               "2029-12-25 Christmas closure\n"
               "2029-12-26 Christmas closure\n"
               "2030-11-29 Day after Thanksgiving\n"
               "2030-12-24 Christmas closure\n"
               "2030-12-25 Christmas closure\n"
               "2030-12-26 Christmas closure\n");
    outcome_free(&outcome);
}
END_TEST

/* ---- libical ---- */

/* A state that others have left in libical changes nothing. */
START_TEST(does_not_depend_on_the_state_of_libical)
{
    ck_assert(!icalerror_get_errors_are_fatal());
    icalerror_set_errno(ICAL_MALFORMEDDATA_ERROR);
    calendar_free(federal());
}
END_TEST

#define S_PER_DAY 86400

/* libical ends the span of whole days a day late. */
static void note_days(icalcomponent *event, struct icaltime_span *span, void *context)
{
    bool *days_off = context;

    (void)event;
    for (time_t at = span->start; at < span->end - S_PER_DAY; at += S_PER_DAY)
        if (at >= 0 && at / S_PER_DAY <= CALENDAR_LAST_DAY)
            days_off[at / S_PER_DAY] = true;
}

static char *read_source(const char *name)
{
    const char *source = getenv("srcdir");
    struct mistakes mistakes = {.messages = stderr};
    char path[4096], *text = NULL;

    snprintf(path, sizeof(path), "%s/schema/calendar/%s", source ? source : ".", name);
    mistakes.path = path;
    ck_assert_int_eq(mistakes_read_file(&mistakes, 1 << 20, &text), 0);
    return text;
}

/* Other programs, which read calendars as libical does, find the same days in ours. */
static void compare_with_libical(const char *name)
{
    static bool days_off[CALENDAR_LAST_DAY + 1];
    char *text = read_source(name), date[INSTANT_TEXT_SIZE];
    icalcomponent *root = icalparser_parse_string(text);
    struct calendar *calendar = parse_good(text);

    ck_assert_ptr_nonnull(root);
    ck_assert_int_eq(icalcomponent_count_errors(root), 0);
    memset(days_off, 0, sizeof(days_off));
    for (icalcomponent *event = icalcomponent_get_first_component(root, ICAL_VEVENT_COMPONENT);
         event; event = icalcomponent_get_next_component(root, ICAL_VEVENT_COMPONENT))
        icalcomponent_foreach_recurrence(event, icaltime_from_string("19691201"),
                                         icaltime_from_string("22000101"), note_days, days_off);
    for (int64_t day = 0; day <= CALENDAR_LAST_DAY; day++) {
        date_of(day, date);
        ck_assert_msg(days_off[day] == !!calendar_holiday(calendar, day), "%s: %s", name, date);
    }
    icalcomponent_free(root);
    calendar_free(calendar);
    free(text);
}

START_TEST(means_what_libical_reads)
{
    compare_with_libical("us-federal.ics");
    compare_with_libical("example-county.ics");
}
END_TEST

/* Whatever is done to a file, it is read or refused with a reason, and memory stays whole. */
START_TEST(survives_any_change_of_a_file)
{
    static const char text[] =
        FILE_OF("SUMMARY:a\\, b\nDTSTART;VALUE=DATE:20240704\nDTEND;VALUE=DATE:20240706\n"
                "RRULE:FREQ=YEARLY;UNTIL=20501231;BYMONTH=7;BYMONTHDAY=-28\n"
                "EXDATE;VALUE=DATE:20250704,\n 20260704\nRDATE;VALUE=DATE:20241231\n");
    static const char bytes[] = "\n\r :;=,\"\\-+019AETDMYFR\xc3";
    struct unit_random random = unit_random_start("test_calendar");

    calendar_free(parse_good(text));
    for (int round = 0; round < 3000; round++) {
        char changed[sizeof(text)];
        struct outcome outcome;

        memcpy(changed, text, sizeof(text));
        for (uint64_t n = unit_random_below(&random, 3) + 1; n; n--)
            changed[unit_random_below(&random, sizeof(text) - 1)] =
                bytes[unit_random_below(&random, sizeof(bytes) - 1)];
        outcome = parse(changed);
        ck_assert_msg((outcome.r == 0 && outcome.calendar && !*outcome.messages) ||
                          (outcome.r == -EINVAL && !outcome.calendar && *outcome.messages),
                      "%d\n%s\n%s", outcome.r, changed, outcome.messages);
        outcome_free(&outcome);
    }
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {knows_the_federal_holidays_of_a_year, ARRAY_SIZE(years)},
        {knows_days, ARRAY_SIZE(days)},
        {.test = knows_no_holiday_outside_its_years},
        {.test = agrees_with_the_law_on_every_day},
        {reads_what_is_right, ARRAY_SIZE(good)},
        {says_what_is_wrong_with_a_file, ARRAY_SIZE(wrong_files)},
        {says_what_is_wrong_with_an_event, ARRAY_SIZE(wrong_events)},
        {.test = takes_2000_events_and_no_more},
        {.test = takes_256_dates_of_a_kind_and_no_more},
        {.test = refuses_a_rule_that_nobody_can_read},
        {.test = loads_files},
        {.test = says_why_a_file_cannot_be_read},
        {.test = reads_the_example_of_a_county},
        {.test = does_not_depend_on_the_state_of_libical},
        {.test = means_what_libical_reads},
        {.test = survives_any_change_of_a_file},
    };

    return unit_run("calendar", tests, ARRAY_SIZE(tests));
}
