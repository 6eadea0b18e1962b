/* SPDX-License-Identifier: ISC */

/*
 * The text of a configuration file: one walk over it, which knows strings, comments, words and
 * braces as libconfuse's lexer does, and nothing of settings.
 */

#include "conf_text.h"

#include <errno.h>
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

int conf_text_read(struct mistakes *mistakes, char **text)
{
    _cleanup_(free_ptr) char *read = NULL;
    struct walk walk = {.mistakes = mistakes, .line = 1};
    int r;

    r = mistakes_read_file(mistakes, SIZE_LIMIT, &read);
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
