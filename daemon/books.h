/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * The books: every calendar and policy that facilities can follow, by name.
 *
 * They are files in directories, of which the county has its own and the package brings others; the
 * earlier directory wins where both have a file of one name, as with systemd's units. The calendar
 * us-federal and the policies always-honor, always-decline and always-review are built in, so that
 * there is always something to fall back on.
 */

#include "calendar.h"
#include "macro.h"
#include "policy.h"

/* Books of one kind, in order of name. */
struct shelf {
    size_t count;
    void **books;
};

struct books {
    struct shelf calendars; /* of struct calendar */
    struct shelf policies;  /* of struct policy */
};

/*
 * Reads all NAME.ics and NAME.policy of those directories (each list ended by NULL); one that does
 * not exist is empty. All mistakes of all files are written to `messages`. Returns 0, -EINVAL after
 * mistakes, or -ENOMEM. For one thread at a time.
 */
int books_load(char *const calendar_directories[], char *const policy_directories[], FILE *messages,
               struct books **books);
void books_free(struct books *books);
DEFINE_CLEANUP(struct books *, books_free)

/* NULL where there is none of that name. */
const struct calendar *books_calendar(const struct books *books, const char *name);
const struct policy *books_policy(const struct books *books, const char *name);
