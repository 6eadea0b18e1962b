/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * The law in force: the facilities, the rules, calendars and policies they follow, and who has
 * which role.
 *
 * It is made whole, never changed, and replaced as a whole when the configuration is loaded anew.
 * Threads that use it hold a reference each, so that one may finish what it does by the law it
 * began with.
 */

#include "access.h"
#include "books.h"
#include "facility.h"
#include "macro.h"

#define LAW_FINGERPRINT_SIZE 65

struct law {
    struct books *books;
    size_t n_rules;
    struct rule *rules;  /* those that the configuration names; the two readings are none of them */
    size_t n_facilities; /* at least 1 */
    struct facility *facilities;
    /* For holds whose facility has left the configuration. Its policy honours nothing: whoever
     * holds somebody must be able to say by what rule. */
    struct facility fallback;
    struct access access;
    char fingerprint[LAW_FINGERPRINT_SIZE]; /* of all by which deadlines are worked out, SHA-256 */
    _Atomic int references;
};

/* A law without facilities, on those books, which it takes over. NULL where memory is short. */
struct law *law_new(struct books *books);

struct law *law_ref(struct law *law);
void law_unref(struct law *law);
DEFINE_CLEANUP(struct law *, law_unref)

/* Adds an empty one at the end, which may move those before. NULL where memory is short. */
struct rule *law_add_rule(struct law *law);
struct facility *law_add_facility(struct law *law);

/* The rule of that name, of the configuration or one of the two readings. Returns whether there is
 * one. */
bool law_rule(const struct law *law, const char *name, struct rule *rule);

/* The facility of that id, or NULL. */
const struct facility *law_facility(const struct law *law, const char *id);

/* The name of that facility's zone; "UTC" where there is none of that id any more. */
const char *law_zone_name(const struct law *law, const char *id);

/* The bound on a hold's time by the policy that decided on it; NULL without one. */
const struct policy_clock *law_bound(const struct law *law, const struct hold *hold);

/* To be called once all is added. */
void law_seal(struct law *law);
