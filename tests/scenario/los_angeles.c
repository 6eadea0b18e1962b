/* SPDX-License-Identifier: ISC */

/*
 * The people of that year: each is first dealt a charge, then a record, then warrants, from chance
 * that always starts at the same seed.
 */

#include "los_angeles.h"

#include "unit/unit.h"

#define SEED     UINT64_C(90012)
#define MINUTES  (365 * 24 * 60) /* of a year; 31 December of a leap year stays free */
#define LOCAL_US (8 * US_PER_H)  /* behind UTC on 1 January */

/* What a policy sees of the crime. */
struct charge {
    int of_100; /* how often among its kind */
    bool vehicle;
    const char *severity;
    int64_t bail_low_cents, bail_high_cents; /* known where high is not 0 */
};

/* Bail comes in steps of this, and is often the highest of its charge. */
#define BAIL_STEP_CENTS 50000

static const struct charge low_charges[] = {
    {48, false, "misdemeanor", 0, 500000}, /* petty theft, drinking in public */
    {18, true, "misdemeanor", 0, 250000},  /* driving without a licence */
    {14, true, "infraction", 0, 250000},
    {20, false, "infraction", 0, 100000}, /* illegal vending */
};

static const struct charge high_charges[] = {
    {62, false, "felony", 1000000, 100000000},
    {4, true, "felony", 2500000, 10000000},
    {4, false, "felony", 0, 0},                  /* no bail set yet */
    {22, false, "misdemeanor", 500001, 5000000}, /* battery of a spouse */
    {8, true, "misdemeanor", 250001, 500000},    /* drunken driving */
};

static bool chance(struct unit_random *random, int of_100)
{
    return unit_random_below(random, 100) < (uint64_t)of_100;
}

/* Yes, no or not known. */
static int truth(struct unit_random *random, int yes_of_100, int unknown_of_100)
{
    if (chance(random, unknown_of_100))
        return TRUTH_NONE;
    return chance(random, yes_of_100) ? TRUTH_YES : TRUTH_NO;
}

static int64_t years(struct unit_random *random, int of_100)
{
    return chance(random, of_100) ? unit_random_between(random, 0, 20) : RECORD_NO_INT;
}

/* ---- charges ---- */

static bool is_charged(const struct facts *facts, const char *severity)
{
    return facts->charge_severity == names_find(&charge_severity_names, severity);
}

static int64_t bail(struct unit_random *random, const struct charge *charge)
{
    int64_t steps = (charge->bail_high_cents - charge->bail_low_cents) / BAIL_STEP_CENTS;

    if (!charge->bail_high_cents)
        return RECORD_NO_INT;
    if (chance(random, 15))
        return charge->bail_low_cents;
    if (chance(random, 15))
        return charge->bail_high_cents;
    return charge->bail_low_cents + unit_random_between(random, 0, steps) * BAIL_STEP_CENTS;
}

static void deal_charge(struct unit_random *random, const struct charge *charges,
                        struct facts *facts)
{
    int64_t ticket = (int64_t)unit_random_below(random, 100);
    const struct charge *charge = charges;

    while (ticket >= charge->of_100)
        ticket -= charge++->of_100;
    facts->charge_severity = names_find(&charge_severity_names, charge->severity);
    facts->vehicle_charge = charge->vehicle ? TRUTH_YES : truth(random, 0, 30);
    facts->bail_cents = bail(random, charge);
    /* Nobody looks at the bail of a felony, nor asks twice what an infraction is. */
    if (!is_charged(facts, "misdemeanor") && !charge->vehicle && chance(random, 20))
        facts->bail_cents = RECORD_NO_INT;
}

static void deal_felony(struct unit_random *random, struct facts *facts)
{
    facts->charge_violent = truth(random, 30, 10);
    facts->charge_serious = truth(random, 45, 10);
    facts->probable_cause = truth(random, 60, 30);
    facts->felony_pending = truth(random, 70, 20);
}

/* What makes the police hold somebody even for a low-level crime; one of the two, or both. */
static void deal_reason(struct unit_random *random, struct facts *facts)
{
    bool gang = chance(random, 40);

    facts->gang_database = gang ? TRUTH_YES : truth(random, 0, 50);
    facts->felony_arrest_prior = gang ? truth(random, 50, 30) : TRUTH_YES;
}

/* Of 100 others 83 have the charge to be held for, the rest a low-level one and a past. */
static void deal_crime(struct unit_random *random, bool low_level, struct facts *facts)
{
    bool by_charge = !low_level && chance(random, 83);

    deal_charge(random, by_charge ? high_charges : low_charges, facts);
    if (is_charged(facts, "felony"))
        deal_felony(random, facts);
    facts->gang_database = truth(random, by_charge ? 15 : 0, 25);
    facts->felony_arrest_prior = truth(random, by_charge ? 40 : 0, 15);
    if (!low_level && !by_charge)
        deal_reason(random, facts);
}

/* ---- people and papers ---- */

static void deal_record(struct unit_random *random, bool low_level, struct facts *facts)
{
    facts->age = unit_random_between(random, 18, 70);
    facts->prior_removal = truth(random, 20, 40);
    facts->illegal_reentry =
        facts->prior_removal == TRUTH_YES ? truth(random, 80, 20) : facts->prior_removal;
    if (low_level)
        return;
    facts->felony_conviction = truth(random, 25, 20);
    if (facts->felony_conviction != TRUTH_YES)
        return;
    facts->violent_conviction_years = years(random, 25);
    facts->serious_conviction_years = years(random, 40);
    facts->state_prison_felony = truth(random, 40, 20);
}

/* A judge's warrant is rare, and as likely for a vendor as for a robber. */
static void deal_papers(struct unit_random *random, int year, struct facts *facts)
{
    bool with_warrant = year >= 2017; /* what came with Form I-247A */
    int removed = facts->prior_removal == TRUTH_YES;

    facts->phase = PHASE_REQUEST;
    facts->form = names_find(&form_names, with_warrant ? "I-247A" : "I-247");
    if (with_warrant)
        facts->ice_warrant = names_find(&ice_warrant_names, removed ? "I-205" : "I-200");
    facts->judicial_warrant = truth(random, 3, 20);
    facts->criminal_warrant = truth(random, 10, 20);
    facts->federal_felony_warrant = truth(random, 1, 20);
}

/* ---- the year ---- */

/* Days since 1970-01-01 of 1 January, in the Gregorian calendar. */
static int64_t new_year(int year)
{
    int past = year - 1;

    return (int64_t)past * 365 + past / 4 - past / 100 + past / 400 - 719162;
}

/* Requests come evenly, give or take. */
static instant received(struct unit_random *random, int year, int i)
{
    int64_t minute = (int64_t)MINUTES * i / LOS_ANGELES_REQUESTS;
    int64_t gap = MINUTES / LOS_ANGELES_REQUESTS;

    minute += (int64_t)unit_random_below(random, (uint64_t)gap);
    return new_year(year) * US_PER_DAY + LOCAL_US + minute * US_PER_MIN;
}

static void deal(struct unit_random *random, int year, int i, struct los_angeles_request *request)
{
    struct facts *facts = &request->facts;

    snprintf(request->booking, sizeof(request->booking), "LA-%04d-%04d", year, i + 1);
    request->received_at = received(random, year, i);
    request->eligible_at =
        request->received_at + unit_random_between(random, 30, INT64_C(21) * 24 * 60) * US_PER_MIN;
    record_clear(&facts_record, facts);
    facts->received_at = request->received_at;
    facts->served = TRUTH_NO;
    deal_crime(random, request->low_level, facts);
    deal_record(random, request->low_level, facts);
    deal_papers(random, year, facts);
}

void los_angeles_year(int year, struct los_angeles_request requests[static LOS_ANGELES_REQUESTS])
{
    struct unit_random random = {SEED};
    int low_level = LOS_ANGELES_LOW_LEVEL;

    for (int i = 0; i < LOS_ANGELES_REQUESTS; i++) {
        int left = LOS_ANGELES_REQUESTS - i;

        /* Every choice of 400 among them is as likely as any other. */
        requests[i].low_level = (int)unit_random_below(&random, (uint64_t)left) < low_level;
        low_level -= requests[i].low_level;
        deal(&random, year, i, &requests[i]);
    }
}

/* ---- the policies ---- */

static bool everybody(const struct los_angeles_request *request)
{
    (void)request;
    return true;
}

static bool no_low_level(const struct los_angeles_request *request)
{
    return !request->low_level;
}

static bool with_a_judges_warrant(const struct los_angeles_request *request)
{
    return request->facts.judicial_warrant == TRUTH_YES;
}

const struct los_angeles_policy los_angeles_policies[LOS_ANGELES_POLICIES] = {
    {"secure-communities", 2012, everybody, 0, 0},
    {"lapd-2013", 2013, no_low_level, LOS_ANGELES_LOW_LEVEL, LOS_ANGELES_LOW_LEVEL},
    {"ca-values-2018", 2018, with_a_judges_warrant, 3200, 3380},
};
