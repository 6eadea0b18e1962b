/* SPDX-License-Identifier: ISC */

/*
 * bench/deadlines: how many deadlines a core works out.
 *
 * Takes starts at random, from 1990 to 2040 in six zones, and prints a line of JSON like bench/load
 * for each of: both readings of the 48 hours, and both with every span of their explanations. An
 * answer is the pair; the latencies are of pairs.
 */

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "rule.h"
#include "samples.h"

#define READINGS 2
#define STARTS   65536

#define FIRST (INT64_C(631152000) * US_PER_S)  /* 1990-01-01T00:00:00Z */
#define END   (INT64_C(2240524800) * US_PER_S) /* 2041-01-01T00:00:00Z */

struct start {
    const struct zone *zone;
    instant at;
};

struct bench {
    struct rule rules[READINGS];
    struct start starts[STARTS];
    uint64_t spans;
};

/* splitmix64, always from the same seed */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static void must(bool done, const char *what)
{
    if (done)
        return;
    fprintf(stderr, "deadlines: %s\n", what);
    exit(EXIT_FAILURE);
}

static void choose_starts(struct bench *bench)
{
    static const char *const names[] = {
        "America/New_York", "America/Chicago",     "America/Denver",
        "America/Phoenix",  "America/Los_Angeles", "America/Anchorage",
    };
    const struct zone *zones[ARRAY_SIZE(names)];
    uint64_t state = 1;

    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        must(zone_find(names[i], &zones[i]) == 0, "there are no time zones here");
    for (size_t i = 0; i < STARTS; i++)
        bench->starts[i] = (struct start){
            zones[next_random(&state) % ARRAY_SIZE(names)],
            FIRST + (instant)(next_random(&state) % (END - FIRST)),
        };
}

static void find_deadline(struct bench *bench, const struct rule *rule, const struct start *start)
{
    instant deadline_at;

    (void)bench;
    must(rule_deadline(rule, start->zone, start->at, &deadline_at), "there is no deadline");
}

static int count_span(const struct span *span, void *context)
{
    uint64_t *spans = context;

    *spans += span->to > span->from;
    return 0;
}

static void explain_deadline(struct bench *bench, const struct rule *rule,
                             const struct start *start)
{
    find_deadline(bench, rule, start);
    must(rule_explain(rule, start->zone, start->at, count_span, &bench->spans) == 0,
         "there is no explanation");
}

static void measure(struct bench *bench, const char *name, double seconds,
                    void (*work_out)(struct bench *bench, const struct rule *rule,
                                     const struct start *start))
{
    struct samples samples = {0};
    uint64_t from_ns = monotonic_ns(), now_ns = from_ns;

    for (size_t i = 0; (double)(now_ns - from_ns) < seconds * 1e9; i++) {
        uint64_t begun_ns = now_ns;

        for (size_t reading = 0; reading < READINGS; reading++)
            work_out(bench, &bench->rules[reading], &bench->starts[i % STARTS]);
        now_ns = monotonic_ns();
        must(samples_add(&samples, now_ns - begun_ns) == 0, "out of memory");
    }
    samples_print(&samples, name, 1, samples.count, now_ns - from_ns);
    samples_free(&samples);
}

int main(int argc, char **argv)
{
    static const struct option known[] = {{"seconds", required_argument, NULL, 't'}, {0}};
    static struct bench bench;
    _cleanup_(calendar_free_ptr) struct calendar *us_federal = NULL;
    double seconds = 2;
    int option;

    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1)
        if (option == 't')
            seconds = strtod(optarg, NULL);
    if (optind != argc) {
        fputs("usage: deadlines [--seconds S]\n", stderr);
        return 2;
    }
    must(calendar_us_federal(&us_federal) == 0, "out of memory");
    rule_consecutive(&bench.rules[0]);
    rule_regulatory(us_federal, &bench.rules[1]);
    choose_starts(&bench);
    measure(&bench, "readings", seconds, find_deadline);
    measure(&bench, "explained", seconds, explain_deadline);
    return EXIT_SUCCESS;
}
