/* SPDX-License-Identifier: ISC */

/*
 * Events, told to people: what every event has stands first in columns, then what its kind has to
 * say.
 */

#include "describe.h"
#include "local.h"
#include "member.h"
#include "text.h"

/* A clerk this late is worth a word; less is the time it takes to type. */
#define RECORDED_LATER_US US_PER_MIN

/* Writes what a member says, if it says anything; `label` comes before it. Returns whether it did.
 */
typedef bool detail_fn(FILE *out, const char *label, const json_t *event, const char *member,
                       const struct zone *zone);

static bool put_detail(FILE *out, const char *label, const char *value)
{
    fprintf(out, "  %s ", label);
    text_put(out, value);
    return true;
}

static bool detail_text(FILE *out, const char *label, const json_t *event, const char *member,
                        const struct zone *zone)
{
    const char *text = member_text(event, member);

    (void)zone;
    return *text && put_detail(out, label, text);
}

static bool detail_time(FILE *out, const char *label, const json_t *event, const char *member,
                        const struct zone *zone)
{
    instant at = member_instant(event, member);
    _cleanup_(free_ptr) char *text = local_text(zone, at);

    return at != INSTANT_NONE && put_detail(out, label, text);
}

/* The deadline by a reading that does not bind; the one that does stands there already. */
static bool detail_reading(FILE *out, const char *label, const json_t *event, const char *member,
                           const struct zone *zone)
{
    return !describe_binds(event, member) && detail_time(out, label, event, member, zone);
}

static bool put_length(FILE *out, const char *label, int64_t length_us)
{
    _cleanup_(free_ptr) char *text = local_length(length_us);

    return put_detail(out, label, text);
}

static bool detail_length(FILE *out, const char *label, const json_t *event, const char *member,
                          const struct zone *zone)
{
    int64_t length_us = member_int(event, member);

    (void)zone;
    if (length_us == INT64_MIN || (length_us > -US_PER_S && length_us < US_PER_S))
        return false;
    return put_length(out, label, length_us);
}

/* What a warning warns of. Its rung says less: one that has already passed fires when it is heard
 * of. */
static bool detail_left(FILE *out, const char *label, const json_t *event, const char *member,
                        const struct zone *zone)
{
    instant deadline_at = member_instant(event, "deadline_at");
    instant recorded_at = member_instant(event, "recorded_at");

    (void)zone;
    if (member_int(event, member) == INT64_MIN || deadline_at == INSTANT_NONE ||
        recorded_at == INSTANT_NONE)
        return false;
    return put_length(out, label, deadline_at > recorded_at ? deadline_at - recorded_at : 0);
}

static bool detail_flag(FILE *out, const char *label, const json_t *event, const char *member,
                        const struct zone *zone)
{
    (void)zone;
    return member_true(event, member) && fprintf(out, "  %s", label) > 0;
}

static bool detail_facts(FILE *out, const char *label, const json_t *event, const char *member,
                         const struct zone *zone)
{
    _cleanup_(free_ptr) char *facts = describe_facts(json_object_get(event, member));

    (void)zone;
    return *facts && put_detail(out, label, facts);
}

static bool detail_hold(FILE *out, const char *label, const json_t *event, const char *member,
                        const struct zone *zone)
{
    int64_t id = member_int(event, member);

    (void)zone;
    return id != INT64_MIN && fprintf(out, "  %s %lld", label, (long long)id) > 0;
}

static const struct detail {
    const char *member, *label;
    detail_fn *put;
} details[] = {
    {"rung_s", "time left", detail_left},
    {"decision", "decision", detail_text},
    {"cause", "cause", detail_text},
    {"eligible_at", "eligible", detail_time},
    {"deadline_at", "deadline", detail_time},
    {"previous_deadline_at", "instead of", detail_time},
    {"lengthened", "LENGTHENED", detail_flag},
    {"rule", "by rule", detail_text},
    {"consecutive_deadline_at", "consecutive", detail_reading},
    {"regulatory_deadline_at", "regulatory", detail_reading},
    {"replaces", "replaces hold", detail_hold},
    {"first_hold", "clock of hold", detail_hold},
    {"pickup_at", "pickup", detail_time},
    {"transfer_conflict", "AFTER AUTHORITY HAS ENDED", detail_flag},
    {"overdue_us", "overdue", detail_length},
    {"late_us", "fired late by", detail_length},
    {"step_us", "clock moved by", detail_length},
    {"lift_code", "lift code", detail_text},
    {"reason", "reason", detail_text},
    {"facts", "facts", detail_facts},
    {"policy", "policy", detail_text},
    {"policy_version", "version", detail_text},
    {"policy_rule", "rule", detail_text},
    {"policy_reason", "because", detail_text},
    {"policy_cite", "citation", detail_text},
    {"text", "note", detail_text},
    {"actor", "by", detail_text},
};

static void put_hold_of(FILE *out, const json_t *event)
{
    if (member_int(event, "hold") == INT64_MIN)
        return;
    fprintf(out, "  hold %lld  ", (long long)member_int(event, "hold"));
    if (*member_text(event, "booking")) { /* which not everybody may see */
        text_put(out, member_text(event, "booking"));
        fputs("  ", out);
    }
    text_put(out, member_text(event, "facility"));
    fputs("  ", out);
    text_put(out, member_text(event, "state"));
}

/* By whom it was late, if it was: a timer's lateness stands in `late_us`. */
static void put_recorded_later(FILE *out, const json_t *event)
{
    instant at = member_instant(event, "at");
    instant recorded_at = member_instant(event, "recorded_at");

    if (at != INSTANT_NONE && recorded_at != INSTANT_NONE &&
        recorded_at - at >= RECORDED_LATER_US && member_int(event, "late_us") == INT64_MIN)
        put_length(out, "recorded later by", recorded_at - at);
}

void describe_event(FILE *out, const json_t *event, const struct zone *zone)
{
    _cleanup_(free_ptr) char *at = local_text(zone, member_instant(event, "at"));

    fprintf(out, "%6lld  %s  ", (long long)member_int(event, "seq"), at);
    text_put(out, member_text(event, "kind"));
    fprintf(out, "%*s", (int)(18 - text_width(member_text(event, "kind"))), "");
    put_hold_of(out, event);
    for (size_t i = 0; i < ARRAY_SIZE(details); i++)
        details[i].put(out, details[i].label, event, details[i].member, zone);
    put_recorded_later(out, event);
    fputc('\n', out);
}
