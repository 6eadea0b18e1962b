/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Rows of a CSV file (RFC 4180), one at a time, by libcsv.
 *
 * Exports of records systems are made by many hands, so nothing in a file may stop the reading or
 * vanish: a row that cannot be read comes as a row with a problem, and reading goes on with the
 * line after its first one. A quote that is never closed therefore spoils the one line that opened
 * it, and not all that follow. Memory is bounded by ROW_SIZE_MAX.
 */

#include <stddef.h>
#include <stdint.h>

#include "macro.h"

#define ROW_SIZE_MAX (1024 * 1024) /* bytes of a row, line ends inside quotes included */

struct row {
    int64_t line;        /* on which it begins; the first line of the file is 1 */
    const char *problem; /* why it cannot be read, static; NULL where it can */
    size_t n_fields;
    const char *const *fields; /* without quotes and the blanks around them; until the next row */
};

struct rows;

/*
 * Begins to read from a file descriptor, which stays the caller's. Returns 0, what read(2) failed
 * with, or -ENOMEM.
 */
int rows_open(int fd, struct rows **rows);
void rows_close(struct rows *rows);
DEFINE_CLEANUP(struct rows *, rows_close)

/*
 * The next row; empty lines are none. Returns 0 and sets *row, ROWS_END, or what read(2) failed
 * with, or -ENOMEM.
 */
enum { ROWS_END = 1 };
int rows_next(struct rows *rows, struct row *row);

/* How many bytes have been read so far. */
int64_t rows_bytes(const struct rows *rows);
