/* SPDX-License-Identifier: ISC */

/*
 * Log lines. Whether stderr is the journal is asked each time, as sd-daemon(3) does it:
 * $JOURNAL_STREAM names the device and inode of the stream that systemd connected, so that a
 * redirected stderr still gets its lines. There is nothing to set up and no state to share.
 */

#include "log.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include "macro.h"

#define LINE_SIZE    1024
#define FIELDS_MAX   8
#define FIXED_FIELDS 3 /* MESSAGE, PRIORITY, MESSAGE_ID */

static bool stderr_is_journal(void)
{
    const char *stream = getenv("JOURNAL_STREAM"); /* "device:inode" */
    struct stat status;
    char *end;

    if (!stream || fstat(STDERR_FILENO, &status) < 0)
        return false;
    return strtoumax(stream, &end, 10) == status.st_dev && *end == ':' &&
           strtoumax(end + 1, &end, 10) == status.st_ino && !*end;
}

static void add_field(struct iovec *iov, int *n, const char *name, const char *value)
{
    char *text;
    int length = asprintf(&text, "%s=%s", name, value);

    if (length >= 0)
        iov[(*n)++] = (struct iovec){.iov_base = text, .iov_len = (size_t)length};
}

static void send_to_journal(int priority, const char *message_id, const struct log_field *fields,
                            size_t n_fields, const char *line)
{
    struct iovec iov[FIXED_FIELDS + FIELDS_MAX];
    char digit[2] = {(char)('0' + priority), '\0'};
    int n = 0;

    add_field(iov, &n, "MESSAGE", line);
    add_field(iov, &n, "PRIORITY", digit);
    if (message_id)
        add_field(iov, &n, "MESSAGE_ID", message_id);
    for (size_t i = 0; i < n_fields && i < FIELDS_MAX; i++)
        add_field(iov, &n, fields[i].name, fields[i].value);
    sd_journal_sendv(iov, n);
    for (int i = 0; i < n; i++)
        free(iov[i].iov_base);
}

void log_event(int priority, const char *message_id, const struct log_field *fields,
               size_t n_fields, const char *line)
{
    if (stderr_is_journal())
        send_to_journal(priority, message_id, fields, n_fields, line);
    else
        fprintf(stderr, "detainerd: %s\n", line);
}

void log_line(int priority, const char *format, ...)
{
    char line[LINE_SIZE];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    log_event(priority, NULL, NULL, 0, line);
}
