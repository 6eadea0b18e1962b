/* SPDX-License-Identifier: ISC */

/* What an event looks like in the log, as plain lines on stderr. */

#include <unistd.h>

#include "codec.h"
#include "journal.h"
#include "simulation/world.h"
#include "unit.h"

#define SUBJECT "detainerd: hold 7, booking 2026-0001 at PIERCE: "

static struct event new_event(enum event_kind kind)
{
    struct event event;

    record_clear(&event_record, &event);
    event.seq = 12;
    event.kind = kind;
    event.hold = 7;
    event.at = event.recorded_at = unit_instant(T0);
    strcpy(event.booking, "2026-0001");
    strcpy(event.facility, "PIERCE");
    return event;
}

/* The lines that an event makes on stderr, which is put aside meanwhile. */
static const char *logged(const struct event *event)
{
    static char text[2048];
    struct law *law = world_law();
    char *body = codec_event(event);
    int saved = dup(STDERR_FILENO);
    FILE *file = tmpfile();
    size_t n;

    unsetenv("JOURNAL_STREAM");
    ck_assert_ptr_nonnull(file);
    fflush(stderr);
    dup2(fileno(file), STDERR_FILENO);
    journal_event(law, body, strlen(body));
    dup2(saved, STDERR_FILENO);
    close(saved);
    rewind(file);
    n = fread(text, 1, sizeof(text) - 1, file);
    text[n] = '\0';
    fclose(file);
    free(body);
    law_unref(law);
    return text;
}

START_TEST(a_warning_says_who_how_long_and_until_when)
{
    struct event event = new_event(EVENT_WARNING);

    event.rung_s = 900;
    event.deadline_at = unit_instant(T0) + 15 * US_PER_MIN;
    ck_assert_str_eq(
        logged(&event),
        SUBJECT "warning: 15 min left, the person must be out by 2026-11-24 10:15:00 -08:00\n");
}
END_TEST

START_TEST(a_late_warning_says_so)
{
    struct event event = new_event(EVENT_WARNING);

    event.rung_s = 900;
    event.deadline_at = unit_instant(T0);
    event.late = true;
    event.late_us = 2 * US_PER_H;
    ck_assert_str_eq(logged(&event), SUBJECT
                     "warning: no time left, the person must be out by 2026-11-24 10:00:00 -08:00 "
                     "(told 2 h 0 min late)\n");
}
END_TEST

START_TEST(an_expiry_says_what_to_do)
{
    struct event event = new_event(EVENT_EXPIRED);

    event.cause = CAUSE_DEADLINE;
    ck_assert_str_eq(logged(&event), SUBJECT
                     "EXPIRED: authority to hold ended at 2026-11-24 10:00:00 -08:00; release the "
                     "person and record it\n");
    event.cause = CAUSE_CANCELLED;
    ck_assert_ptr_nonnull(strstr(logged(&event), "ICE cancelled the detainer"));
}
END_TEST

START_TEST(a_transfer_says_whether_it_was_late)
{
    struct event event = new_event(EVENT_TRANSFERRED);

    event.overdue_us = 0;
    ck_assert_str_eq(logged(&event),
                     SUBJECT "transferred: ICE assumed custody at 2026-11-24 10:00:00 -08:00\n");
    event.overdue_us = 90 * US_PER_MIN;
    ck_assert_ptr_nonnull(strstr(logged(&event), "1 h 30 min after authority to hold had ended"));
}
END_TEST

START_TEST(pickups_are_told_at_every_turn)
{
    struct event event = new_event(EVENT_TRANSFER_SCHEDULED);

    event.pickup_at = unit_instant(T0) + US_PER_H;
    event.deadline_at = unit_instant(T0);
    event.transfer_conflict = true;
    ck_assert_ptr_nonnull(strstr(logged(&event), "AFTER the deadline 2026-11-24 10:00:00"));
    event.transfer_conflict = false;
    ck_assert_ptr_null(strstr(logged(&event), "AFTER"));
    event.kind = EVENT_TRANSFER_DUE;
    ck_assert_ptr_nonnull(strstr(logged(&event), "pickup is due now, 2026-11-24 11:00:00"));
    event.kind = EVENT_TRANSFER_MISSED;
    ck_assert_ptr_nonnull(strstr(logged(&event), "pickup missed: "));
}
END_TEST

START_TEST(a_clock_step_has_no_subject)
{
    struct event event = new_event(EVENT_CLOCK_STEPPED);

    event.hold = RECORD_NO_INT;
    event.step_us = -1500 * 1000;
    ck_assert_str_eq(
        logged(&event),
        "detainerd: the wall clock was set, or the machine slept: it moved by -1.500 s\n");
}
END_TEST

START_TEST(an_unknown_facility_is_told_in_utc)
{
    struct event event = new_event(EVENT_EXPIRED);

    strcpy(event.facility, "GONE");
    ck_assert_ptr_nonnull(strstr(logged(&event), "at GONE: EXPIRED"));
    ck_assert_ptr_nonnull(strstr(logged(&event), "2026-11-24T18:00:00Z"));
}
END_TEST

START_TEST(everything_else_stays_out_of_the_log)
{
    struct event event = new_event(EVENT_LODGED);

    ck_assert_str_eq(logged(&event), "");
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {.test = a_warning_says_who_how_long_and_until_when},
        {.test = a_late_warning_says_so},
        {.test = an_expiry_says_what_to_do},
        {.test = a_transfer_says_whether_it_was_late},
        {.test = pickups_are_told_at_every_turn},
        {.test = a_clock_step_has_no_subject},
        {.test = an_unknown_facility_is_told_in_utc},
        {.test = everything_else_stays_out_of_the_log},
    };

    return unit_run("journal", tests, ARRAY_SIZE(tests));
}
