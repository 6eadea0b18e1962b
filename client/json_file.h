/* SPDX-License-Identifier: ISC */
#pragma once

/* JSON that somebody wrote into a file. */

#include <jansson.h>

/*
 * Reads a file with one JSON object in it; "-" is standard input. Returns EXIT_DONE and the object,
 * owned by the caller; or says on stderr what is wrong with it and returns what to exit with.
 */
int json_file_read(const char *path, json_t **object);
