/* SPDX-License-Identifier: ISC */

/* deadline: what each reading of the clock makes of given times, and why. Nothing is stored. */

#include <string.h>

#include "arguments.h"
#include "exits.h"
#include "local.h"
#include "session.h"
#include "table.h"
#include "target.h"
#include "text.h"

static const char *const reading_titles[] = {"RULE",   "BINDS", "LIMIT",      "FROM",
                                             "STARTS", "ENDS",  "LEAVES OUT", NULL};
static const char *const span_titles[] = {"DATE", "DAY", "FROM", "TO", "LENGTH", "COUNTED", NULL};

/* Weekends and calendars, comma and blank between. The caller frees. */
static char *left_out_of(const json_t *reading)
{
    bool weekends = member_true(reading, "weekends_excluded");
    const json_t *calendar;
    char *list = NULL;
    size_t i, size;
    FILE *out = text_not_null(open_memstream(&list, &size));

    fputs(weekends ? "weekends" : "", out);
    json_array_foreach(json_object_get(reading, "calendars"), i, calendar)
    {
        const char *name = json_string_value(calendar);

        fprintf(out, "%s%s", i || weekends ? ", " : "", name ? name : "");
    }
    return text_not_null(fclose(out) ? NULL : list);
}

static void add_reading(struct table *table, const json_t *reading, const struct zone *zone)
{
    int64_t limit_h = member_int(reading, "limit_h");
    struct table_row *row = table_add(table);

    row->cells[0] = text_new("%s", member_text(reading, "rule"));
    row->cells[1] = text_new("%s", member_true(reading, "binding") ? "YES" : "no");
    row->cells[2] = limit_h == INT64_MIN ? NULL : text_new("%lld h", (long long)limit_h);
    row->cells[3] = text_new("%s", member_text(reading, "start"));
    row->cells[4] = local_text(zone, member_instant(reading, "starts_at"));
    row->cells[5] = local_text(zone, member_instant(reading, "deadline_at"));
    row->cells[6] = left_out_of(reading);
}

static void put_readings(const json_t *readings, const struct zone *zone)
{
    struct table table = {.titles = reading_titles};
    const json_t *reading;
    size_t i;

    json_array_foreach(readings, i, reading)
    {
        add_reading(&table, reading, zone);
    }
    table_print(&table, stdout);
    table_clear(&table);
}

/* ---- spans
 * ----------------------------------------------------------------------------------------- */

/* The time of day, with its offset: the date stands in a column of its own. The caller frees. */
static char *time_of_day(const struct zone *zone, instant at)
{
    _cleanup_(free_ptr) char *text = local_text(zone, at);
    const char *blank = strchr(text, ' ');

    return text_new("%s", blank ? blank + 1 : text);
}

static void add_span(struct table *table, const json_t *span, const struct zone *zone)
{
    int64_t length_us = member_int(span, "length_us");
    const char *why = member_text(span, "why");
    struct table_row *row = table_add(table);

    row->cells[0] = text_new("%s", member_text(span, "date"));
    row->cells[1] = text_new("%s", member_text(span, "weekday"));
    row->cells[2] = time_of_day(zone, member_instant(span, "from"));
    row->cells[3] = time_of_day(zone, member_instant(span, "to"));
    row->cells[4] = length_us == INT64_MIN ? NULL : local_length_exact(length_us);
    row->cells[5] =
        text_new("%s%s%s", member_true(span, "counted") ? "yes" : "no", *why ? ": " : "", why);
}

/* The sum of the spans that are counted, or of those that are not. The caller frees. */
static char *sum_of(const json_t *spans, bool counted)
{
    int64_t sum_us = 0;
    const json_t *span;
    size_t i;

    json_array_foreach(spans, i, span)
    {
        int64_t length_us = member_int(span, "length_us");

        if (member_true(span, "counted") == counted && length_us > 0 &&
            __builtin_add_overflow(sum_us, length_us, &sum_us))
            sum_us = INT64_MAX;
    }
    return local_length_exact(sum_us);
}

static void put_spans(const json_t *reading, const struct zone *zone)
{
    const json_t *spans = json_object_get(reading, "spans");
    struct table table = {.titles = span_titles};
    _cleanup_(free_ptr) char *counted = sum_of(spans, true);
    _cleanup_(free_ptr) char *excluded = sum_of(spans, false);
    const json_t *span;
    size_t i;

    putchar('\n');
    text_put(stdout, member_text(reading, "rule"));
    fputs(member_true(reading, "binding") ? " (binds):\n" : ":\n", stdout);
    json_array_foreach(spans, i, span)
    {
        add_span(&table, span, zone);
    }
    table_print(&table, stdout);
    table_clear(&table);
    printf("Sum: %s counted, %s not counted.\n", counted, excluded);
}

/* Whether the rule that binds had run out while the person was still held on other authority. */
static bool ran_out_before(const json_t *root)
{
    const json_t *reading;
    size_t i;

    json_array_foreach(json_object_get(root, "readings"), i, reading)
    {
        if (member_true(reading, "binding"))
            return member_instant(reading, "deadline_at") < member_instant(root, "deadline_at");
    }
    return false;
}

static void put_explanation(const json_t *root)
{
    const struct zone *zone = local_zone(member_text(root, "zone"));
    const json_t *readings = json_object_get(root, "readings");
    _cleanup_(free_ptr) char *facility =
        text_new("%s (%s)", member_text(root, "facility"), member_text(root, "zone"));
    _cleanup_(free_ptr) char *deadline =
        local_and_utc_text(zone, member_instant(root, "deadline_at"));
    const json_t *reading;
    size_t i;

    text_put_field(stdout, "Facility", facility);
    text_put_field(stdout, "Rule", member_text(root, "rule"));
    text_put_field(stdout, "Deadline", deadline);
    if (ran_out_before(root))
        puts("By this rule the time was over before the person was eligible: they must be let go "
             "then.");
    putchar('\n');
    put_readings(readings, zone);
    json_array_foreach(readings, i, reading)
    {
        put_spans(reading, zone);
    }
}

int verb_deadline(struct session *session, const struct arguments *arguments)
{
    const struct record *options = arguments->verb->options;
    _cleanup_(target_clear) struct target target = {0};
    _cleanup_(reply_clear) struct reply reply = {0};
    int r;

    target_begin(&target, "/v1/deadline");
    for (size_t i = 0; i < options->count; i++)
        target_add(&target, options->fields[i].name, arguments->values[i]);
    r = session_get(session, target_end(&target), &reply);
    if (r)
        return r;
    if (session->json)
        session_print_json(&reply);
    else
        put_explanation(reply.json);
    return EXIT_DONE;
}
