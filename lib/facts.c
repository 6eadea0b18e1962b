/* SPDX-License-Identifier: ISC */

/* Facts: names and fields. */

#include "facts.h"

#include <assert.h>
#include <string.h>

static const char *const phase_values[] = {
    [PHASE_NONE] = NULL,
    [PHASE_REQUEST] = "request",
    [PHASE_START] = "start",
};
const struct names phase_names = NAMES(phase_values);

static const char *const charge_severity_values[] = {NULL, "infraction", "misdemeanor", "felony"};
const struct names charge_severity_names = NAMES(charge_severity_values);

#define NAME(member, names) FIELD_NAME(struct facts, member, names)
#define TRUTH(member)       FIELD_TRUTH(struct facts, member)
#define COUNT(member)       FIELD_INT(struct facts, member)

static const struct record_field fields[] = {
    NAME(phase, &phase_names),
    NAME(form, &form_names),
    FIELD_INSTANT(struct facts, received_at),
    TRUTH(served),
#define FOLLOWING 4
    NAME(ice_warrant, &ice_warrant_names),
    TRUTH(judicial_warrant),
    TRUTH(criminal_warrant),
    TRUTH(federal_felony_warrant),
    NAME(charge_severity, &charge_severity_names),
    TRUTH(charge_violent),
    TRUTH(charge_serious),
    COUNT(bail_cents),
    TRUTH(vehicle_charge),
    TRUTH(probable_cause),
    TRUTH(felony_pending),
    TRUTH(felony_arrest_prior),
    TRUTH(felony_conviction),
    TRUTH(state_prison_felony),
    COUNT(violent_conviction_years),
    COUNT(serious_conviction_years),
    COUNT(wobbler_conviction_years),
    COUNT(felony_convictions_5y),
    TRUTH(violent_conviction_served),
    COUNT(sentence_end_years),
    TRUTH(homicide_conviction),
    TRUTH(significant_record),
    TRUTH(aggravated_felony),
    TRUTH(sex_or_arson_registrant),
    TRUTH(gang_database),
    TRUTH(terrorist_match),
    TRUTH(illegal_reentry),
    TRUTH(prior_removal),
    COUNT(age),
    TRUTH(citizenship_proof),
    TRUTH(reimbursement_agreement),
    TRUTH(own_law_enforcement_purpose),
};
const struct record facts_record = RECORD_FIELDS(fields);
const struct record facts_given_record = {
    sizeof(fields) / sizeof(fields[0]) - FOLLOWING,
    fields + FOLLOWING,
};
static_assert(sizeof(fields) / sizeof(fields[0]) <= 64,
              "facts_update.forgotten has a bit for each");

void facts_update_init(struct facts_update *update)
{
    record_clear(&facts_record, &update->facts);
    update->forgotten = 0;
}

/* Whether a fact is given. */
static bool is_given(const struct record_field *field, const struct facts *facts)
{
    const void *member = record_const_member(field, facts);

    if (field->type == RECORD_INT || field->type == RECORD_INSTANT)
        return *(const int64_t *)member != RECORD_NO_INT;
    return *(const int *)member != 0;
}

void facts_apply(struct facts *facts, const struct facts_update *update)
{
    for (size_t i = 0; i < facts_record.count; i++) {
        const struct record_field *field = &facts_record.fields[i];

        if (is_given(field, &update->facts) || update->forgotten & (UINT64_C(1) << i))
            memcpy(record_member(field, facts), record_const_member(field, &update->facts),
                   field->size);
    }
}
