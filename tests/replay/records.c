/* SPDX-License-Identifier: ISC */

/* Jail records from CSV. */

#include "records.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS   7
#define ROWS_STEP 256

enum { BOOKING, BOOKED_AT, CUSTODY_ENDED_AT, RELEASED_AT, SEVERITY, DETAINER, RELEASE };

/*
 * The instant of a local time ("2015-12-22 08:21:00"): guess with the offset of the same digits in
 * UTC, then again with the offset that the guess had.
 */
static instant local_instant(const char *text, const struct zone *zone)
{
    char stamp[64], local[ZONE_TEXT_SIZE];
    const char *offset = "Z";
    instant at = INSTANT_NONE;

    for (int round = 0; round < 3; round++) {
        snprintf(stamp, sizeof(stamp), "%.10sT%.8s%s", text, text + 11, offset);
        ck_assert_msg(instant_parse(stamp, &at) == 0, "not a time: %s", text);
        zone_local(zone, at, local);
        offset = strrchr(local, ' ') + 1;
    }
    return at;
}

/* Ends the field that begins at `line` and returns where the next begins, NULL after the last. */
static char *end_field(char *line)
{
    char *end = *line == '"' ? strchr(line + 1, '"') + 1 : line + strcspn(line, ",");

    if (!*end)
        return NULL;
    *end = '\0';
    return end + 1;
}

static void split(char *line, char *columns[static COLUMNS])
{
    line[strcspn(line, "\r\n")] = '\0';
    for (int i = 0; i < COLUMNS; i++) {
        ck_assert_msg(line, "a line of %s has not %d columns", columns[0], COLUMNS);
        columns[i] = line;
        line = end_field(line);
    }
    ck_assert_msg(!line, "a line of %s has more than %d columns", columns[0], COLUMNS);
}

static void read_row(char *line, const struct zone *zone, struct record_row *row)
{
    char *columns[COLUMNS];

    split(line, columns);
    snprintf(row->booking, sizeof(row->booking), "%s", columns[BOOKING]);
    row->booked_at = local_instant(columns[BOOKED_AT], zone);
    row->released_at = local_instant(columns[RELEASED_AT], zone);
    row->eligible_at = *columns[CUSTODY_ENDED_AT] ? local_instant(columns[CUSTODY_ENDED_AT], zone)
                                                  : row->booked_at;
    if (row->eligible_at > row->released_at)
        row->eligible_at = row->released_at;
    row->to_ice = strcmp(columns[RELEASE], "Immigration") == 0;
}

struct record_row *records_read(const char *path, const struct zone *zone, size_t *n_rows)
{
    FILE *file = fopen(path, "re");
    struct record_row *rows = NULL;
    char *line = NULL;
    size_t size = 0;

    if (!file)
        return NULL;
    *n_rows = 0;
    ck_assert_msg(getline(&line, &size, file) > 0 && strncmp(line, "booking,booked_at,", 18) == 0,
                  "%s does not begin with its header", path);
    while (getline(&line, &size, file) > 0) {
        if (*n_rows % ROWS_STEP == 0)
            rows = realloc(rows, (*n_rows + ROWS_STEP) * sizeof(*rows));
        ck_assert_ptr_nonnull(rows);
        read_row(line, zone, &rows[(*n_rows)++]);
    }
    free(line);
    fclose(file);
    return rows;
}
