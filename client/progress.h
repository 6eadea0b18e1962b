/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * A line on a terminal that shows how far a long piece of work has come. It is drawn over itself a
 * few times a second, and wiped at the end; where nobody looks, it is not drawn at all.
 */

#include <stdbool.h>
#include <stdint.h>

struct progress {
    int fd;          /* a terminal; -1: draw nothing */
    int64_t total;   /* bytes of all of it; 0: not known */
    int64_t next_ms; /* when to draw again, on the monotonic clock */
    bool drawn;
};

/* Draws on that descriptor if it is a terminal. Work that is done at once is never drawn. */
void progress_begin(struct progress *progress, int fd, int64_t total);

/* Tells how much is done; cheap enough for every row. */
void progress_at(struct progress *progress, int64_t bytes, int64_t rows);

/* Wipes the line. */
void progress_end(struct progress *progress);
