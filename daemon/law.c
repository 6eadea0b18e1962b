/* SPDX-License-Identifier: ISC */

/* The law: facilities, their rules, and the books. */

#include "law.h"

#include <openssl/evp.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define US_FEDERAL    "us-federal"
#define ALWAYS_REVIEW "always-review"

struct law *law_new(struct books *books)
{
    struct law *law = calloc(1, sizeof(*law));

    if (!law)
        return NULL;
    law->books = books;
    law->references = 1;
    access_init(&law->access);
    facility_default(&law->fallback);
    law->fallback.us_federal = books_calendar(books, US_FEDERAL);
    law->fallback.policy = books_policy(books, ALWAYS_REVIEW);
    return law;
}

struct law *law_ref(struct law *law)
{
    atomic_fetch_add(&law->references, 1);
    return law;
}

void law_unref(struct law *law)
{
    if (atomic_fetch_sub(&law->references, 1) > 1)
        return;
    books_free(law->books);
    access_clear(&law->access);
    free(law->rules);
    free(law->facilities);
    free(law);
}

struct rule *law_add_rule(struct law *law)
{
    struct rule *more = reallocarray(law->rules, law->n_rules + 1, sizeof(*more));

    if (!more)
        return NULL;
    law->rules = more;
    more += law->n_rules++;
    rule_consecutive(more);
    return more;
}

struct facility *law_add_facility(struct law *law)
{
    struct facility *more = reallocarray(law->facilities, law->n_facilities + 1, sizeof(*more));

    if (!more)
        return NULL;
    law->facilities = more;
    more += law->n_facilities++;
    *more = law->fallback;
    more->policy = NULL;
    return more;
}

bool law_rule(const struct law *law, const char *name, struct rule *rule)
{
    rule_consecutive(rule);
    if (strcmp(name, rule->name) == 0)
        return true;
    rule_regulatory(law->fallback.us_federal, rule);
    if (strcmp(name, rule->name) == 0)
        return true;
    for (size_t i = 0; i < law->n_rules; i++) {
        if (strcmp(name, law->rules[i].name) != 0)
            continue;
        *rule = law->rules[i];
        return true;
    }
    return false;
}

const struct facility *law_facility(const struct law *law, const char *id)
{
    for (size_t i = 0; i < law->n_facilities; i++)
        if (strcmp(law->facilities[i].id, id) == 0)
            return &law->facilities[i];
    return NULL;
}

const char *law_zone_name(const struct law *law, const char *id)
{
    const struct facility *facility = law_facility(law, id);

    return facility ? facility->zone_name : "UTC";
}

const struct policy_clock *law_bound(const struct law *law, const struct hold *hold)
{
    const struct policy *policy = books_policy(law->books, hold->policy);

    return policy ? policy_version_clock(policy, hold->policy_version) : NULL;
}

/* ---- the fingerprint ---- */

static void add_text(EVP_MD_CTX *digest, const char *text)
{
    EVP_DigestUpdate(digest, text, strlen(text) + 1);
}

/* Which days a calendar names; what it calls them changes no deadline. */
static void add_calendar(EVP_MD_CTX *digest, const struct calendar *calendar)
{
    char days[CALENDAR_LAST_DAY - CALENDAR_FIRST_DAY + 1];

    for (int64_t day = CALENDAR_FIRST_DAY; day <= CALENDAR_LAST_DAY; day++)
        days[day - CALENDAR_FIRST_DAY] = calendar_holiday(calendar, day) ? 1 : 0;
    add_text(digest, calendar_name(calendar));
    EVP_DigestUpdate(digest, days, sizeof(days));
}

static void add_rule(EVP_MD_CTX *digest, const struct rule *rule)
{
    const int numbers[] = {(int)rule->start, rule->limit_h, rule->weekends_excluded,
                           (int)rule->n_calendars};

    EVP_DigestUpdate(digest, numbers, sizeof(numbers));
    for (size_t i = 0; i < rule->n_calendars; i++)
        add_text(digest, calendar_name(rule->calendars[i]));
}

static void add_facility(EVP_MD_CTX *digest, const struct facility *facility)
{
    add_text(digest, facility->id);
    add_text(digest, facility->zone_name);
    add_rule(digest, &facility->rule);
}

void law_seal(struct law *law)
{
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned int size = 0;

    EVP_DigestInit_ex(digest, EVP_sha256(), NULL);
    for (size_t i = 0; i < law->books->calendars.count; i++)
        add_calendar(digest, law->books->calendars.books[i]);
    for (size_t i = 0; i < law->n_facilities; i++)
        add_facility(digest, &law->facilities[i]);
    for (size_t i = 0; i < law->books->policies.count; i++) {
        add_text(digest, policy_name(law->books->policies.books[i]));
        add_text(digest, policy_hash(law->books->policies.books[i]));
    }
    EVP_DigestFinal_ex(digest, hash, &size);
    EVP_MD_CTX_free(digest);
    for (size_t i = 0; i < size; i++)
        snprintf(law->fingerprint + 2 * i, 3, "%02x", hash[i]);
}
