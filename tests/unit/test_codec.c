/* SPDX-License-Identifier: ISC */

/* Holds, events and problems as JSON, to the byte. */

#include <jansson.h>

#include "codec.h"
#include "scenario.h"

static void check_text(char *text, const char *expected)
{
    ck_assert_ptr_nonnull(text);
    ck_assert_str_eq(text, expected);
    free(text);
}

static void check_holds(const struct hold *hold, const struct timer *next_timer, instant now,
                        const char *part)
{
    char *text = codec_hold(hold, "America/Los_Angeles", next_timer, now, 0);

    ck_assert_ptr_nonnull(text);
    ck_assert_msg(strstr(text, part), "%s\nis not part of\n%s", part, text);
    free(text);
}

START_TEST(a_held_hold_is_told_whole)
{
    struct scenario scenario;

    scenario_start(&scenario);
    scenario_reach(&scenario, HOLD_HELD);
    scenario.hold.last_seq = 2;
    check_text(
        codec_hold(&scenario.hold, "America/Los_Angeles",
                   scenario_timer(&scenario, TIMER_WARNING, 86400), scenario.now + 1, 0),
        "{\"id\":1,\"rev\":2,\"booking\":\"2026-0001\",\"facility\":\"PIERCE\","
        "\"zone\":\"America/Los_Angeles\",\"state\":\"held\",\"form\":\"I-247A\","
        "\"issued_at\":null,\"ice_office\":null,\"ice_warrant\":null,\"decision\":\"honor\","
        "\"decided\":false,\"booked_at\":\"2026-11-23T18:00:00Z\","
        "\"received_at\":\"2026-11-24T18:00:00Z\",\"served_at\":null,"
        "\"replaces\":null,\"policy\":\"test-policy\",\"policy_version\":\"2026\","
        "\"policy_hash\":\"0123\",\"policy_rule\":\"all\","
        "\"policy_reason\":\"the test says so\",\"policy_cite\":\"Sec. 1\",\"facts\":null,"
        "\"eligible_at\":\"2026-11-24T19:00:00Z\",\"eligible_reason\":\"other\","
        "\"rule\":\"consecutive\",\"limit_h\":48,\"deadline_at\":\"2026-11-26T19:00:00Z\","
        "\"consecutive_deadline_at\":\"2026-11-26T19:00:00Z\","
        "\"regulatory_deadline_at\":\"2026-11-27T19:00:00Z\",\"withdrawn_at\":null,"
        "\"authority_ended_at\":null,\"pickup_at\":null,\"lift_code\":null,\"ended_at\":null,"
        "\"first_hold\":null,\"last_seq\":2,\"remaining_us\":172799999999,\"overdue_us\":0,"
        "\"transfer_conflict\":false,\"next_timer\":{\"kind\":\"warning\",\"rung_s\":86400,"
        "\"due_at\":\"2026-11-25T19:00:00Z\"}}");
}
END_TEST

START_TEST(a_lodged_hold_has_no_clock_yet)
{
    struct scenario scenario;

    scenario_start(&scenario);
    scenario_reach(&scenario, HOLD_LODGED);
    check_holds(&scenario.hold, NULL, scenario.now, "\"deadline_at\":null");
    check_holds(&scenario.hold, NULL, scenario.now, "\"rule\":null,\"limit_h\":null");
    check_holds(&scenario.hold, NULL, scenario.now,
                "\"remaining_us\":null,\"overdue_us\":0,\"transfer_conflict\":false,"
                "\"next_timer\":null}");
}
END_TEST

START_TEST(overdue_grows_until_the_end_is_told)
{
    struct scenario scenario;

    scenario_start(&scenario);
    scenario_reach(&scenario, HOLD_EXPIRED);
    check_holds(&scenario.hold, NULL, scenario.now + 5, "\"remaining_us\":null,\"overdue_us\":5,");
    scenario.now += 7;
    scenario_do(&scenario, COMMAND_TRANSFER, scenario.now);
    check_holds(&scenario.hold, NULL, scenario.now + 100, "\"overdue_us\":7,");
}
END_TEST

START_TEST(only_warnings_have_rungs)
{
    struct scenario scenario;
    struct timer timer = {.hold = 1, .kind = TIMER_PICKUP_MISSED, .due_at = unit_instant(T0) + 1};

    scenario_start(&scenario);
    scenario_reach(&scenario, HOLD_LODGED);
    check_holds(&scenario.hold, &timer, scenario.now,
                "\"next_timer\":{\"kind\":\"transfer_missed\",\"rung_s\":null,"
                "\"due_at\":\"2026-11-24T18:00:00.000001Z\"}}");
}
END_TEST

START_TEST(conflicts_and_missing_zones_are_told)
{
    struct scenario scenario;
    char *text;

    scenario_start(&scenario);
    scenario_reach(&scenario, HOLD_HELD);
    scenario.hold.pickup_at = scenario.hold.deadline_at + 1;
    check_holds(&scenario.hold, NULL, scenario.now, "\"transfer_conflict\":true");
    text = codec_hold(&scenario.hold, NULL, NULL, scenario.now, 0);
    ck_assert_ptr_nonnull(strstr(text, "\"zone\":null"));
    free(text);
}
END_TEST

START_TEST(an_event_tells_only_what_it_has_to_say)
{
    struct scenario scenario;

    scenario_start(&scenario);
    scenario_reach(&scenario, HOLD_HELD);
    scenario.outcome.events[0].seq = 2;
    check_text(
        codec_event(&scenario.outcome.events[0]),
        "{\"seq\":2,\"kind\":\"hold.started\",\"hold\":1,\"rev\":2,"
        "\"booking\":\"2026-0001\",\"facility\":\"PIERCE\",\"state\":\"held\","
        "\"at\":\"2026-11-24T19:00:00Z\",\"recorded_at\":\"2026-11-24T19:00:00Z\","
        "\"actor\":\"uid:1000\",\"pid\":4711,\"eligible_at\":\"2026-11-24T19:00:00Z\","
        "\"deadline_at\":\"2026-11-26T19:00:00Z\",\"decision\":\"honor\",\"reason\":\"other\","
        "\"rule\":\"consecutive\",\"consecutive_deadline_at\":\"2026-11-26T19:00:00Z\","
        "\"regulatory_deadline_at\":\"2026-11-27T19:00:00Z\",\"policy\":\"test-policy\","
        "\"policy_version\":\"2026\",\"policy_hash\":\"0123\",\"policy_rule\":\"all\","
        "\"policy_reason\":\"the test says so\",\"policy_cite\":\"Sec. 1\"}");
}
END_TEST

START_TEST(a_late_expiry_tells_how_late)
{
    struct scenario scenario;

    scenario_start(&scenario);
    scenario_reach(&scenario, HOLD_LODGED);
    scenario.now = DEADLINE_AT + 2 * US_PER_S;
    scenario_do(&scenario, COMMAND_START, ELIGIBLE_AT);
    scenario.outcome.events[1].seq = 3;
    check_text(codec_event(&scenario.outcome.events[1]),
               "{\"seq\":3,\"kind\":\"hold.expired\",\"hold\":1,\"rev\":3,"
               "\"booking\":\"2026-0001\",\"facility\":\"PIERCE\",\"state\":\"expired\","
               "\"at\":\"2026-11-26T19:00:00Z\",\"recorded_at\":\"2026-11-26T19:00:02Z\","
               "\"actor\":\"uid:1000\",\"pid\":4711,\"due_at\":\"2026-11-26T19:00:00Z\","
               "\"late_us\":2000000,\"late\":true,\"deadline_at\":\"2026-11-26T19:00:00Z\","
               "\"cause\":\"deadline\"}");
}
END_TEST

START_TEST(an_event_may_be_of_no_hold)
{
    struct event event;

    record_clear(&event_record, &event);
    event.seq = 4;
    event.kind = EVENT_CLOCK_STEPPED;
    event.at = event.recorded_at = unit_instant(T0);
    event.step_us = -5;
    check_text(codec_event(&event), "{\"seq\":4,\"kind\":\"clock.stepped\",\"at\":\"" T0
                                    "\",\"recorded_at\":\"" T0 "\",\"step_us\":-5}");
}
END_TEST

START_TEST(texts_are_escaped_as_json_wants_them)
{
    struct event event;

    record_clear(&event_record, &event);
    event.text = "\"quoted\"\\\n\t\u00e9\U0001f600";
    check_text(codec_event(&event), "{\"text\":\"\\\"quoted\\\"\\\\\\n\\t\u00e9\U0001f600\"}");
}
END_TEST

static const struct {
    enum problem_kind kind;
    const char *field, *detail, *expected;
} problems[] = {
    {PROBLEM_NOT_FOUND, "", "there is no hold 7",
     "{\"type\":\"about:blank\",\"title\":\"Not Found\",\"status\":404,\"kind\":\"not-found\","
     "\"detail\":\"there is no hold 7\"}"},
    {PROBLEM_TIME_ORDER, "at", "at is wrong",
     "{\"type\":\"about:blank\",\"title\":\"Unprocessable Content\",\"status\":422,"
     "\"kind\":\"time-order\",\"detail\":\"at is wrong\",\"field\":\"at\"}"},
    /* a query parameter may be anything */
    {PROBLEM_UNKNOWN_PARAMETER, "\xff\u00e9", "there is no parameter \xff",
     "{\"type\":\"about:blank\",\"title\":\"Bad Request\",\"status\":400,"
     "\"kind\":\"unknown-parameter\",\"detail\":\"there is no parameter ?\",\"field\":\"???\"}"},
};

START_TEST(a_problem_is_told_in_rfc_9457)
{
    struct problem problem;

    problem_set(&problem, problems[_i].kind, problems[_i].field, "%s", problems[_i].detail);
    check_text(codec_problem(&problem), problems[_i].expected);
}
END_TEST

START_TEST(what_is_illegal_comes_with_what_is_legal)
{
    struct scenario scenario;
    struct command command;

    scenario_start(&scenario);
    scenario_reach(&scenario, HOLD_EXPIRED);
    command = scenario_command(&scenario, COMMAND_SERVE);
    scenario_apply(&scenario, &command);
    check_text(codec_problem(&scenario.problem),
               "{\"type\":\"about:blank\",\"title\":\"Conflict\",\"status\":409,"
               "\"kind\":\"illegal-transition\","
               "\"detail\":\"cannot serve a hold that is expired; legal now: schedule, transfer, "
               "release, close, correct, note\",\"state\":\"expired\","
               "\"legal\":[\"schedule\",\"transfer\",\"release\",\"close\",\"correct\",\"note\"]}");
    scenario_do(&scenario, COMMAND_RELEASE, scenario.now);
    scenario_apply(&scenario, &command);
    check_text(codec_problem(&scenario.problem),
               "{\"type\":\"about:blank\",\"title\":\"Conflict\",\"status\":409,"
               "\"kind\":\"illegal-transition\","
               "\"detail\":\"cannot serve a hold that is released; it has ended and takes no more "
               "commands\",\"state\":\"released\",\"legal\":[]}");
}
END_TEST

START_TEST(a_hold_that_is_another_by_now_comes_with_its_revision)
{
    struct problem problem;

    problem_set(&problem, PROBLEM_PRECONDITION_FAILED, "If-Match", "look first");
    problem.rev = 7;
    check_text(codec_problem(&problem),
               "{\"type\":\"about:blank\",\"title\":\"Precondition Failed\",\"status\":412,"
               "\"kind\":\"precondition-failed\",\"detail\":\"look first\","
               "\"field\":\"If-Match\",\"rev\":7}");
}
END_TEST

START_TEST(every_problem_has_a_title)
{
    struct problem problem;
    char *text;

    problem_set(&problem, PROBLEM_NONE + 1 + _i, NULL, "x");
    text = codec_problem(&problem);
    ck_assert_ptr_nonnull(text);
    ck_assert_ptr_null(strstr(text, "\"title\":\"Error\""));
    free(text);
}
END_TEST

START_TEST(mistakes_are_told_line_by_line_whatever_is_in_them)
{
    struct problem problem;

    problem_set(&problem, PROBLEM_INVALID_CONFIGURATION, NULL, "a:1: first");
    problem.mistakes = "a:1: first\nb:2: caf\xe9\nc:3: \xc3\xa4\n";
    check_text(codec_problem(&problem),
               "{\"type\":\"about:blank\",\"title\":\"Unprocessable Content\",\"status\":422,"
               "\"kind\":\"invalid-configuration\",\"detail\":\"a:1: first\","
               "\"mistakes\":[\"a:1: first\",\"b:2: caf?\",\"c:3: \xc3\xa4\"]}");
}
END_TEST

START_TEST(what_is_about_the_person_can_be_left_out)
{
    static const char *const personal[] = {"booking", "facts", "policy_rule", "policy_reason",
                                           "policy_cite"};
    struct scenario scenario;
    json_t *whole, *part;
    char *text;

    scenario_start(&scenario);
    scenario_reach(&scenario, HOLD_HELD);
    text = codec_hold(&scenario.hold, "UTC", NULL, scenario.now, 0);
    whole = json_loads(text, 0, NULL);
    free(text);
    text = codec_hold(&scenario.hold, "UTC", NULL, scenario.now, RECORD_PERSONAL);
    part = json_loads(text, 0, NULL);
    free(text);
    for (size_t i = 0; i < ARRAY_SIZE(personal); i++) {
        ck_assert_ptr_null(json_object_get(part, personal[i]));
        ck_assert_int_eq(json_object_del(whole, personal[i]), 0);
    }
    ck_assert(json_equal(whole, part));
    json_decref(whole);
    json_decref(part);
}
END_TEST

START_TEST(an_event_can_do_without_what_is_about_the_person)
{
    static const char event[] =
        "{\"seq\":7,\"kind\":\"hold.noted\",\"hold\":1,\"booking\":\"B-1\",\"state\":\"held\","
        "\"actor\":\"uid:1\",\"reason\":\"r\",\"text\":\"t\",\"policy\":\"p\",\"policy_rule\":"
        "\"x\","
        "\"policy_reason\":\"y\",\"policy_cite\":\"z\",\"facts\":{\"age\":3}}and more";

    check_text(codec_event_without(event, strlen(event) - strlen("and more"), RECORD_PERSONAL),
               "{\"seq\":7,\"kind\":\"hold.noted\",\"hold\":1,\"state\":\"held\","
               "\"actor\":\"uid:1\",\"policy\":\"p\"}");
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {.test = a_held_hold_is_told_whole},
        {.test = what_is_about_the_person_can_be_left_out},
        {.test = an_event_can_do_without_what_is_about_the_person},
        {.test = a_lodged_hold_has_no_clock_yet},
        {.test = overdue_grows_until_the_end_is_told},
        {.test = only_warnings_have_rungs},
        {.test = conflicts_and_missing_zones_are_told},
        {.test = an_event_tells_only_what_it_has_to_say},
        {.test = a_late_expiry_tells_how_late},
        {.test = an_event_may_be_of_no_hold},
        {.test = texts_are_escaped_as_json_wants_them},
        {a_problem_is_told_in_rfc_9457, ARRAY_SIZE(problems)},
        {.test = what_is_illegal_comes_with_what_is_legal},
        {.test = a_hold_that_is_another_by_now_comes_with_its_revision},
        {every_problem_has_a_title, PROBLEM_KINDS - 1},
        {.test = mistakes_are_told_line_by_line_whatever_is_in_them},
    };

    return unit_run("codec", tests, ARRAY_SIZE(tests));
}
