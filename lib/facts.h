/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Facts: what is known of a person, the charge and the papers when a policy decides.
 *
 * Each fact may be not given, and a policy must say what that means for it. Some are not told but
 * follow from the detainer itself; facts_record lists those first. The names are those by which
 * conditions in policies, and the `facts` object of the API, call them.
 */

#include "hold.h"

/* When a policy is asked: as the detainer comes in, and again as the clock is to start. */
enum phase {
    PHASE_NONE,
    PHASE_REQUEST,
    PHASE_START,
};

extern const struct names phase_names;
extern const struct names charge_severity_names; /* infraction, misdemeanor, felony */

/* Members of type truth are of enum truth. Years are whole years completed since. */
struct facts {
    /* These follow from the detainer: facts_given counts those after them. */
    int phase;
    int form; /* of form_names */
    instant received_at;
    int served;

    int ice_warrant; /* of ice_warrant_names; that of the request, until another is told */
    int judicial_warrant;
    int criminal_warrant;
    int federal_felony_warrant;
    int charge_severity; /* of charge_severity_names */
    int charge_violent;
    int charge_serious;
    int64_t bail_cents;
    int vehicle_charge;
    int probable_cause; /* a judge's finding, on a felony */
    int felony_pending;
    int felony_arrest_prior;
    int felony_conviction;
    int state_prison_felony;
    int64_t violent_conviction_years; /* since the most recent one */
    int64_t serious_conviction_years;
    int64_t wobbler_conviction_years;
    int64_t felony_convictions_5y; /* how many in five years */
    int violent_conviction_served; /* in custody for it, or released from its sentence */
    int64_t sentence_end_years;    /* since the end of that sentence */
    int homicide_conviction;
    int significant_record;
    int aggravated_felony;
    int sex_or_arson_registrant;
    int gang_database;
    int terrorist_match;
    int illegal_reentry;
    int prior_removal;
    int64_t age; /* years */
    int citizenship_proof;
    int reimbursement_agreement;
    int own_law_enforcement_purpose;
};

/* Facts that are told anew: those given are now so, and of those forgotten nothing is known. */
struct facts_update {
    struct facts facts;
    uint64_t forgotten; /* bit set of indices into facts_record; such a fact is not given */
};

void facts_update_init(struct facts_update *update);
void facts_apply(struct facts *facts, const struct facts_update *update);

extern const struct record facts_record;       /* all of them */
extern const struct record facts_given_record; /* those that somebody must tell */