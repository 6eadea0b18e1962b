/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Content lines: what iCalendar text consists of (RFC 5545, section 3.1). Each is a name,
 * parameters and a value, "DTSTART;VALUE=DATE:20301225", and may be folded over several lines of
 * the file.
 *
 * libical has a parser of its own, which keeps no line numbers and passes over what it does not
 * understand.
 */

#include "mistakes.h"

/* The text that is still to be read; it is changed while it is read. */
struct content_text {
    char *at;
    int line; /* of the file, from 1 */
};

/* The strings lie in the text. */
struct content_line {
    int line;         /* where it begins */
    const char *name; /* in capitals */
    const char *type; /* the parameter VALUE, in capitals; "" where it is not given */
    char *value;
};

enum {
    CONTENT_END = 1, /* of the text */
    CONTENT_BROKEN,  /* only `line` is set */
};

/* Reads the next content line that is not blank. Returns 0 or one of the above. */
int content_line_next(struct content_text *text, struct content_line *line);
