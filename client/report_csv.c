/* SPDX-License-Identifier: ISC */

/*
 * A review as CSV: one table of records, of which the first column says what each is.
 *
 * A spreadsheet takes a cell that begins with =, +, - or @ for a formula, even in quotes, and a
 * booking is other people's words: such a cell gets an apostrophe in front.
 */

#include <string.h>

#include "local.h"
#include "report.h"
#include "report_value.h"
#include "text.h"

/* Hours to the fourth digit, a third of a second; but no length at all reads as none. */
static void put_hours(FILE *out, int64_t us)
{
    static const int64_t unit_us = US_PER_H / 10000;
    int64_t units = us / unit_us + (us % unit_us >= unit_us / 2);

    units += us && !units;
    fprintf(out, "%lld.%04d", (long long)(units / 10000), (int)(units % 10000));
}

static void put_text(FILE *out, const char *text)
{
    _cleanup_(free_ptr) char *shown = text_shown(text);

    fputs(*shown && strchr("=+-@", *shown) ? "\"'" : "\"", out);
    for (const char *rest = shown; *rest;) {
        size_t length = strcspn(rest, "\"");

        fwrite(rest, 1, length, out);
        rest += length;
        if (*rest && *rest++)
            fputs("\"\"", out);
    }
    fputc('"', out);
}

static void put_value(FILE *out, const struct value *value, const struct zone *zone)
{
    _cleanup_(free_ptr) char *time = NULL;

    if (value->text)
        put_text(out, value->text);
    if (value->number == INT64_MIN)
        return;
    if (value->kind == VALUE_COUNT)
        fprintf(out, "%lld", (long long)value->number);
    if (value->kind == VALUE_LENGTH)
        put_hours(out, value->number);
    if (value->kind != VALUE_TIME)
        return;
    time = local_rfc3339(zone, value->number);
    fputs(time, out);
}

static void put_name(FILE *out, const struct value *value)
{
    fprintf(out, "%s%s", value->name, value->kind == VALUE_LENGTH ? "_h" : "");
}

static void begin(struct report *report)
{
    struct values values;

    values_of_row(report->review, NULL, NULL, 0, NULL, &values);
    fputs("record,", report->out);
    for (size_t i = 0; i < values.count; i++) {
        put_name(report->out, &values.values[i]);
        fputc(',', report->out);
    }
    fputs("value\n", report->out);
}

static void put_record(struct report *report, const char *record, const struct values *values)
{
    fputs(record, report->out);
    for (size_t i = 0; i < values->count; i++) {
        fputc(',', report->out);
        put_value(report->out, &values->values[i], report->review->zone);
    }
    fputs(",\n", report->out);
}

static void put_stay(struct report *report, const struct stay *stay, const struct verdict *verdicts)
{
    _cleanup_(free_ptr) char *notes = report_notes(stay);
    struct values values;

    values_of_row(report->review, stay, verdicts, stay->line, notes, &values);
    put_record(report, "stay", &values);
}

static void put_unusable(struct report *report, int64_t line, const char *problem)
{
    struct values values;

    values_of_row(report->review, NULL, NULL, line, problem, &values);
    put_record(report, "unusable", &values);
}

/* The summary has a record for each value: its name as the note, and the value in the last column.
 */
static void end(struct report *report)
{
    struct values row, summary;

    values_of_row(report->review, NULL, NULL, 0, NULL, &row);
    values_of_summary(report->review, &summary);
    for (size_t i = 0; i < summary.count; i++) {
        fputs("summary", report->out);
        for (size_t k = 0; k < row.count; k++)
            fputc(',', report->out);
        put_name(report->out, &summary.values[i]);
        fputc(',', report->out);
        put_value(report->out, &summary.values[i], report->review->zone);
        fputc('\n', report->out);
    }
}

const struct report_format report_csv = {begin, put_stay, put_unusable, end};
