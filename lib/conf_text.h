/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * The text of a configuration file before libconfuse sees it.
 *
 * libconfuse 3.3 counts the lines of comments wrongly, takes no comment inside a list, lets a
 * missing closing brace or quote pass, and skips bytes that it cannot place. So comments are
 * blanked out here, line breaks kept, and those mistakes are found first.
 */

#include "mistakes.h"

/*
 * Reads a file. Returns 0 and the text, for free(), though perhaps after mistakes that still let it
 * be parsed; or -EINVAL where it cannot be, after saying why; or -ENOMEM.
 */
int conf_text_read(struct mistakes *mistakes, char **text);
