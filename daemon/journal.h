/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * What the history looks like in the log: for each kind of event that a person must hear of, one
 * catalogued message (systemd/detainerd.catalog) with a priority by severity, in the facility's own
 * time. Everything else stays in the history and out of the log.
 */

#include <stdbool.h>

#include "law.h"

#define JOURNAL_LINE_SIZE 512
#define JOURNAL_FIELDS    4

/* Catalogued messages that are not events. */
#define JOURNAL_CLOCK_UNSYNCHRONISED "835d1ce70f4b4e92a1b6e39d07c254fb"
#define JOURNAL_STORAGE_FAILED       "f29a60c4b7d84135915cbe280ed3a74f"
#define JOURNAL_NOT_LOADED           "0d6f3b91c7a84e25b1f4583ad92e7c06"

/* Logs one event, given by its stored text, if its kind is one to be heard of. */
void journal_event(const struct law *law, const char *body, size_t size);
