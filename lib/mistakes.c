/* SPDX-License-Identifier: ISC */

/* Mistakes, and reading the files in which they are made. */

#include "mistakes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* A pipe or a device might never end, or never begin: who waits for it would stand still. */
static int open_regular(struct mistakes *mistakes, FILE **file)
{
    int fd = open(mistakes->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat status = {.st_mode = 0};

    if (fd < 0 && errno == EACCES)
        return mistakes_unusable(mistakes,
                                 "Permission denied: the user that detainerd runs as must "
                                 "be able to read it");
    if (fd < 0)
        return mistakes_unusable(mistakes, strerror(errno));
    if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode)) {
        close(fd);
        return mistakes_unusable(mistakes, S_ISDIR(status.st_mode) ? strerror(EISDIR)
                                                                   : "is not a regular file");
    }
    *file = fdopen(fd, "r");
    if (*file)
        return 0;
    close(fd);
    return -ENOMEM;
}

int mistakes_read_file(struct mistakes *mistakes, size_t limit, char **text)
{
    _cleanup_(close_file_ptr) FILE *file = NULL;
    _cleanup_(free_ptr) char *read = NULL;
    size_t length;
    int r = open_regular(mistakes, &file);

    if (r)
        return r;
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
