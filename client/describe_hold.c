/* SPDX-License-Identifier: ISC */

/* Holds, told to people. */

#include <string.h>

#include "describe.h"
#include "local.h"
#include "member.h"
#include "text.h"

char *describe_time_left(const json_t *hold)
{
    int64_t remaining_us = member_int(hold, "remaining_us");
    int64_t overdue_us = member_int(hold, "overdue_us");
    _cleanup_(free_ptr) char *length = NULL;

    if (strcmp(member_text(hold, "state"), "expired") == 0 || overdue_us > 0) {
        length = local_length(overdue_us > 0 ? overdue_us : 0);
        return text_new("overdue %s", length);
    }
    if (remaining_us == INT64_MIN)
        return text_new("%s", "");
    /* Between the deadline and its expiry, a moment later, there is nothing left. */
    return local_length(remaining_us > 0 ? remaining_us : 0);
}

char *describe_facts(const json_t *facts)
{
    const char *name, *separator = "";
    json_t *fact;
    char *list = NULL;
    size_t size;
    FILE *out = text_not_null(open_memstream(&list, &size));

    json_object_foreach((json_t *)facts, name, fact)
    {
        _cleanup_(free_ptr) char *value = NULL;

        if (json_is_null(fact))
            continue;
        if (!json_is_string(fact))
            value = text_not_null(json_dumps(fact, JSON_ENCODE_ANY | JSON_COMPACT));
        fprintf(out, "%s%s %s", separator, name, value ? value : json_string_value(fact));
        separator = ", ";
    }
    return text_not_null(fclose(out) ? NULL : list);
}

bool describe_binds(const json_t *object, const char *member)
{
    const char *rule = member_text(object, "rule");
    size_t length = strlen(rule);

    return strncmp(member, rule, length) == 0 && strcmp(member + length, "_deadline_at") == 0;
}

void describe_hold_briefly(FILE *out, const json_t *hold)
{
    const struct zone *zone = local_zone(member_text(hold, "zone"));
    bool runs = member_int(hold, "remaining_us") != INT64_MIN;
    _cleanup_(free_ptr) char *deadline = local_text(zone, member_instant(hold, "deadline_at"));
    _cleanup_(free_ptr) char *left = describe_time_left(hold);

    fprintf(out, "hold %lld (", (long long)member_int(hold, "id"));
    if (*member_text(hold, "booking")) { /* which not everybody may see */
        text_put(out, member_text(hold, "booking"));
        fputs(" at ", out);
    }
    text_put(out, member_text(hold, "facility"));
    fputs(") is ", out);
    text_put(out, member_text(hold, "state"));
    if (runs)
        fprintf(out, ", deadline %s, %s left", deadline, left);
    else if (*left)
        fprintf(out, ", %s", left);
    fputc('\n', out);
    if (member_true(hold, "transfer_conflict"))
        fputs("The pickup lies after the end of the authority to hold: do not wait for it.\n", out);
}

/* ---- the block
 * ------------------------------------------------------------------------------------ */

/* The value of one line, owned by the caller; NULL or "" leaves the line out. */
typedef char *value_fn(const json_t *hold, const char *member, const struct zone *zone);

static char *value_text(const json_t *hold, const char *member, const struct zone *zone)
{
    (void)zone;
    return text_new("%s", member_text(hold, member));
}

static char *value_int(const json_t *hold, const char *member, const struct zone *zone)
{
    int64_t value = member_int(hold, member);

    (void)zone;
    return value == INT64_MIN ? NULL : text_new("%lld", (long long)value);
}

static char *value_time(const json_t *hold, const char *member, const struct zone *zone)
{
    instant at = member_instant(hold, member);

    return at == INSTANT_NONE ? NULL : local_and_utc_text(zone, at);
}

static char *value_time_left(const json_t *hold, const char *member, const struct zone *zone)
{
    (void)member;
    (void)zone;
    return describe_time_left(hold);
}

static char *value_facility(const json_t *hold, const char *member, const struct zone *zone)
{
    (void)zone;
    return text_new("%s (%s)", member_text(hold, member), member_text(hold, "zone"));
}

static char *value_rule(const json_t *hold, const char *member, const struct zone *zone)
{
    int64_t limit_h = member_int(hold, "limit_h");

    (void)zone;
    if (limit_h == INT64_MIN)
        return NULL;
    return text_new("%lld h, %s", (long long)limit_h, member_text(hold, member));
}

/* A deadline by one reading of the clock. */
static char *value_reading(const json_t *hold, const char *member, const struct zone *zone)
{
    _cleanup_(free_ptr) char *time = value_time(hold, member, zone);

    return time ? text_new("%s%s", time, describe_binds(hold, member) ? "  BINDS" : "") : NULL;
}

static char *value_policy(const json_t *hold, const char *member, const struct zone *zone)
{
    const char *policy = member_text(hold, member);
    const char *version = member_text(hold, "policy_version");
    const char *rule = member_text(hold, "policy_rule");

    (void)zone;
    if (!*policy)
        return NULL;
    return text_new("%s%s%s%s%s", policy, *version ? ", version " : "", version,
                    *rule ? ", rule " : "", rule);
}

static char *value_facts(const json_t *hold, const char *member, const struct zone *zone)
{
    (void)zone;
    return describe_facts(json_object_get(hold, member));
}

static char *value_pickup(const json_t *hold, const char *member, const struct zone *zone)
{
    _cleanup_(free_ptr) char *time = value_time(hold, member, zone);

    if (!time)
        return NULL;
    return text_new("%s%s", time,
                    member_true(hold, "transfer_conflict") ? "  AFTER AUTHORITY HAS ENDED" : "");
}

static char *value_next(const json_t *hold, const char *member, const struct zone *zone)
{
    const json_t *timer = json_object_get(hold, member);
    int64_t rung_s = member_int(timer, "rung_s");
    _cleanup_(free_ptr) char *due = local_and_utc_text(zone, member_instant(timer, "due_at"));
    _cleanup_(free_ptr) char *rung = NULL;

    if (!json_is_object(timer))
        return NULL;
    if (rung_s <= 0)
        return text_new("%s at %s", member_text(timer, "kind"), due);
    rung = local_length(rung_s * US_PER_S);
    return text_new("%s (%s left) at %s", member_text(timer, "kind"), rung, due);
}

static const struct line {
    const char *label, *member;
    value_fn *value;
} lines[] = {
    {"Hold", "id", value_int},
    {"Booking", "booking", value_text},
    {"Facility", "facility", value_facility},
    {"State", "state", value_text},
    {"Time left", NULL, value_time_left},
    {"Deadline", "deadline_at", value_time},
    {"Consecutive", "consecutive_deadline_at", value_reading},
    {"Regulatory", "regulatory_deadline_at", value_reading},
    {"Authority end", "authority_ended_at", value_time},
    {"Ended", "ended_at", value_time},
    {"Pickup", "pickup_at", value_pickup},
    {"Next", "next_timer", value_next},
    {"Eligible", "eligible_at", value_time},
    {"Reason", "eligible_reason", value_text},
    {"Rule", "rule", value_rule},
    {"Clock of hold", "first_hold", value_int},
    {"Replaces", "replaces", value_int},
    {"Form", "form", value_text},
    {"Issued", "issued_at", value_time},
    {"ICE office", "ice_office", value_text},
    {"ICE warrant", "ice_warrant", value_text},
    {"Lift code", "lift_code", value_text},
    {"Decision", "decision", value_text},
    {"Policy", "policy", value_policy},
    {"Because", "policy_reason", value_text},
    {"Citation", "policy_cite", value_text},
    {"Facts", "facts", value_facts},
    {"Booked", "booked_at", value_time},
    {"Received", "received_at", value_time},
    {"Served", "served_at", value_time},
    {"Revision", "rev", value_int},
    {"Policy text", "policy_hash", value_text},
};

void describe_hold(FILE *out, const json_t *hold)
{
    const struct zone *zone = local_zone(member_text(hold, "zone"));

    for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
        _cleanup_(free_ptr) char *value = lines[i].value(hold, lines[i].member, zone);

        if (value)
            text_put_field(out, lines[i].label, value);
    }
}
