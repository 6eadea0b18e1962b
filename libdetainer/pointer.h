/* SPDX-License-Identifier: ISC */
#pragma once

/* JSON Pointers (RFC 6901): the address of a value within another one. */

#include <jansson.h>

/* The value at "/events/0/seq", borrowed; "" is the whole. NULL where there is none. */
const json_t *pointer_find(const json_t *value, const char *pointer);
