/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * The text of a configuration file before libconfuse sees it.
 *
 * libconfuse 3.3 counts the lines of comments wrongly, takes no comment inside a list, lets a
 * missing closing brace or quote pass, and skips bytes that it cannot place. It cuts a string off at
 * an escape that means the byte 0, stays in the middle of one with an escape that it does not know,
 * even for the next file, and puts variables of the environment in. So comments are blanked out
 * here, line breaks kept, and those mistakes are found first.
 */

#include "mistakes.h"

#define CONF_TEXT_MAX (1 << 20) /* a list of every jail in the country is smaller */

/*
 * Prepares the text of a file, in place. Returns 0, though perhaps after mistakes that still let it
 * be parsed; or -EINVAL where it cannot be, after saying why.
 */
int conf_text_prepare(struct mistakes *mistakes, char *text);
