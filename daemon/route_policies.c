/* SPDX-License-Identifier: ISC */

/* Policies: which there are, what they say, and what they would decide. Nothing is stored. */

#include <inttypes.h>
#include <string.h>

#include "answer.h"
#include "codec.h"
#include "codec_input.h"
#include "conditions.h"
#include "value.h"
#include "worker.h"

/* ---- what there is ---- */

static json_t *border_value(int64_t day)
{
    return day == POLICY_NO_DAY_FIRST || day == POLICY_NO_DAY_LAST ? json_null() : value_day(day);
}

static json_t *versions_value(const struct policy *policy, int64_t today)
{
    json_t *versions = json_array();

    for (size_t i = 0; i < policy_n_versions(policy); i++) {
        const struct policy_version *version = policy_version(policy, i);

        json_array_append_new(versions,
                              json_pack("{s:s, s:o, s:o, s:b, s:I}", "version", version->label,
                                        "from", border_value(version->from_day), "until",
                                        border_value(version->until_day), "in_force",
                                        version->from_day <= today && today <= version->until_day,
                                        "rules", (json_int_t)version->n_rules));
    }
    return versions;
}

static json_t *facilities_value(const struct law *law, const struct policy *policy)
{
    json_t *ids = json_array();

    for (size_t i = 0; i < law->n_facilities; i++)
        if (law->facilities[i].policy == policy)
            json_array_append_new(ids, json_string(law->facilities[i].id));
    return ids;
}

/* Days are those of UTC here, because a policy knows no zone. */
static json_t *policy_value(const struct law *law, const struct policy *policy, instant now)
{
    return json_pack("{s:s, s:s, s:s?, s:s?, s:s, s:o, s:o}", "name", policy_name(policy), "title",
                     policy_title(policy), "cite", policy_cite(policy), "note", policy_note(policy),
                     "hash", policy_hash(policy), "versions",
                     versions_value(policy, now / US_PER_DAY), "facilities",
                     facilities_value(law, policy));
}

enum MHD_Result policies_list(struct exchange *exchange, const struct query *query)
{
    instant now = clock_now(exchange->worker->options->clock);
    json_t *policies = json_array();
    char tag[ENTITY_TAG_SIZE];
    const struct law *law;

    (void)query;
    conditions_law_tag(exchange, tag);
    law = worker_law(exchange->worker);
    for (size_t i = 0; i < law->books->policies.count; i++)
        json_array_append_new(policies, policy_value(law, law->books->policies.books[i], now));
    return answer_tagged_json(exchange, tag, json_pack("{s:o}", "policies", policies));
}

static enum MHD_Result refuse_name(struct exchange *exchange)
{
    return answer_refusal(exchange, PROBLEM_NOT_FOUND,
                          "there is no policy %s; GET /v1/policies lists those there are",
                          exchange->match.name);
}

enum MHD_Result policy_get(struct exchange *exchange, const struct query *query)
{
    const struct policy *policy;
    char tag[ENTITY_TAG_SIZE];
    const struct law *law;
    json_t *value;

    (void)query;
    conditions_law_tag(exchange, tag);
    law = worker_law(exchange->worker);
    policy = books_policy(law->books, exchange->match.name);
    if (!policy)
        return refuse_name(exchange);
    value = policy_value(law, policy, clock_now(exchange->worker->options->clock));
    json_object_set_new(value, "text", json_string(policy_text(policy)));
    return answer_tagged_json(exchange, tag, value);
}

/* ---- what would be decided ---- */

struct question {
    struct facts_update facts;
    instant at;
    char facility[FACILITY_ID_SIZE];
};

static const struct record_field question_fields[] = {
    FIELD(struct question, facts, RECORD_FACTS, RECORD_ALL, NULL),
    FIELD_INSTANT(struct question, at),
    FIELD_TEXT(struct question, facility),
};
static const struct record question_record = RECORD_FIELDS(question_fields);

static int read_question(struct exchange *exchange, struct question *question,
                         struct problem *problem)
{
    json_auto_t *body = NULL;
    int r;

    facts_update_init(&question->facts);
    question->at = clock_now(exchange->worker->options->clock);
    question->facility[0] = '\0';
    r = codec_body_load(exchange->body, exchange->body_size, &body, problem);
    if (!r)
        r = codec_members_read("evaluate", &question_record, body, question, problem);
    if (!question->facts.facts.phase)
        question->facts.facts.phase = PHASE_REQUEST;
    return r;
}

/* On which local day of the facility, or of UTC where none is named. */
static int find_day(const struct law *law, const struct question *question, int64_t *day,
                    struct problem *problem)
{
    const struct facility *facility =
        *question->facility ? law_facility(law, question->facility) : &law->fallback;

    if (!facility)
        return problem_set(problem, PROBLEM_UNKNOWN_FACILITY, "facility",
                           "no facility of that name is configured; GET /v1/ lists those that are");
    *day = zone_day(facility->zone, question->at);
    return 0;
}

static json_t *clock_value(const struct policy_clock *clock)
{
    if (!clock)
        return json_null();
    return json_pack("{s:s, s:i}", "start", rule_start_names.values[clock->start], "limit_h",
                     clock->limit_h);
}

static json_t *facts_value(const struct facts *facts)
{
    _cleanup_(free_ptr) char *text = codec_facts(facts);

    return text ? json_loads(text, 0, NULL) : NULL;
}

static json_t *ruling_value(const struct ruling *ruling, const struct facts *facts)
{
    return json_pack("{s:s, s:s, s:s?, s:s, s:s?, s:s?, s:s?, s:o, s:o}", "policy", ruling->policy,
                     "hash", ruling->hash, "version", ruling->version, "decision",
                     decision_names.values[ruling->decision], "rule", ruling->rule, "reason",
                     ruling->reason, "cite", ruling->cite, "clock", clock_value(ruling->clock),
                     "facts", facts_value(facts));
}

enum MHD_Result policy_evaluate(struct exchange *exchange, const struct query *query)
{
    struct worker *worker = exchange->worker;
    const struct law *law = worker_law(worker);
    const struct policy *policy = books_policy(law->books, exchange->match.name);
    struct question question;
    struct problem problem;
    struct ruling ruling;
    int64_t day = 0;
    int r;

    (void)query;
    if (!policy)
        return refuse_name(exchange);
    r = read_question(exchange, &question, &problem);
    if (!r)
        r = find_day(law, &question, &day, &problem);
    if (!r)
        r = evaluator_rule(worker->evaluator, policy, &question.facts.facts, day, &ruling);
    if (r > 0)
        return answer_problem(exchange, &problem);
    if (r < 0)
        return answer_refusal(exchange, PROBLEM_OVERLOADED, "memory is short");
    return answer_json(exchange, ruling_value(&ruling, &question.facts.facts));
}
