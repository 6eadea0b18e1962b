/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Idempotency-Keys, by which a command can come again without being carried out twice
 * (draft-ietf-httpapi-idempotency-key-header).
 */

#include <stdbool.h>

#include "instant.h"

#define KEY_LONGEST 128 /* characters that the daemon takes */
#define KEY_SIZE    37  /* of a new key: "0198f7a2-1a2b-7c3d-8e4f-5a6b7c8d9e0f" and the NUL */

/* The longest key as the value of its header, every character escaped, with quotes and NUL. */
#define KEY_VALUE_SIZE (2 * KEY_LONGEST + 3)

/* Whether the daemon takes it: 1 to 128 visible ASCII characters. */
bool key_is_valid(const char *key);

/* Makes a new one, a UUID of version 7 (RFC 9562): those made later sort after it, which spares the
 * daemon's index. Returns 0 or a negative errno. */
int key_make(instant now, char key[static KEY_SIZE]);

/* Writes a valid key as the value of its header: a string in quotes (RFC 8941). */
void key_quote(const char *key, char value[static KEY_VALUE_SIZE]);
