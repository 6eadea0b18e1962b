/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * A disk that fails: an SQLite VFS over the default one that counts what changes files (write,
 * sync, truncate, grow of shared memory) and refuses the Nth of these and all that follow.
 */

#define FAULTY_VFS "faulty"

/* Registers the VFS. */
void faulty_register(void);

/* From now on the Nth operation (from 1) and all later ones fail with this SQLite code; 0: never.
 */
void faulty_arm(long nth, int code);

/* Operations since the last faulty_arm(). */
long faulty_count(void);
