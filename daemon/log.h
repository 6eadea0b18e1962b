/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Messages to the administrator: to the journal with their fields where systemd started us, and as
 * plain lines on stderr otherwise. Priorities are those of syslog(3).
 */

#include <stddef.h>
#include <syslog.h>

/* One line for people. */
__attribute__((format(printf, 2, 3))) void log_line(int priority, const char *format, ...);

/* A further journal field. */
struct log_field {
    const char *name; /* "HOLD_ID" */
    const char *value;
};

/* One line under a catalogued MESSAGE_ID (32 hex digits), with fields. */
void log_event(int priority, const char *message_id, const struct log_field *fields,
               size_t n_fields, const char *line);
