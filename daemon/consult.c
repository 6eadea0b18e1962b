/* SPDX-License-Identifier: ISC */

/* Facts from the command and its hold, to the policy. */

#include "consult.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "codec.h"
#include "codec_input.h"
#include "macro.h"

/* What is already known: stored by us, so whatever cannot be read is no longer known. */
static int load_facts(const char *text, struct facts *facts)
{
    struct facts_update stored;
    struct problem problem;
    json_auto_t *object = NULL;
    int r = 0;

    record_clear(&facts_record, facts);
    facts_update_init(&stored);
    if (*text)
        r = codec_body_load(text, strlen(text), &object, &problem);
    if (!r && object)
        r = codec_facts_read(&facts_given_record, object, &stored, &problem);
    if (!r)
        facts_apply(facts, &stored);
    return r < 0 ? r : 0;
}

static int save_facts(const struct facts *facts, char text[static FACTS_SIZE])
{
    _cleanup_(free_ptr) char *json = codec_facts(facts);

    if (!json)
        return -ENOMEM;
    snprintf(text, FACTS_SIZE, "%s", strcmp(json, "{}") == 0 ? "" : json);
    return 0;
}

static int merge(struct command *command, const struct hold *hold, struct facts *facts)
{
    int r = load_facts(hold ? hold->facts : "", facts);

    facts_apply(facts, &command->facts);
    return r ? r : save_facts(facts, command->known_facts);
}

int consult_facts(struct command *command, const struct hold *hold)
{
    struct facts facts;

    return merge(command, hold, &facts);
}

/* What follows from the detainer itself. */
static void derive(const struct command *command, const struct hold *hold, instant at,
                   struct facts *facts)
{
    int form = hold ? hold->form : command->form;

    facts->phase = hold ? PHASE_START : PHASE_REQUEST;
    facts->form = form ? form : names_find(&form_names, FORM_DEFAULT);
    facts->received_at = hold ? hold->received_at : at;
    facts->served = hold && hold->served_at != INSTANT_NONE ? TRUTH_YES : TRUTH_NO;
    if (!facts->ice_warrant)
        facts->ice_warrant = hold ? hold->ice_warrant : command->ice_warrant;
}

int consult_policy(struct evaluator *evaluator, const struct facility *facility,
                   struct command *command, const struct hold *hold, instant at)
{
    struct facts facts;
    int r = merge(command, hold, &facts);

    if (r)
        return r;
    derive(command, hold, at, &facts);
    r = evaluator_rule(evaluator, facility->policy, &facts, zone_day(facility->zone, at),
                       &command->ruling);
    command->bound = command->ruling.clock;
    return r;
}
