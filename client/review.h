/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * The review of past stays: who was held past which deadline, by how much, and what that comes to.
 *
 * Past a deadline means held past the authority of a detainer by that rule, had one been there from
 * the moment the person was release-eligible; whether there was one, and why somebody stayed, is
 * not in the times.
 */

#include "rule.h"
#include "stay.h"

#define REVIEW_RULES_MAX 2

/* The most rows of one file. Of each used one, eight bytes are kept for the exact median. */
#define REVIEW_ROWS_MAX (INT64_C(1) << 24)

/* What one rule says of one stay. */
struct verdict {
    instant deadline_at;
    int64_t over_us;    /* held past the deadline; 0 where not */
    int64_t counted_us; /* of the stay, by the rule: where it excludes nothing, all of it */
};

/* What one rule says of all stays. */
struct review_total {
    int64_t n_past;
    int64_t over_us; /* stops at INT64_MAX: nobody's records hold 290,000 years */
    int64_t longest_us;
    char *longest_booking; /* owned; NULL while nobody was held past */
};

struct review {
    const struct zone *zone;
    const char *zone_name;
    struct calendar *us_federal, *county; /* of the rules; owned, NULL where not needed */
    size_t n_rules;
    struct rule rules[REVIEW_RULES_MAX];
    struct review_total totals[REVIEW_RULES_MAX];
    int64_t n_rows;
    int64_t n_unusable;
    int64_t n_notes[STAY_NOTES]; /* stays with that note */
    size_t n_used;
    int64_t *lengths_us; /* of the used stays, from eligible to out; in no order */
    size_t capacity;
};

/* Whether the rule counts less than all the time there is. */
bool review_excludes(const struct rule *rule);

/*
 * Judges a stay by all rules, and adds it to what they say of all. Returns whether it is past any
 * of the deadlines. counted_us is set only where `all` or where it is: counting takes its time.
 */
bool review_judge(struct review *review, const struct stay *stay, bool all,
                  struct verdict verdicts[static REVIEW_RULES_MAX]);

/* The median length of all used stays, of two in the middle their mean; INT64_MIN without any. */
int64_t review_median_us(struct review *review);

void review_clear(struct review *review);
