/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Completion: what could stand in the last of some words. The shell's completion script asks the
 * program itself, so that it knows every command, option and value without a list of its own.
 */

/* Printed instead of candidates where the word is to be the name of a file. */
#define COMPLETE_FILES ":files"

/*
 * Prints the candidates for the last of `words` (of the command line without the program's name,
 * ended by NULL), one per line. Holds, facilities and policies are asked of the daemon behind the
 * socket that the line, or else `socket_path`, names; without an answer there are none. Always
 * returns EXIT_DONE.
 */
int complete(char *const words[], const char *socket_path);
