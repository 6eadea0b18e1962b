/* SPDX-License-Identifier: ISC */

/* JSON that somebody wrote into a file. */

#include "json_file.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "exits.h"
#include "macro.h"
#include "text.h"

#define SIZE_LIMIT (64 * 1024) /* the daemon takes no longer body */

static int complain(const char *path, int exit_code, const char *what)
{
    fputs("detainerctl: ", stderr);
    text_put(stderr, path);
    fputs(": ", stderr);
    text_put(stderr, what);
    fputc('\n', stderr);
    return exit_code;
}

static int read_text(const char *path, char text[static SIZE_LIMIT + 1], size_t *size)
{
    bool is_stdin = strcmp(path, "-") == 0;
    FILE *file = is_stdin ? stdin : fopen(path, "re");
    int error;

    if (!file)
        return complain(path, EXIT_UNREACHABLE, strerror(errno));
    *size = fread(text, 1, SIZE_LIMIT + 1, file);
    error = ferror(file) ? errno : 0;
    if (!is_stdin)
        fclose(file);
    if (error)
        return complain(path, EXIT_UNREACHABLE, strerror(error));
    if (*size > SIZE_LIMIT)
        return complain(path, EXIT_USAGE, "longer than 64 KiB");
    return EXIT_DONE;
}

int json_file_read(const char *path, json_t **object)
{
    _cleanup_(free_ptr) char *text = text_not_null(malloc(SIZE_LIMIT + 1));
    _cleanup_(free_ptr) char *message = NULL;
    json_error_t error;
    size_t size = 0;
    int r = read_text(path, text, &size);

    if (r)
        return r;
    *object = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
    if (json_is_object(*object))
        return EXIT_DONE;
    message = *object ? text_new("not a JSON object")
                      : text_new("line %d: not JSON: %s", error.line, error.text);
    json_decref(*object);
    *object = NULL;
    return complain(path, EXIT_USAGE, message);
}
