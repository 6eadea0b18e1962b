/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * The text of a configuration file before libconfuse sees it, and the list of what is wrong with
 * it.
 *
 * libconfuse 3.3 counts the lines of comments wrongly, takes no comment inside a list, lets a
 * missing closing brace or quote pass, and skips bytes that it cannot place. So comments are
 * blanked out here, line breaks kept, and those mistakes are found first.
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

/*
 * Reads a file. Returns 0 and the text, for free(), though perhaps after mistakes that still let it
 * be parsed; or -EINVAL where it cannot be, after saying why; or -ENOMEM.
 */
int config_text_read(struct mistakes *mistakes, char **text);
