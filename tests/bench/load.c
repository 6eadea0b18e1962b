/* SPDX-License-Identifier: ISC */

/*
 * bench/load: drives a server through a Unix socket and prints what it gave.
 *
 * Each argument is a group, REQUEST:CONNECTIONS ("read:32"); each group gets one line of JSON.
 * SIGTERM ends a run early and in order. Exit code 1, with a line on stderr, as soon as one answer
 * is not the expected one: a rate of errors is no result.
 */

#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "loop.h"

#define GROUPS_MAX 8

static volatile sig_atomic_t stop;

static void on_term(int signal_number)
{
    (void)signal_number;
    stop = 1;
}

static int usage(void)
{
    fputs("usage: load --socket PATH [--count N | --warmup S --seconds S] [--facility ID]\n"
          "            [--first-id N] [--ids N] [--eligible-from US] [--step US]\n"
          "            (request|keyed|read|note|start|beanstalkd|redis):CONNECTIONS ...\n",
          stderr);
    return 2;
}

/* Options that are numbers, and where they go. Times are given in seconds and kept in nanoseconds.
 */
static const struct {
    size_t offset;
    double unit;
} numbers[] = {
    ['c'] = {offsetof(struct loop_options, count), 1},
    ['w'] = {offsetof(struct loop_options, warmup_ns), 1e9},
    ['t'] = {offsetof(struct loop_options, measure_ns), 1e9},
    ['i'] = {offsetof(struct loop_options, plan.first_id), 1},
    ['n'] = {offsetof(struct loop_options, plan.ids), 1},
    ['e'] = {offsetof(struct loop_options, plan.eligible_from_us), 1},
    ['p'] = {offsetof(struct loop_options, plan.step_us), 1},
};

static const struct option known[] = {
    {"socket", required_argument, NULL, 's'},        {"facility", required_argument, NULL, 'f'},
    {"count", required_argument, NULL, 'c'},         {"warmup", required_argument, NULL, 'w'},
    {"seconds", required_argument, NULL, 't'},       {"first-id", required_argument, NULL, 'i'},
    {"ids", required_argument, NULL, 'n'},           {"step", required_argument, NULL, 'p'},
    {"eligible-from", required_argument, NULL, 'e'}, {0},
};

/* All of them are 64 bits wide and never negative; a double holds them exactly up to 2^53. */
static void set_number(struct loop_options *options, int option, double value)
{
    uint64_t number = (uint64_t)(value * numbers[option].unit);

    memcpy((char *)options + numbers[option].offset, &number, sizeof(number));
}

static bool parse_options(int argc, char **argv, struct loop_options *options)
{
    int option;

    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1)
        if (option == 's')
            options->socket_path = optarg;
        else if (option == 'f')
            options->plan.facility = optarg;
        else if (option != '?')
            set_number(options, option, strtod(optarg, NULL));
        else
            return false;
    return options->socket_path && options->plan.ids > 0;
}

/* "read:32" */
static bool parse_group(const char *text, struct group *group)
{
    const char *colon = strchr(text, ':');
    char name[16];

    if (!colon || (size_t)(colon - text) >= sizeof(name))
        return false;
    memcpy(name, text, (size_t)(colon - text));
    name[colon - text] = '\0';
    *group = (struct group){.protocol = protocol_find(name),
                            .connections = (unsigned)strtoul(colon + 1, NULL, 10)};
    return group->protocol && group->connections > 0;
}

static uint64_t realtime_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

static int run(const struct loop_options *options, struct group *groups, size_t n_groups)
{
    uint64_t elapsed_ns = 0;
    int r = loop_run(options, groups, n_groups, &stop, &elapsed_ns);

    for (size_t i = 0; i < n_groups; i++) {
        struct group *group = &groups[i];

        if (r == 0)
            samples_print(&group->samples, group->protocol->name, group->connections,
                          group->answers, elapsed_ns);
        samples_free(&group->samples);
    }
    return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    struct loop_options options = {
        .measure_ns = 2000000000u,
        .plan = {.facility = "BENCH", .nonce = realtime_us(), .first_id = 1, .ids = 1},
    };
    struct sigaction action = {.sa_handler = on_term};
    struct group groups[GROUPS_MAX];
    size_t n_groups = 0;

    if (!parse_options(argc, argv, &options))
        return usage();
    for (; optind < argc && n_groups < GROUPS_MAX; optind++)
        if (!parse_group(argv[optind], &groups[n_groups++]))
            return usage();
    if (n_groups == 0 || optind < argc)
        return usage();
    sigaction(SIGTERM, &action, NULL);
    return run(&options, groups, n_groups);
}
