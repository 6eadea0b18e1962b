/* SPDX-License-Identifier: ISC */

/* Mistakes, and reading the files in which they are made. */

#include "mistakes.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "macro.h"

static void close_file(FILE *file)
{
    fclose(file);
}
DEFINE_CLEANUP(FILE *, close_file)

void mistakes_add(struct mistakes *mistakes, int line, const char *format, ...)
{
    va_list arguments;

    mistakes->count++;
    mistakes->last_line = line;
    fprintf(mistakes->messages, "%s:%d: ", mistakes->path, line);
    va_start(arguments, format);
    vfprintf(mistakes->messages, format, arguments);
    va_end(arguments);
    fputc('\n', mistakes->messages);
}

int mistakes_unusable(struct mistakes *mistakes, const char *why)
{
    mistakes->count++;
    fprintf(mistakes->messages, "%s: %s\n", mistakes->path, why);
    return -EINVAL;
}

int mistakes_check_text(struct mistakes *mistakes, const char *text, size_t length)
{
    int line = 1;

    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];

        line += c == '\n';
        if ((c >= ' ' && c != 0x7f) || c == '\t' || c == '\n' || c == '\r')
            continue;
        mistakes_add(mistakes, line, "byte 0x%02x: this must be plain text", c);
        return -EINVAL;
    }
    return 0;
}

int mistakes_read_file(struct mistakes *mistakes, size_t limit, char **text)
{
    _cleanup_(close_file_ptr) FILE *file = fopen(mistakes->path, "re");
    _cleanup_(free_ptr) char *read = NULL;
    size_t length;
    int r;

    if (!file)
        return mistakes_unusable(mistakes, strerror(errno));
    read = malloc(limit + 1);
    if (!read)
        return -ENOMEM;
    length = fread(read, 1, limit + 1, file);
    if (ferror(file))
        return mistakes_unusable(mistakes, strerror(errno));
    if (length > limit)
        return mistakes_unusable(mistakes, "too long for a file of its kind");
    r = mistakes_check_text(mistakes, read, length);
    if (r)
        return r;
    read[length] = '\0';
    *text = read;
    read = NULL;
    return 0;
}
