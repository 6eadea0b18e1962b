/* SPDX-License-Identifier: ISC */

/*
 * oracle/deadlines: what the daemon's code makes of starts, for oracle.py to judge.
 *
 * Reads lines "ZONE MICROSECONDS" and prints for each the deadlines by both readings, "CONSECUTIVE
 * REGULATORY", in microseconds. Exits with 1 where an explanation does not add up to its deadline.
 * With two years as arguments it prints the federal holidays from the first to the last of them
 * instead, "DAY SUMMARY" with the day since 1970-01-01.
 */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "date.h"
#include "rule.h"

#define ZONES_MAX 32
#define READINGS  2

struct zones {
    size_t count;
    char names[ZONES_MAX][64];
    const struct zone *zones[ZONES_MAX];
};

/* ---- explanations ---- */

/* The spans so far. */
struct sum {
    instant at;  /* where the next one must begin */
    int64_t day; /* on which it must lie */
    int64_t counted_us;
    bool is_broken;
};

static int add_span(const struct span *span, void *context)
{
    struct sum *sum = context;

    sum->is_broken |= span->from != sum->at || span->to <= span->from || span->day != sum->day ||
                      span->counted != !span->why;
    sum->at = span->to;
    sum->day++;
    sum->counted_us += span->counted ? span->to - span->from : 0;
    return 0;
}

static bool adds_up(const struct rule *rule, const struct zone *zone, instant from,
                    instant deadline_at)
{
    struct sum sum = {.at = from, .day = zone_day(zone, from)};

    return rule_explain(rule, zone, from, add_span, &sum) == 0 && !sum.is_broken &&
           sum.at == deadline_at && sum.counted_us == rule->limit_h * US_PER_H;
}

/* ---- deadlines ---- */

static const struct zone *zone_of(struct zones *zones, const char *name)
{
    size_t i = 0;

    while (i < zones->count && strcmp(zones->names[i], name) != 0)
        i++;
    if (i < zones->count)
        return zones->zones[i];
    if (i == ZONES_MAX || zone_find(name, &zones->zones[i]) < 0) {
        fprintf(stderr, "deadlines: cannot find zone %s\n", name);
        exit(EXIT_FAILURE);
    }
    strcpy(zones->names[zones->count++], name);
    return zones->zones[i];
}

static void print_deadline(const struct rule *rule, const struct zone *zone, instant from)
{
    instant deadline_at = INSTANT_NONE;

    if (!rule_deadline(rule, zone, from, &deadline_at) || !adds_up(rule, zone, from, deadline_at)) {
        fprintf(stderr,
                "deadlines: %s from %" PRId64 ": the explanation does not add up to %" PRId64 "\n",
                rule->name, from, deadline_at);
        exit(EXIT_FAILURE);
    }
    printf("%" PRId64, deadline_at);
}

static int print_deadlines(const struct rule rules[static READINGS])
{
    struct zones zones = {0};
    char name[sizeof(zones.names[0])];
    instant from;
    int read;

    while ((read = scanf("%63s %" SCNd64, name, &from)) == 2) {
        const struct zone *zone = zone_of(&zones, name);

        print_deadline(&rules[0], zone, from);
        putchar(' ');
        print_deadline(&rules[1], zone, from);
        putchar('\n');
    }
    return read == EOF ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int print_holidays(const struct calendar *calendar, int first_year, int last_year)
{
    int64_t first, last;

    if (!date_day(first_year, 1, 1, &first) || !date_day(last_year, 12, 31, &last))
        return EXIT_FAILURE;
    for (int64_t day = first; day <= last; day++)
        if (calendar_holiday(calendar, day))
            printf("%" PRId64 " %s\n", day, calendar_holiday(calendar, day));
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    _cleanup_(calendar_free_ptr) struct calendar *us_federal = NULL;
    struct rule rules[READINGS];

    if (calendar_us_federal(&us_federal) < 0)
        return EXIT_FAILURE;
    if (argc == 3)
        return print_holidays(us_federal, atoi(argv[1]), atoi(argv[2]));
    rule_consecutive(&rules[0]);
    rule_regulatory(us_federal, &rules[1]);
    return print_deadlines(rules);
}
