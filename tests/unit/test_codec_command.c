/* SPDX-License-Identifier: ISC */

/* Bodies of commands: what is read from them, and what is refused, by name. */

#include "codec.h"
#include "unit.h"

/* Parses a body from memory of exactly its size, so that a sanitizer sees whoever reads past it. */
static int parse(enum command_kind kind, const char *body, size_t size, struct command *command,
                 struct problem *problem)
{
    char *exact = malloc(size ? size : 1);
    int r;

    memcpy(exact, body, size);
    command_init(command, kind, 1, "uid:1000", 4711);
    *problem = (struct problem){0};
    r = codec_command_parse(exact, size, command, problem);
    free(exact);
    return r;
}

static void must_parse(enum command_kind kind, const char *body, struct command *command)
{
    struct problem problem;
    int r = parse(kind, body, strlen(body), command, &problem);

    ck_assert_msg(r == 0, "%s: %s", body, problem.detail);
}

START_TEST(reads_a_whole_request)
{
    struct command command;

    must_parse(COMMAND_REQUEST,
               "{\"booking\":\"2026-0001\",\"facility\":\"PIERCE\",\"form\":\"I-247D\","
               "\"issued_at\":\"2026-11-24T08:00:00-08:00\",\"ice_office\":\"Tacoma \u2013 ERO\","
               "\"ice_warrant\":\"I-205\",\"booked_at\":\"2026-11-23T18:00:00Z\","
               "\"received_at\":\"2026-11-24T18:00:00Z\"}",
               &command);
    ck_assert_str_eq(command.booking, "2026-0001");
    ck_assert_str_eq(command.facility, "PIERCE");
    ck_assert_str_eq(form_names.values[command.form], "I-247D");
    ck_assert_int_eq(command.issued_at, unit_instant("2026-11-24T16:00:00Z"));
    ck_assert_str_eq(command.ice_office, "Tacoma \u2013 ERO");
    ck_assert_str_eq(ice_warrant_names.values[command.ice_warrant], "I-205");
    ck_assert_int_eq(command.booked_at, unit_instant("2026-11-23T18:00:00Z"));
    ck_assert_int_eq(command.at, unit_instant("2026-11-24T18:00:00Z"));
}
END_TEST

START_TEST(reads_what_each_command_takes)
{
    struct command command;

    must_parse(COMMAND_DECIDE, "{\"decision\":\"decline\",\"reason\":\"no warrant\"}", &command);
    ck_assert_int_eq(command.decision, DECISION_DECLINE);
    ck_assert_str_eq(command.reason, "no warrant");
    must_parse(COMMAND_START, "{\"eligible_at\":\"" T0 "\",\"reason\":\"bond_posted\"}", &command);
    ck_assert_int_eq(command.at, unit_instant(T0));
    ck_assert_int_eq(command.eligible_reason, ELIGIBLE_BOND_POSTED);
    must_parse(COMMAND_SCHEDULE, "{\"pickup_at\":\"" T0 "\"}", &command);
    ck_assert_int_eq(command.pickup_at, unit_instant(T0));
    ck_assert_int_eq(command.at, INSTANT_NONE);
    must_parse(COMMAND_CANCEL, "{\"lift_code\":\"U\",\"reason\":\"\"}", &command);
    ck_assert_str_eq(lift_code_names.values[command.lift_code], "U");
    must_parse(COMMAND_CLOSE, "{\"reason\":\"escaped\"}", &command);
    ck_assert_str_eq(close_reason_names.values[command.close_reason], "escaped");
    must_parse(COMMAND_CORRECT, "{\"eligible_at\":\"" T0 "\",\"reason\":\"typo\"}", &command);
    ck_assert_int_eq(command.at, unit_instant(T0));
    must_parse(COMMAND_NOTE, "{\"text\":\"called\\n\\tnobody\"}", &command);
    ck_assert_str_eq(command.text, "called\n\tnobody");
    must_parse(COMMAND_RELEASE, " { \"reason\" : \"\\u00e9\\ud83d\\ude00\" } ", &command);
    ck_assert_str_eq(command.reason, "\u00e9\U0001f600");
}
END_TEST

START_TEST(an_empty_body_is_an_empty_object)
{
    struct command empty, object, untouched;
    struct problem problem;

    command_init(&untouched, COMMAND_TRANSFER, 1, "uid:1000", 4711);
    ck_assert_int_eq(parse(COMMAND_TRANSFER, "", 0, &empty, &problem), 0);
    must_parse(COMMAND_TRANSFER, "{}", &object);
    ck_assert_mem_eq(&empty, &untouched, sizeof(empty));
    ck_assert_mem_eq(&object, &untouched, sizeof(object));
    ck_assert_int_eq(parse(COMMAND_CLOSE, "", 0, &empty, &problem), PROBLEM_MISSING_FIELD);
}
END_TEST

#define BODY(text)      text, sizeof(text) - 1
#define REQUEST(member) BODY("{\"booking\":\"1\",\"facility\":\"P\"," member "}")

static const struct {
    enum command_kind kind;
    const char *body;
    size_t size;
    enum problem_kind problem;
    const char *field, *says;
} refused[] = {
    /* not JSON */
    {COMMAND_SERVE, BODY("{\"at\":\"x\" 1}"), PROBLEM_MALFORMED_JSON, "at", "line 1, column"},
    {COMMAND_SERVE, BODY("{\"at\":"), PROBLEM_MALFORMED_JSON, "at", "too early"},
    {COMMAND_SERVE, BODY("{\n\"at\":tru\n}"), PROBLEM_MALFORMED_JSON, "at", "line 2"},
    {COMMAND_SERVE, BODY("{\"at\":\"x\"} x"), PROBLEM_MALFORMED_JSON, "", "after the end"},
    {COMMAND_SERVE, BODY("{} {}"), PROBLEM_MALFORMED_JSON, "", "after the end"},
    {COMMAND_SERVE, BODY("{\"at\":\"x\",}"), PROBLEM_MALFORMED_JSON, "at", "JSON object"},
    {COMMAND_SERVE, BODY("{'at':1}"), PROBLEM_MALFORMED_JSON, "", "JSON object"},
    {COMMAND_SERVE, BODY(" "), PROBLEM_MALFORMED_JSON, "", "too early"},
    {COMMAND_SERVE, BODY("at=now"), PROBLEM_MALFORMED_JSON, "", "JSON object"},
    {COMMAND_SERVE, BODY("\"at\""), PROBLEM_MALFORMED_JSON, "", "JSON object"},
    {COMMAND_SERVE, BODY("null"), PROBLEM_MALFORMED_JSON, "", "JSON object"},
    {COMMAND_SERVE, BODY("\xef\xbb\xbf{}"), PROBLEM_MALFORMED_JSON, "", "JSON object"},
    {COMMAND_SERVE, BODY("[]"), PROBLEM_WRONG_TYPE, "", "object"},
    /* bytes that texts cannot hold */
    {COMMAND_NOTE, BODY("{\"text\":\"a\xff\"}"), PROBLEM_MALFORMED_JSON, "text", "UTF-8"},
    {COMMAND_NOTE, BODY("{\"text\":\"\xc0\x80\"}"), PROBLEM_MALFORMED_JSON, "text", "UTF-8"},
    {COMMAND_NOTE, BODY("{\"text\":\"\xed\xa0\x80\"}"), PROBLEM_MALFORMED_JSON, "text", "UTF-8"},
    {COMMAND_NOTE, BODY("{\"text\":\"\\ud800\"}"), PROBLEM_MALFORMED_JSON, "text", "Unicode"},
    {COMMAND_NOTE, BODY("{\"t\xff\":1}"), PROBLEM_MALFORMED_JSON, "", "UTF-8"},
    {COMMAND_NOTE, BODY("{\"text\":\"a\\u0000\"}"), PROBLEM_MALFORMED_JSON, "text", "NUL"},
    {COMMAND_NOTE, BODY("{\"text\\u0000\":\"a\"}"), PROBLEM_MALFORMED_JSON, "text", "NUL"},
    {COMMAND_NOTE, BODY("{\"text\":\"a\0b\"}"), PROBLEM_MALFORMED_JSON, "text", "control"},
    {COMMAND_NOTE, BODY("{\"text\":\"a\nb\"}"), PROBLEM_MALFORMED_JSON, "text", "newline"},
    /* numbers out of range */
    {COMMAND_SERVE, BODY("{\"at\":1e999}"), PROBLEM_MALFORMED_JSON, "at", "too large"},
    {COMMAND_SERVE, BODY("{\"at\":9223372036854775808}"), PROBLEM_MALFORMED_JSON, "at", "large"},
    {COMMAND_SERVE, BODY("{\"at\":-9223372036854775809}"), PROBLEM_MALFORMED_JSON, "at", "large"},
    /* doubled */
    {COMMAND_SERVE, BODY("{\"at\":\"x\",\"at\":\"x\"}"), PROBLEM_DUPLICATE_FIELD, "at", "once"},
    {COMMAND_SERVE, BODY("{\"at\":1,\"\\u0061t\":2}"), PROBLEM_DUPLICATE_FIELD, "at", "once"},
    {COMMAND_SERVE, BODY("{\"x\":1,\"x\":2}"), PROBLEM_DUPLICATE_FIELD, "x", "once"},
    /* misspelt */
    {COMMAND_SERVE, BODY("{\"att\":\"x\"}"), PROBLEM_UNKNOWN_FIELD, "att", "takes at"},
    {COMMAND_SERVE, BODY("{\"At\":\"x\"}"), PROBLEM_UNKNOWN_FIELD, "At", "takes at"},
    {COMMAND_SERVE, BODY("{\"\":1}"), PROBLEM_UNKNOWN_FIELD, "", "takes at"},
    {COMMAND_START, BODY("{\"at\":\"" T0 "\"}"), PROBLEM_UNKNOWN_FIELD, "at",
     "start has no member at; it takes eligible_at, reason, facts"},
    {COMMAND_REQUEST, BODY("{\"id\":1}"), PROBLEM_UNKNOWN_FIELD, "id", "booking, facility, form"},
    {COMMAND_SERVE, BODY("{\"\u00e9\\u001b[2J\":1}"), PROBLEM_UNKNOWN_FIELD, "\u00e9?[2J", "takes"},
    /* left out */
    {COMMAND_REQUEST, BODY("{}"), PROBLEM_MISSING_FIELD, "booking", "needs"},
    {COMMAND_REQUEST, BODY("{\"booking\":\"1\"}"), PROBLEM_MISSING_FIELD, "facility", "needs"},
    {COMMAND_DECIDE, BODY("{\"decision\":\"honor\"}"), PROBLEM_MISSING_FIELD, "reason", "needs"},
    {COMMAND_DECIDE, BODY("{\"reason\":\"x\"}"), PROBLEM_MISSING_FIELD, "decision", "needs"},
    {COMMAND_SCHEDULE, BODY("{}"), PROBLEM_MISSING_FIELD, "pickup_at", "needs"},
    {COMMAND_CLOSE, BODY("{}"), PROBLEM_MISSING_FIELD, "reason", "needs"},
    {COMMAND_CORRECT, BODY("{\"reason\":\"x\"}"), PROBLEM_MISSING_FIELD, "eligible_at", "needs"},
    {COMMAND_CORRECT, BODY("{\"eligible_at\":\"" T0 "\"}"), PROBLEM_MISSING_FIELD, "reason",
     "needs"},
    {COMMAND_NOTE, BODY("{}"), PROBLEM_MISSING_FIELD, "text", "needs"},
    /* of another type */
    {COMMAND_SERVE, BODY("{\"at\":1795539600}"), PROBLEM_WRONG_TYPE, "at", "must be a string"},
    {COMMAND_SERVE, BODY("{\"at\":-0.0}"), PROBLEM_WRONG_TYPE, "at", "must be a string"},
    {COMMAND_SERVE, BODY("{\"at\":true}"), PROBLEM_WRONG_TYPE, "at", "must be a string"},
    {COMMAND_SERVE, BODY("{\"at\":[\"x\"]}"), PROBLEM_WRONG_TYPE, "at", "must be a string"},
    {COMMAND_SERVE, BODY("{\"at\":{\"at\":1}}"), PROBLEM_WRONG_TYPE, "at", "must be a string"},
    {COMMAND_SERVE, BODY("{\"at\":null}"), PROBLEM_WRONG_TYPE, "at", "leave out"},
    {COMMAND_REQUEST, REQUEST("\"form\":247"), PROBLEM_WRONG_TYPE, "form", "must be a string"},
    /* of another value */
    {COMMAND_SERVE, BODY("{\"at\":\"noon\"}"), PROBLEM_INVALID_VALUE, "at", "RFC 3339"},
    {COMMAND_SERVE, BODY("{\"at\":\"\"}"), PROBLEM_INVALID_VALUE, "at", "RFC 3339"},
    {COMMAND_SERVE, BODY("{\"at\":\"2026-11-24T09:00:00\"}"), PROBLEM_INVALID_VALUE, "at",
     "offset"},
    {COMMAND_SERVE, BODY("{\"at\":\"2026-13-24T09:00:00Z\"}"), PROBLEM_INVALID_VALUE, "at",
     "2026-11-24T09:00:00-08:00"},
    {COMMAND_REQUEST, REQUEST("\"form\":\"I-247B\""), PROBLEM_INVALID_VALUE, "form",
     "I-247, I-247D, I-247X, I-247A"},
    {COMMAND_REQUEST, REQUEST("\"form\":\"I-247N\""), PROBLEM_INVALID_VALUE, "form",
     "nobody may be held on it"},
    {COMMAND_REQUEST, REQUEST("\"ice_warrant\":\"\""), PROBLEM_INVALID_VALUE, "ice_warrant",
     "I-200"},
    {COMMAND_START, BODY("{\"reason\":\"bail\"}"), PROBLEM_INVALID_VALUE, "reason", "bond_posted"},
    {COMMAND_DECIDE, BODY("{\"decision\":\"review\",\"reason\":\"x\"}"), PROBLEM_INVALID_VALUE,
     "decision", "honor, decline"},
    {COMMAND_DECIDE, BODY("{\"decision\":\"honor\",\"reason\":\"\"}"), PROBLEM_INVALID_VALUE,
     "reason", "empty"},
    {COMMAND_NOTE, BODY("{\"text\":\"\"}"), PROBLEM_INVALID_VALUE, "text", "empty"},
    {COMMAND_NOTE, BODY("{\"text\":\"a\\u001b[2J\"}"), PROBLEM_INVALID_VALUE, "text", "control"},
    {COMMAND_NOTE, BODY("{\"text\":\"a\\u007f\"}"), PROBLEM_INVALID_VALUE, "text", "control"},
    {COMMAND_NOTE, BODY("{\"text\":\"a\\r\\n\"}"), PROBLEM_INVALID_VALUE, "text", "control"},
    {COMMAND_RELEASE, BODY("{\"reason\":\"a\\nb\"}"), PROBLEM_INVALID_VALUE, "reason", "control"},
    {COMMAND_REQUEST, BODY("{\"booking\":\"1\\t\",\"facility\":\"P\"}"), PROBLEM_INVALID_VALUE,
     "booking", "control"},
};

START_TEST(refuses_by_name)
{
    struct command command;
    struct problem problem;
    int r = parse(refused[_i].kind, refused[_i].body, refused[_i].size, &command, &problem);

    ck_assert_msg(r == (int)refused[_i].problem, "%s: %s, not %s", refused[_i].body,
                  problem_name(problem.kind), problem_name(refused[_i].problem));
    ck_assert_int_eq(problem.kind, r);
    ck_assert_int_eq(problem_status(problem.kind), 400);
    ck_assert_str_eq(problem.field, refused[_i].field);
    ck_assert_msg(strstr(problem.detail, refused[_i].says), "\"%s\" does not say \"%s\"",
                  problem.detail, refused[_i].says);
}
END_TEST

static const struct {
    enum command_kind kind;
    const char *before, *after; /* of the text, in the body */
    const char *field;
    size_t limit;
} limits[] = {
    {COMMAND_REQUEST, "{\"facility\":\"P\",\"booking\":\"", "\"}", "booking", 64},
    {COMMAND_REQUEST, "{\"booking\":\"1\",\"facility\":\"", "\"}", "facility", 32},
    {COMMAND_REQUEST, "{\"booking\":\"1\",\"facility\":\"P\",\"ice_office\":\"", "\"}",
     "ice_office", 64},
    {COMMAND_DECIDE, "{\"decision\":\"honor\",\"reason\":\"", "\"}", "reason", 512},
    {COMMAND_RELEASE, "{\"reason\":\"", "\"}", "reason", 512},
    {COMMAND_CANCEL, "{\"reason\":\"", "\"}", "reason", 512},
    {COMMAND_CORRECT, "{\"eligible_at\":\"" T0 "\",\"reason\":\"", "\"}", "reason", 512},
    {COMMAND_NOTE, "{\"text\":\"", "\"}", "text", 2048},
};

/* Texts are measured in bytes of UTF-8; these end in a character of two. */
START_TEST(texts_may_be_so_long_and_no_longer)
{
    char text[4096], body[8192], says[32];
    struct command command;
    struct problem problem;

    memset(text, 'x', sizeof(text));
    snprintf(text + limits[_i].limit - 2, 3, "\u00e9");
    snprintf(body, sizeof(body), "%s%s%s", limits[_i].before, text, limits[_i].after);
    must_parse(limits[_i].kind, body, &command);

    snprintf(text + limits[_i].limit - 2, 4, "x\u00e9");
    snprintf(body, sizeof(body), "%s%s%s", limits[_i].before, text, limits[_i].after);
    ck_assert_int_eq(parse(limits[_i].kind, body, strlen(body), &command, &problem),
                     PROBLEM_INVALID_VALUE);
    ck_assert_str_eq(problem.field, limits[_i].field);
    snprintf(says, sizeof(says), "at most %zu", limits[_i].limit);
    ck_assert_ptr_nonnull(strstr(problem.detail, says));
}
END_TEST

/* What a client sent may be about a person; it shall not end up in logs by way of a message. */
START_TEST(messages_do_not_repeat_values)
{
    const char *const bodies[] = {
        "{\"at\":\"Jane Doe\"}",
        "{\"at\":[\"Jane Doe\"]}",
        "{\"at\":Jane Doe}",
        "{\"at\":\"Jane Doe\" Jane Doe",
    };

    for (size_t i = 0; i < ARRAY_SIZE(bodies); i++) {
        struct command command;
        struct problem problem;

        ck_assert_int_gt(parse(COMMAND_SERVE, bodies[i], strlen(bodies[i]), &command, &problem), 0);
        ck_assert_ptr_null(strstr(problem.detail, "Jane"));
    }
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {.test = reads_a_whole_request},
        {.test = reads_what_each_command_takes},
        {.test = an_empty_body_is_an_empty_object},
        {refuses_by_name, ARRAY_SIZE(refused)},
        {texts_may_be_so_long_and_no_longer, ARRAY_SIZE(limits)},
        {.test = messages_do_not_repeat_values},
    };

    return unit_run("codec: command", tests, ARRAY_SIZE(tests));
}
