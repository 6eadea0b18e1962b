/* SPDX-License-Identifier: ISC */

/* A review as JSON: an object a line, of which the first member says what it is. */

#include "json_text.h"
#include "report.h"
#include "report_value.h"
#include "text.h"

static void add_number(struct json_text *json, const struct value *value)
{
    char time[INSTANT_TEXT_SIZE];

    if (value->kind != VALUE_TIME) {
        json_text_int(json, value->number);
        return;
    }
    instant_format(value->number, time);
    json_text_string(json, time);
}

static void add_value(struct json_text *json, const struct value *value)
{
    _cleanup_(free_ptr) char *name =
        text_new("%s%s", value->name, value->kind == VALUE_LENGTH ? "_us" : "");
    _cleanup_(free_ptr) char *text = value->text ? text_valid(value->text) : NULL;

    json_text_name(json, name);
    if (text)
        json_text_string(json, text);
    else if (value->number != INT64_MIN)
        add_number(json, value);
    else
        json_text_word(json, "null");
}

static void put_record(const struct report *report, const char *record, const struct values *values)
{
    struct json_text json = {0};
    _cleanup_(free_ptr) char *text = NULL;

    json_text_begin(&json);
    json_text_name(&json, "record");
    json_text_string(&json, record);
    for (size_t i = 0; i < values->count; i++)
        add_value(&json, &values->values[i]);
    json_text_end(&json);
    text = text_not_null(json_text_take(&json));
    text_put_json(report->out, text);
    fputc('\n', report->out);
}

static void begin(struct report *report)
{
    (void)report;
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

static void end(struct report *report)
{
    struct values values;

    values_of_summary(report->review, &values);
    put_record(report, "summary", &values);
}

const struct report_format report_json = {begin, put_stay, put_unusable, end};
