/* SPDX-License-Identifier: ISC */

/*
 * The text of a configuration file: one walk over it, which knows strings, comments, words and
 * braces as libconfuse's lexer does, and nothing of settings.
 */

#include "conf_text.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct walk {
    struct mistakes *mistakes;
    char *at;
    int line;
    bool in_word;      /* `at` goes on with a word without quotes, in which // is no comment */
    char last[2];      /* the two newest bytes that are not blank, a quote for a string */
    int depth;         /* of braces */
    int unclosed_line; /* where the outermost brace was opened */
};

static void note(struct walk *walk, char c)
{
    walk->in_word = !strchr(" \t\r\n={}()+*,\"'", c);
    if (!strchr(" \t\r\n", c)) {
        walk->last[1] = walk->last[0];
        walk->last[0] = c;
    }
}

/* "${NAME}" in double quotes, or without any, is what the environment says. */
static bool refuse_variable(struct walk *walk)
{
    mistakes_add(walk->mistakes, walk->line,
                 "${ would take a value from the environment: write \"\\${\" for those characters");
    return false;
}

/* The byte that an escape of digits in double quotes means, after "\\" or "\\x"; -1 for none. */
static int escaped_byte(const char *digits, int base, size_t most)
{
    size_t length = strspn(digits, base == 8 ? "0123456789" : "0123456789ABCDEFabcdef");
    char copy[4] = "";
    char *end;
    long byte;

    if (base == 8 && length > most)
        return -1;
    memcpy(copy, digits, length < most ? length : most);
    byte = strtol(copy, &end, base);
    return *end || byte > 0xff ? -1 : (int)byte;
}

/* Complains of an escape of digits that libconfuse would stumble over. */
static bool check_escape(struct walk *walk)
{
    const char *at = walk->at;
    int byte = 1;

    if (strspn(at, "0123456789"))
        byte = escaped_byte(at, 8, 3);
    else if (*at == 'x' && strspn(at + 1, "0123456789ABCDEFabcdef"))
        byte = escaped_byte(at + 1, 16, 2);
    if (byte < 0)
        mistakes_add(walk->mistakes, walk->line, "invalid octal number '\\%.*s'",
                     (int)strspn(at, "0123456789"), at);
    else if (byte == 0)
        mistakes_add(walk->mistakes, walk->line, "a string cannot hold the byte 0");
    return byte > 0;
}

/* Steps over what a backslash makes special. */
static bool walk_escape(struct walk *walk, char quote)
{
    walk->at++;
    if (quote == '"' && !check_escape(walk))
        return false;
    walk->line += *walk->at == '\n';
    return true;
}

/* Steps over a string; its quotes must stand on one line, but for line ends that are escaped. */
static bool walk_string(struct walk *walk)
{
    char quote = *walk->at++;

    for (; *walk->at != quote; walk->at++) {
        if (*walk->at == '\\' && walk->at[1]) {
            if (!walk_escape(walk, quote))
                return false;
        } else if (!*walk->at || *walk->at == '\n') {
            mistakes_add(walk->mistakes, walk->line, "the string has no closing %c on its line",
                         quote);
            return false;
        } else if (quote == '"' && *walk->at == '$' && walk->at[1] == '{') {
            return refuse_variable(walk);
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

static bool walk_byte(struct walk *walk)
{
    char c = *walk->at++;

    if (c == '$' && *walk->at == '{')
        return refuse_variable(walk);
    if (c == '\n')
        walk->line++;
    else if (c == '+' || c == '*')
        mistakes_add(walk->mistakes, walk->line, "'%c' has no meaning outside quotes", c);
    else if (c == '=' && (walk->last[0] == '"' || walk->last[0] == '\''))
        mistakes_add(walk->mistakes, walk->line, "the name of a setting stands without quotes");
    else if (c == '{' || c == '}')
        count_brace(walk, c);
    note(walk, c);
    return true;
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
        return walk_byte(walk);
    return true;
}

int conf_text_prepare(struct mistakes *mistakes, char *text)
{
    struct walk walk = {.mistakes = mistakes, .at = text, .line = 1};
    int r = mistakes_check_text(mistakes, text, strlen(text));

    if (r)
        return r;
    while (*walk.at)
        if (!walk_token(&walk))
            return -EINVAL;
    if (walk.depth)
        mistakes_add(mistakes, walk.unclosed_line, "the { here is never closed: a } is missing");
    return 0;
}
