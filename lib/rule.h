/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * The clock rule: how long a detainer lets a jail hold somebody.
 *
 * Form I-247A (ICE, 2017): "for a period not to exceed 48 hours beyond the time when he/she would
 * otherwise have been released", that is 48 elapsed hours from the release-eligible instant.
 */

#include "instant.h"
#include "names.h"

enum rule_kind {
    RULE_NONE,
    RULE_CONSECUTIVE, /* elapsed hours */
};

extern const struct names rule_names;

/* From what a rule counts. */
enum rule_start {
    RULE_FROM_NONE,
    RULE_FROM_ELIGIBLE, /* the person would otherwise have been released */
    RULE_FROM_RECEIVED, /* the jail got the detainer */
    RULE_FROM_SERVED,   /* the person was given a copy */
};

extern const struct names rule_start_names;

#define RULE_LIMIT_H 48 /* no rule allows more */

struct rule {
    enum rule_kind kind;
    int limit_h; /* 1 to RULE_LIMIT_H */
};

/*
 * The earliest instant at which the rule's time has run out for a person release-eligible at
 * `eligible_at`. Returns false where that instant cannot be represented.
 */
bool rule_deadline(const struct rule *rule, instant eligible_at, instant *deadline_at);
