/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * What is wrong with a file that somebody wrote by hand: a configuration, a policy, a calendar. All
 * mistakes of a file are told at once, each with its line, so that mending it takes one round.
 */

#include <stddef.h>
#include <stdio.h>

/* The mistakes of one file: each is a "FILE:LINE: what is wrong" line on `messages`. */
struct mistakes {
    const char *path;
    FILE *messages;
    size_t count;
    int last_line; /* of the newest one */
};

__attribute__((format(printf, 3, 4))) void mistakes_add(struct mistakes *mistakes, int line,
                                                        const char *format, ...);

/* A mistake of the file as a whole, which has no line. Returns -EINVAL. */
int mistakes_unusable(struct mistakes *mistakes, const char *why);

/*
 * Whether all bytes are those of plain text, with no control characters other than tabs and line
 * ends. Returns 0; or -EINVAL after a mistake that names the first other byte.
 */
int mistakes_check_text(struct mistakes *mistakes, const char *text, size_t length);

/*
 * Reads the file at mistakes->path, which must be a regular one: plain text of at most `limit`
 * bytes. Returns 0 and the text, NUL-terminated, for free(); or -EINVAL after a mistake that says
 * why not; or -ENOMEM.
 */
int mistakes_read_file(struct mistakes *mistakes, size_t limit, char **text);
