/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * The database's schema: the numbered files of schema/, embedded at build time, and the steps from
 * any older version to the newest. `PRAGMA user_version` says how far a file has come,
 * `application_id` that it is ours.
 */

#include <sqlite3.h>

#define SCHEMA_APPLICATION_ID 0x64746e72 /* "dtnr" */

/*
 * Brings the schema up to date, each step in a transaction of its own. Returns 0, -EPERM where the
 * file belongs to another program or a newer version (logged), or a negative errno.
 */
int schema_migrate(sqlite3 *db);
