/* SPDX-License-Identifier: ISC */

/*
 * The text of a configuration file: one walk over it, which knows strings, comments, words and
 * braces as libconfuse's lexer does, and nothing of settings.
 */

#include "config_text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "macro.h"

#define SIZE_LIMIT (1 << 20) /* a list of every jail in the country is smaller */

struct walk {
    struct mistakes *mistakes;
    char *at;
    int line;
    bool in_word;      /* `at` goes on with a word without quotes, in which // is no comment */
    char last[2];      /* the two newest bytes that are not blank, a quote for a string */
    int depth;         /* of braces */
    int unclosed_line; /* where the outermost brace was opened */
};

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

/* A mistake of the file as a whole, which has no line. */
static int unusable(struct mistakes *mistakes, const char *why)
{
    mistakes->count++;
    fprintf(mistakes->messages, "%s: %s\n", mistakes->path, why);
    return -EINVAL;
}

static int read_all(struct mistakes *mistakes, char **text, size_t *length)
{
    _cleanup_(close_file_ptr) FILE *file = fopen(mistakes->path, "re");
    _cleanup_(free_ptr) char *read = NULL;

    if (!file)
        return unusable(mistakes, strerror(errno));
    read = malloc(SIZE_LIMIT + 1);
    if (!read)
        return -ENOMEM;
    *length = fread(read, 1, SIZE_LIMIT + 1, file);
    if (ferror(file))
        return unusable(mistakes, strerror(errno));
    if (*length > SIZE_LIMIT)
        return unusable(mistakes, "longer than 1 MiB: this is no configuration file");
    read[*length] = '\0';
    *text = read;
    read = NULL;
    return 0;
}

static int check_bytes(struct mistakes *mistakes, const char *text, size_t length)
{
    int line = 1;

    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];

        line += c == '\n';
        if ((c >= ' ' && c != 0x7f) || c == '\t' || c == '\n' || c == '\r')
            continue;
        mistakes_add(mistakes, line, "byte 0x%02x: a configuration file is plain text", c);
        return -EINVAL;
    }
    return 0;
}

static void note(struct walk *walk, char c)
{
    walk->in_word = !strchr(" \t\r\n={}()+*,\"'", c);
    if (!strchr(" \t\r\n", c)) {
        walk->last[1] = walk->last[0];
        walk->last[0] = c;
    }
}

/* Steps over a string; its quotes must stand on one line. */
static bool walk_string(struct walk *walk)
{
    char quote = *walk->at++;

    for (; *walk->at != quote; walk->at++) {
        if (*walk->at == '\\' && walk->at[1])
            walk->at++;
        if (!*walk->at || *walk->at == '\n') {
            mistakes_add(walk->mistakes, walk->line, "the string has no closing %c on its line",
                         quote);
            return false;
        }
    }
    walk->at++;
    note(walk, quote);
    return true;
}

static void blank_line(struct walk *walk)
{
    for (; *walk->at && *walk->at != '\n'; walk->at++)
        *walk->at = ' ';
    walk->in_word = false;
}

static bool blank_block(struct walk *walk)
{
    char *end = strstr(walk->at + 2, "*/");

    if (!end) {
        mistakes_add(walk->mistakes, walk->line, "the comment has no closing */");
        return false;
    }
    for (; walk->at < end + 2; walk->at++)
        if (*walk->at == '\n')
            walk->line++;
        else
            *walk->at = ' ';
    return true;
}

static void count_brace(struct walk *walk, char c)
{
    if (c == '{' && walk->depth++ == 0)
        walk->unclosed_line = walk->line;
    if (c != '}')
        return;
    walk->depth -= walk->depth > 0; /* libconfuse says it where there are too many */
    if (walk->last[0] == '{' && walk->last[1] == '=')
        mistakes_add(walk->mistakes, walk->line,
                     "the list is empty: give at least one value, or leave the setting out");
}

static void walk_byte(struct walk *walk)
{
    char c = *walk->at++;

    if (c == '\n')
        walk->line++;
    else if (c == '+' || c == '*')
        mistakes_add(walk->mistakes, walk->line, "'%c' has no meaning outside quotes", c);
    else if (c == '=' && (walk->last[0] == '"' || walk->last[0] == '\''))
        mistakes_add(walk->mistakes, walk->line, "the name of a setting stands without quotes");
    else if (c == '{' || c == '}')
        count_brace(walk, c);
    note(walk, c);
}

static bool walk_token(struct walk *walk)
{
    const char *at = walk->at;

    if (*at == '"' || *at == '\'')
        return walk_string(walk);
    if (*at == '/' && at[1] == '*' && !walk->in_word)
        return blank_block(walk);
    if (*at == '#' || (*at == '/' && at[1] == '/' && !walk->in_word))
        blank_line(walk);
    else
        walk_byte(walk);
    return true;
}

int config_text_read(struct mistakes *mistakes, char **text)
{
    _cleanup_(free_ptr) char *read = NULL;
    struct walk walk = {.mistakes = mistakes, .line = 1};
    size_t length;
    int r;

    r = read_all(mistakes, &read, &length);
    if (r)
        return r;
    r = check_bytes(mistakes, read, length);
    if (r)
        return r;
    walk.at = read;
    while (*walk.at)
        if (!walk_token(&walk))
            return -EINVAL;
    if (walk.depth)
        mistakes_add(mistakes, walk.unclosed_line, "the { here is never closed: a } is missing");
    *text = read;
    read = NULL;
    return 0;
}
