/* SPDX-License-Identifier: ISC */

/* A line of progress. */

#include "progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define FIRST_MS   300 /* less is no wait */
#define EVERY_MS   100
#define EVERY_ROWS 1024 /* between looks at the clock */
#define BAR_WIDTH  30
#define WIPE       "\r\x1b[K"

static int64_t monotonic_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void progress_begin(struct progress *progress, int fd, int64_t total)
{
    *progress = (struct progress){
        .fd = isatty(fd) ? fd : -1,
        .total = total,
        .next_ms = monotonic_ms() + FIRST_MS,
    };
}

static void draw(struct progress *progress, int64_t bytes, int64_t rows)
{
    static const char full[] = "##############################";
    static const char empty[] = "..............................";
    int64_t share = progress->total ? bytes * 100 / progress->total : 0;
    int n = (int)(share > 100 ? 100 : share) * BAR_WIDTH / 100;

    _Static_assert(sizeof(full) == BAR_WIDTH + 1, "as wide as the bar");
    if (progress->total)
        dprintf(progress->fd, WIPE "[%.*s%.*s] %3d%%  %lld rows", n, full, BAR_WIDTH - n, empty,
                (int)(share > 100 ? 100 : share), (long long)rows);
    else
        dprintf(progress->fd, WIPE "%lld rows", (long long)rows);
    progress->drawn = true;
}

void progress_at(struct progress *progress, int64_t bytes, int64_t rows)
{
    int64_t now_ms;

    if (progress->fd < 0 || rows % EVERY_ROWS)
        return;
    now_ms = monotonic_ms();
    if (now_ms < progress->next_ms)
        return;
    draw(progress, bytes, rows);
    progress->next_ms = now_ms + EVERY_MS;
}

void progress_end(struct progress *progress)
{
    if (progress->drawn)
        dprintf(progress->fd, WIPE);
    progress->drawn = false;
}
