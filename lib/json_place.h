/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Where in a JSON object an error lies.
 *
 * A JSON parser that stops at an error says at which byte; people want to know in which member.
 * This finds it in text that is, by definition, not JSON all the way through.
 */

#include <stddef.h>

/*
 * The member of the outermost object that a byte position belongs to: the last key that begins
 * before it. Writes the key's name, with member_name(), and returns 0; or returns -ENOENT, and
 * leaves *name alone, where there is no such key or where it cannot be read itself.
 */
int json_place(const char *text, size_t size, size_t position, char *name, size_t name_size);

/*
 * Copies the name of a member that a client made up, so that it can stand in a message: cut at a
 * character's border to fit, control characters as `?`. `key` must be UTF-8.
 */
void member_name(const char *key, char *name, size_t name_size);
