/* SPDX-License-Identifier: ISC */

/* Log messages of events: one row per kind, and the sentence it makes. */

#include "journal.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "instant.h"
#include "log.h"

struct line {
    char text[JOURNAL_LINE_SIZE];
    size_t used;
};

__attribute__((format(printf, 2, 3))) static void add(struct line *line, const char *format, ...)
{
    va_list arguments;
    int n;

    va_start(arguments, format);
    n = vsnprintf(line->text + line->used, sizeof(line->text) - line->used, format, arguments);
    va_end(arguments);
    line->used += (size_t)n;
    if (line->used >= sizeof(line->text))
        line->used = sizeof(line->text) - 1;
}

/* ---- members of an event ---- */

static const char *text_of(const json_t *event, const char *name)
{
    const char *text = json_string_value(json_object_get(event, name));

    return text ? text : "";
}

static int64_t number_of(const json_t *event, const char *name)
{
    return json_integer_value(json_object_get(event, name));
}

static void add_local(struct line *line, const struct facility *facility, const json_t *event,
                      const char *name)
{
    char text[ZONE_TEXT_SIZE];
    instant at;

    if (instant_parse(text_of(event, name), &at) != 0)
        return;
    if (facility) {
        zone_local(facility->zone, at, text);
        add(line, "%s", text);
    } else {
        add(line, "%s", text_of(event, name));
    }
}

static void add_length(struct line *line, int64_t length_us)
{
    char text[DURATION_TEXT_SIZE];

    duration_format(length_us, text);
    add(line, "%s", text);
}

/* ---- sentences ---- */

typedef void sentence_fn(struct line *line, const struct facility *facility, const json_t *event);

static void say_pickup(struct line *line, const struct facility *facility, const json_t *event)
{
    if (!json_is_true(json_object_get(event, "transfer_conflict")))
        return;
    add(line, "; the pickup scheduled for ");
    add_local(line, facility, event, "pickup_at");
    add(line, " comes too late");
}

static void say_warning(struct line *line, const struct facility *facility, const json_t *event)
{
    instant deadline_at = 0, recorded_at = 0;

    instant_parse(text_of(event, "deadline_at"), &deadline_at);
    instant_parse(text_of(event, "recorded_at"), &recorded_at);
    if (deadline_at > recorded_at) {
        add(line, "warning: ");
        add_length(line, deadline_at - recorded_at);
        add(line, " left, the person must be out by ");
    } else {
        add(line, "warning: no time left, the person must be out by ");
    }
    add_local(line, facility, event, "deadline_at");
    say_pickup(line, facility, event);
}

static void say_shortened(struct line *line, const struct facility *facility, const json_t *event)
{
    if (!json_object_get(event, "previous_deadline_at")) {
        add(line, "the reading of the rule that does not bind was worked out anew");
        return;
    }
    add(line, "the law was changed: the person must be out earlier, by ");
    add_local(line, facility, event, "deadline_at");
    add(line, " instead of ");
    add_local(line, facility, event, "previous_deadline_at");
    say_pickup(line, facility, event);
}

static void say_expired(struct line *line, const struct facility *facility, const json_t *event)
{
    if (strcmp(text_of(event, "cause"), "cancelled") == 0)
        add(line, "EXPIRED: ICE cancelled the detainer, authority to hold ended at ");
    else
        add(line, "EXPIRED: authority to hold ended at ");
    add_local(line, facility, event, "at");
    add(line, "; release the person and record it");
}

static void add_deadline(struct line *line, const struct facility *facility, const json_t *event)
{
    if (!json_object_get(event, "deadline_at"))
        return;
    add(line, "; the deadline is ");
    add_local(line, facility, event, "deadline_at");
}

static void say_transferred(struct line *line, const struct facility *facility, const json_t *event)
{
    int64_t overdue_us = number_of(event, "overdue_us");

    add(line, "transferred: ICE assumed custody at ");
    add_local(line, facility, event, "at");
    if (overdue_us <= 0)
        return;
    add(line, ", ");
    add_length(line, overdue_us);
    add(line, " after authority to hold had ended");
    add_deadline(line, facility, event);
}

static void say_scheduled(struct line *line, const struct facility *facility, const json_t *event)
{
    add(line, "pickup scheduled for ");
    add_local(line, facility, event, "pickup_at");
    if (!json_is_true(json_object_get(event, "transfer_conflict")))
        return;
    add(line, ", AFTER the deadline ");
    add_local(line, facility, event, "deadline_at");
    add(line, ": the person must be out before ICE comes");
}

static void say_due(struct line *line, const struct facility *facility, const json_t *event)
{
    add(line, "pickup is due now, ");
    add_local(line, facility, event, "pickup_at");
}

static void say_missed(struct line *line, const struct facility *facility, const json_t *event)
{
    add(line, "pickup missed: no transfer was recorded for the pickup due at ");
    add_local(line, facility, event, "pickup_at");
    add_deadline(line, facility, event);
}

static void say_stepped(struct line *line, const struct facility *facility, const json_t *event)
{
    (void)facility;
    add(line, "the wall clock was set, or the machine slept: it moved by %+.3f s",
        (double)number_of(event, "step_us") / (double)US_PER_S);
}

/* ---- priorities ---- */

typedef int priority_fn(const json_t *event);

static int warning_priority(const json_t *event)
{
    return number_of(event, "rung_s") <= 3600 ? LOG_ERR : LOG_WARNING;
}

static int expired_priority(const json_t *event)
{
    (void)event;
    return LOG_CRIT;
}

static int transferred_priority(const json_t *event)
{
    return number_of(event, "overdue_us") > 0 ? LOG_ERR : LOG_INFO;
}

static int scheduled_priority(const json_t *event)
{
    return json_is_true(json_object_get(event, "transfer_conflict")) ? LOG_ERR : LOG_INFO;
}

static int shortened_priority(const json_t *event)
{
    return json_object_get(event, "previous_deadline_at") ? LOG_WARNING : LOG_INFO;
}

static int due_priority(const json_t *event)
{
    (void)event;
    return LOG_NOTICE;
}

static int missed_priority(const json_t *event)
{
    (void)event;
    return LOG_ERR;
}

static int stepped_priority(const json_t *event)
{
    (void)event;
    return LOG_WARNING;
}

static const struct message {
    const char *kind;
    const char *id;
    priority_fn *priority;
    sentence_fn *say;
} messages[] = {
    /* clang-format off */
    {"hold.warning",       "9a1f7c5e3b0d4c62a7e81d2f40b6c391", warning_priority,     say_warning},
    {"hold.expired",       "4d2be8a01c6f47b9953e0a7bd81f62c4", expired_priority,     say_expired},
    {"hold.shortened",     "7c1d04be96a24f0f8b5e2a93d7416cf8", shortened_priority,   say_shortened},
    {"hold.transferred",   "b7630e5d9f2a4188ac15d04e3c7b9f26", transferred_priority, say_transferred},
    {"transfer.scheduled", "e1c85a47d3094b2f8b6a907cf52d1e83", scheduled_priority,   say_scheduled},
    {"transfer.due",       "27f4d09be6514ac3b8d21e6f05a93c7d", due_priority,         say_due},
    {"transfer.missed",    "c05e92d7184b4f6ea3970b5cd86e4f12", missed_priority,      say_missed},
    {"clock.stepped",      "6be31f08a92d45c79e40c7d1b3f586a2", stepped_priority,     say_stepped},
    /* clang-format on */
};

/*
 * Finds the message by the text alone, in which `kind` comes second, after the number: most events
 * are not for the log, and under load reading all their JSON is work that others wait for.
 */
static const struct message *find_message(const char *body, size_t size)
{
    static const char member[] = "\"kind\":\"";
    const char *kind = memmem(body, size, member, strlen(member));
    size_t left;

    if (!kind)
        return NULL;
    kind += strlen(member);
    left = size - (size_t)(kind - body);
    for (size_t i = 0; i < ARRAY_SIZE(messages); i++) {
        size_t length = strlen(messages[i].kind);

        if (length < left && memcmp(kind, messages[i].kind, length) == 0 && kind[length] == '"')
            return &messages[i];
    }
    return NULL;
}

/* ---- one event ---- */

static void add_subject(struct line *line, const json_t *event)
{
    if (json_object_get(event, "hold"))
        add(line, "hold %" PRId64 ", booking %s at %s: ", number_of(event, "hold"),
            text_of(event, "booking"), text_of(event, "facility"));
}

static void add_lateness(struct line *line, const json_t *event)
{
    if (!json_is_true(json_object_get(event, "late")))
        return;
    add(line, " (told ");
    add_length(line, number_of(event, "late_us"));
    add(line, " late)");
}

static void send(const struct message *message, const json_t *event, const char *line)
{
    char seq[24], hold[24];
    const struct log_field fields[JOURNAL_FIELDS] = {
        {"SEQ", seq},
        {"HOLD_ID", hold},
        {"BOOKING", text_of(event, "booking")},
        {"FACILITY", text_of(event, "facility")},
    };

    snprintf(seq, sizeof(seq), "%" PRId64, number_of(event, "seq"));
    snprintf(hold, sizeof(hold), "%" PRId64, number_of(event, "hold"));
    log_event(message->priority(event), message->id, fields,
              json_object_get(event, "hold") ? JOURNAL_FIELDS : 1, line);
}

static void json_ptr(json_t **json)
{
    json_decref(*json);
}

void journal_event(const struct law *law, const char *body, size_t size)
{
    const struct message *message = find_message(body, size);
    _cleanup_(json_ptr) json_t *event = message ? json_loadb(body, size, 0, NULL) : NULL;
    struct line line = {.used = 0};
    const struct facility *facility;

    if (!event)
        return;
    facility = law_facility(law, text_of(event, "facility"));
    add_subject(&line, event);
    message->say(&line, facility, event);
    add_lateness(&line, event);
    send(message, event, line.text);
}
