/* SPDX-License-Identifier: ISC */

/* Facts: told anew, taken back, written as JSON and read again. */

#include <jansson.h>

#include "codec.h"
#include "codec_input.h"
#include "unit.h"

static struct facts none(void)
{
    struct facts facts;

    record_clear(&facts_record, &facts);
    return facts;
}

static struct facts_update update_of(const char *json)
{
    struct facts_update update;
    struct problem problem;
    json_t *object = json_loads(json, 0, NULL);
    int r;

    facts_update_init(&update);
    r = codec_facts_read(&facts_record, object, &update, &problem);
    ck_assert_msg(r == 0, "%s: %s", json, problem.detail);
    json_decref(object);
    return update;
}

static void check_json(const struct facts *facts, const char *expected)
{
    char *text = codec_facts(facts);

    ck_assert_str_eq(text, expected);
    free(text);
}

START_TEST(the_derived_ones_come_first_and_cannot_be_told)
{
    static const char *const derived[] = {"phase", "form", "received_at", "served"};

    ck_assert_uint_eq(facts_given_record.count + ARRAY_SIZE(derived), facts_record.count);
    for (size_t i = 0; i < ARRAY_SIZE(derived); i++) {
        ck_assert_str_eq(facts_record.fields[i].name, derived[i]);
        ck_assert_ptr_null(record_find(&facts_given_record, derived[i]));
    }
}
END_TEST

/* Every kind of fact, each way. */
static const struct {
    const char *before, *update, *after;
} updates[] = {
    {"{}", "{}", "{}"},
    {"{}", "{\"age\":0}", "{\"age\":0}"},
    {"{\"age\":17}", "{\"age\":18}", "{\"age\":18}"},
    {"{\"age\":17}", "{\"bail_cents\":500000}", "{\"bail_cents\":500000,\"age\":17}"},
    {"{\"age\":17}", "{\"age\":null}", "{}"},
    {"{}", "{\"age\":null}", "{}"},
    {"{\"charge_violent\":true}", "{\"charge_violent\":false}", "{\"charge_violent\":false}"},
    {"{\"charge_violent\":false}", "{}", "{\"charge_violent\":false}"},
    {"{\"charge_violent\":false}", "{\"charge_violent\":null}", "{}"},
    {"{\"charge_severity\":\"felony\"}", "{\"charge_severity\":\"misdemeanor\"}",
     "{\"charge_severity\":\"misdemeanor\"}"},
    {"{\"charge_severity\":\"felony\"}", "{\"charge_severity\":null,\"age\":3}", "{\"age\":3}"},
    {"{\"phase\":\"request\"}", "{\"phase\":\"start\",\"form\":\"I-247D\",\"served\":true}",
     "{\"phase\":\"start\",\"form\":\"I-247D\",\"served\":true}"},
    {"{}", "{\"received_at\":\"2026-11-24T10:00:00-08:00\",\"ice_warrant\":\"I-200\"}",
     "{\"received_at\":\"2026-11-24T18:00:00Z\",\"ice_warrant\":\"I-200\"}"},
};

START_TEST(are_told_anew_and_taken_back)
{
    struct facts facts = none();
    struct facts_update before = update_of(updates[_i].before),
                        update = update_of(updates[_i].update);

    facts_apply(&facts, &before);
    facts_apply(&facts, &update);
    check_json(&facts, updates[_i].after);
}
END_TEST

START_TEST(all_of_them_have_room_as_json)
{
    struct facts facts = none();
    char *text;

    for (size_t i = 0; i < facts_record.count; i++) {
        const struct record_field *field = &facts_record.fields[i];
        void *member = record_member(field, &facts);

        if (field->type == RECORD_INT)
            *(int64_t *)member = INT64_MAX;
        else if (field->type == RECORD_INSTANT)
            *(instant *)member = unit_instant("2026-11-24T18:00:00.123456Z");
        else
            *(int *)member = 1; /* false, which is the longer word, or the first name */
    }
    text = codec_facts(&facts);
    ck_assert_uint_lt(strlen(text), FACTS_SIZE);
    free(text);
}
END_TEST

static const struct {
    const char *json;
    enum problem_kind kind;
    const char *field, *detail;
} refused[] = {
    {"{\"agee\":1}", PROBLEM_UNKNOWN_FIELD, "facts.agee", "facts has no member agee"},
    {"{\"phase\":\"start\"}", PROBLEM_UNKNOWN_FIELD, "facts.phase",
     "follows from the detainer itself"},
    {"{\"served\":true}", PROBLEM_UNKNOWN_FIELD, "facts.served",
     "follows from the detainer itself"},
    {"{\"age\":\"18\"}", PROBLEM_WRONG_TYPE, "facts.age", "must be a whole number, without quotes"},
    {"{\"age\":18.0}", PROBLEM_WRONG_TYPE, "facts.age", "must be a whole number"},
    {"{\"age\":-1}", PROBLEM_INVALID_VALUE, "facts.age", "from 0 to 9007199254740991"},
    {"{\"bail_cents\":9007199254740992}", PROBLEM_INVALID_VALUE, "facts.bail_cents", "from 0 to"},
    {"{\"charge_violent\":\"yes\"}", PROBLEM_WRONG_TYPE, "facts.charge_violent",
     "must be true or false"},
    {"{\"charge_violent\":0}", PROBLEM_WRONG_TYPE, "facts.charge_violent", "must be true or false"},
    {"{\"charge_severity\":true}", PROBLEM_WRONG_TYPE, "facts.charge_severity", "must be a string"},
    {"{\"charge_severity\":\"Felony\"}", PROBLEM_INVALID_VALUE, "facts.charge_severity",
     "must be one of infraction, misdemeanor, felony"},
    {"{\"own_law_enforcement_purpose\":1}", PROBLEM_WRONG_TYPE, "facts.own_law_enforcement_purpose",
     "must be true or false"},
    {"{\"a_name_that_is_much_longer_than_any_field_has\":1}", PROBLEM_UNKNOWN_FIELD,
     "facts.a_name_that_is_much_longer_than_a", "facts has no member"},
};

START_TEST(what_is_wrong_is_refused_by_name)
{
    struct facts_update update;
    struct problem problem;
    json_t *object = json_loads(refused[_i].json, 0, NULL);

    facts_update_init(&update);
    ck_assert_int_eq(codec_facts_read(&facts_given_record, object, &update, &problem),
                     refused[_i].kind);
    ck_assert_str_eq(problem.field, refused[_i].field);
    ck_assert_msg(strstr(problem.detail, refused[_i].detail), "%s", problem.detail);
    json_decref(object);
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {.test = the_derived_ones_come_first_and_cannot_be_told},
        {are_told_anew_and_taken_back, ARRAY_SIZE(updates)},
        {.test = all_of_them_have_room_as_json},
        {what_is_wrong_is_refused_by_name, ARRAY_SIZE(refused)},
    };

    return unit_run("facts", tests, ARRAY_SIZE(tests));
}
