/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Text on its way to a terminal.
 *
 * Bookings, notes and reasons are other people's words. Written raw, an escape sequence among them
 * could repaint a supervisor's screen, and a character that turns the writing direction could swap
 * what is read; so whatever steers a terminal or a text's order is shown as an escape instead.
 */

#include <stdarg.h>
#include <stdio.h>

/* Writes UTF-8 text for people: what must not reach a terminal as `\x1b` or `\u202e`. */
void text_put(FILE *out, const char *text);

/* What text_put() writes, as a string. The caller frees. */
char *text_shown(const char *text);

/* The same text where it is UTF-8; bytes that are not stand as `\xe9`. The caller frees. */
char *text_valid(const char *text);

/* The same for a text of several lines: tabs and line ends stay, and the last line gets its end. */
void text_put_lines(FILE *out, const char *text);

/* One line, label before value; none where the value is "". */
void text_put_field(FILE *out, const char *label, const char *value);

/* The columns that text_put() fills, each character counted as one. */
size_t text_width(const char *text);

/*
 * Writes JSON as it is, except that the same characters stand as JSON escapes: every reader gets
 * the same value.
 */
void text_put_json(FILE *out, const char *json);

/* asprintf(3) that needs no check: ends the program where memory is short. The caller frees. */
__attribute__((format(printf, 1, 2))) char *text_new(const char *format, ...);

/* The same for a list of arguments. */
__attribute__((format(printf, 1, 0))) char *text_new_from(const char *format, va_list arguments);

/* The memory that is passed in, or the end of the program where it is NULL. */
void *text_not_null(void *memory);
