/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Writing JSON as text, member after member, straight into memory.
 *
 * The text of an event is the history itself: its bytes must be the same whatever version of a
 * library is at hand, so they are written here. Holds take the same way, because they are written
 * for every read, and a tree that lives only to be printed would cost most of the time that a read
 * takes.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_text {
    char *data; /* NULL at the beginning; not NUL-terminated */
    size_t size;
    size_t capacity;
    bool failed; /* memory was short; what is added after that is lost */
};

/* An object, or a value that is one: between these two, members. */
void json_text_begin(struct json_text *text);
void json_text_end(struct json_text *text);

/* The name of the next member, which is plain ASCII without quotes; its value must follow. */
void json_text_name(struct json_text *text, const char *name);

/* Values. A string must be UTF-8. A word is `null`, `true`, `false` or
 * whatever else is JSON. */
void json_text_string(struct json_text *text, const char *value);
void json_text_int(struct json_text *text, int64_t value);
void json_text_word(struct json_text *text, const char *word);

/* The whole as a string for the caller to free, NULL where memory was short. *text is empty then.
 */
char *json_text_take(struct json_text *text);
