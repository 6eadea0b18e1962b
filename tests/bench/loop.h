/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * The load generator's loop: keep-alive connections, one request under way on each, one thread.
 *
 * It shares the machine with the server it measures and so must cost little: epoll, one send and
 * one receive per request, no parsing beyond where an answer ends. Groups of connections that say
 * different things run side by side and are measured apart.
 */

#include <signal.h>
#include <stdbool.h>

#include "protocol.h"
#include "samples.h"

struct group {
    const struct protocol *protocol;
    unsigned connections;
    uint64_t made;    /* requests sent */
    uint64_t answers; /* that came within the measured time */
    struct samples samples;
};

struct loop_options {
    const char *socket_path;
    struct plan plan;
    uint64_t count;      /* requests of each group; 0: until the time is over */
    uint64_t warmup_ns;  /* runs so long before it measures */
    uint64_t measure_ns; /* then measures for so long, unless stopped before */
};

/*
 * Runs the groups. Returns 0 with the time measured in *elapsed_ns; or negative errno after one
 * line on stderr, -EPROTO where an answer was not the expected one. Every request is waited for,
 * also when *stop becomes true.
 */
int loop_run(const struct loop_options *options, struct group *groups, size_t n_groups,
             const volatile sig_atomic_t *stop, uint64_t *elapsed_ns);
