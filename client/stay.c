/* SPDX-License-Identifier: ISC */

/* Stays from rows. */

#include "stay.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "local_time.h"
#include "nearest.h"

#define STAY_BIT(note) (1u << (note))

/* Both readings of a time; the same where there is no doubt. */
struct reading {
    instant earliest, latest;
};

const char *stay_note_text(enum stay_note note)
{
    static const char *const texts[STAY_NOTES] = {
        [STAY_NO_CUSTODY_END] = "eligible at booking",
        [STAY_BEFORE_BOOKING] = "eligible before booking",
        [STAY_AFTER_RELEASE] = "eligible after release",
        [STAY_DOUBTFUL] = "time doubtful: clocks changed",
    };

    return texts[note];
}

/* Says what is wrong, for `return complain(...)`. */
__attribute__((format(printf, 2, 3))) static bool complain(char problem[static STAY_PROBLEM_SIZE],
                                                           const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(problem, STAY_PROBLEM_SIZE, format, arguments);
    va_end(arguments);
    return false;
}

/* ---- the header
 * ------------------------------------------------------------------------------------ */

static bool complain_of_missing(const char *name, const struct row *header,
                                char problem[static STAY_PROBLEM_SIZE])
{
    struct nearest nearest = nearest_to(name);

    for (size_t i = 0; i < header->n_fields; i++)
        nearest_consider(&nearest, header->fields[i]);
    if (nearest.best)
        return complain(problem, "there is no column \"%.64s\"; is it \"%.64s\"?", name,
                        nearest.best);
    return complain(problem, "there is no column \"%.64s\"; there are %zu, the first is \"%.64s\"",
                    name, header->n_fields, header->fields[0]);
}

static bool find_column(const char *name, const struct row *header, size_t *index,
                        char problem[static STAY_PROBLEM_SIZE])
{
    size_t n_found = 0;

    for (size_t i = 0; i < header->n_fields; i++)
        if (strcmp(header->fields[i], name) == 0 && !n_found++)
            *index = i;
    if (!n_found)
        return complain_of_missing(name, header, problem);
    if (n_found > 1)
        return complain(problem, "there are %zu columns \"%.64s\"", n_found, name);
    return true;
}

bool stay_find_columns(struct stay_columns *columns, const struct row *header,
                       char problem[static STAY_PROBLEM_SIZE])
{
    if (header->problem)
        return complain(problem, "the header: %s", header->problem);
    for (size_t i = 0; i < STAY_COLUMNS; i++)
        if (!find_column(columns->names[i], header, &columns->indices[i], problem))
            return false;
    columns->n_fields = header->n_fields;
    return true;
}

/* ---- a row
 * ----------------------------------------------------------------------------------------- */

static bool read_time(const char *name, const char *text, const struct zone *zone,
                      struct reading *reading, char problem[static STAY_PROBLEM_SIZE])
{
    int r = local_time_parse(text, zone, &reading->earliest, &reading->latest);

    if (r)
        return complain(problem, "%.64s: \"%.64s\" %s", name, text, local_time_problem_text(r));
    return true;
}

static void note(struct stay *stay, enum stay_note note)
{
    stay->notes |= STAY_BIT(note);
}

static void note_doubt(struct stay *stay, const struct reading *reading)
{
    if (reading->earliest != reading->latest)
        note(stay, STAY_DOUBTFUL);
}

/* Since when the person would have gone free: a moment of the stay. */
static void set_eligible(struct stay *stay, const struct reading *booked,
                         const struct reading *eligible)
{
    if (eligible->earliest > stay->released_at) {
        note(stay, STAY_AFTER_RELEASE);
        stay->eligible_at = stay->released_at;
        return;
    }
    if (eligible->latest < booked->earliest) {
        note(stay, STAY_BEFORE_BOOKING);
        eligible = booked;
    }
    note_doubt(stay, eligible);
    stay->eligible_at = instant_max(eligible->earliest, booked->earliest);
}

static bool read_times(const struct stay_columns *columns, const char *const texts[],
                       const struct zone *zone, struct stay *stay,
                       char problem[static STAY_PROBLEM_SIZE])
{
    const char *const *names = columns->names;
    struct reading booked, eligible, released;

    if (!*texts[STAY_BOOKED])
        return complain(problem, "%.64s is empty: no time of booking", names[STAY_BOOKED]);
    if (!*texts[STAY_RELEASED])
        return complain(problem, "%.64s is empty: no time of release", names[STAY_RELEASED]);
    if (!read_time(names[STAY_BOOKED], texts[STAY_BOOKED], zone, &booked, problem) ||
        !read_time(names[STAY_RELEASED], texts[STAY_RELEASED], zone, &released, problem))
        return false;
    eligible = booked;
    if (*texts[STAY_ELIGIBLE] &&
        !read_time(names[STAY_ELIGIBLE], texts[STAY_ELIGIBLE], zone, &eligible, problem))
        return false;
    if (released.latest < booked.earliest)
        return complain(problem, "released before booked");
    if (!*texts[STAY_ELIGIBLE])
        note(stay, STAY_NO_CUSTODY_END);
    stay->released_at = released.latest;
    note_doubt(stay, &released);
    set_eligible(stay, &booked, &eligible);
    return true;
}

bool stay_read(const struct stay_columns *columns, const struct row *row, const struct zone *zone,
               struct stay *stay, char problem[static STAY_PROBLEM_SIZE])
{
    const char *texts[STAY_COLUMNS];

    if (row->problem)
        return complain(problem, "%s", row->problem);
    if (row->n_fields != columns->n_fields)
        return complain(problem, "%zu fields where the header has %zu", row->n_fields,
                        columns->n_fields);
    for (size_t i = 0; i < STAY_COLUMNS; i++)
        texts[i] = row->fields[columns->indices[i]];
    if (!*texts[STAY_BOOKING])
        return complain(problem, "%.64s is empty: no booking", columns->names[STAY_BOOKING]);
    *stay = (struct stay){.line = row->line, .booking = texts[STAY_BOOKING]};
    return read_times(columns, texts, zone, stay, problem);
}
