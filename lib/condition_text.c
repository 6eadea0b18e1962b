/* SPDX-License-Identifier: ISC */

/* The text of a condition: one walk over its tokens, which finds where texts and numbers end. */

#include "condition_text.h"

#include <string.h>
#include <strings.h>

#define DIGITS  "0123456789"
#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_"

/* What has no place outside texts, though SQLite might give it one. */
static const struct {
    const char *bytes, *problem;
} misplaced[] = {
    {";", "has a semicolon: there can be only one expression"},
    {"?:@$#", "has a parameter: only facts have values here"},
    {"\"`[]", "has the wrong quotes: facts stand without any, texts in single ones"},
    {".", "has a point that belongs to no number: a fact stands by its name alone"},
    {"{}\\", "has a byte that means nothing in SQL"},
};

static const char *misplaced_problem(char c)
{
    if (c < ' ' || c > '~')
        return "has a byte outside its texts that is not plain ASCII";
    for (size_t i = 0; i < sizeof(misplaced) / sizeof(misplaced[0]); i++)
        if (strchr(misplaced[i].bytes, c))
            return misplaced[i].problem;
    return NULL;
}

/* With these words begins what is no expression. */
static bool begins_subquery(const char *word, size_t length)
{
    static const char *const words[] = {"SELECT", "VALUES", "WITH"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strlen(words[i]) == length && strncasecmp(words[i], word, length) == 0)
            return true;
    return false;
}

/* Where the token at `at` ends. A text that is never closed ends with the condition. */
static const char *token_end(const char *at)
{
    const char *end;

    if (*at == '\'') {
        end = strchr(at + 1, '\'');
        return end ? end + 1 : at + strlen(at);
    }
    if (strchr(DIGITS, *at))
        return at + strspn(at, DIGITS LETTERS ".");
    if (strchr(LETTERS, *at))
        return at + strspn(at, DIGITS LETTERS);
    return at + 1;
}

/* The problem of the token at `at` alone. */
static const char *token_problem(const char *at, const char *end)
{
    if (*at == '\'')
        return end == at + 1 || end[-1] != '\'' ? "has a text without its closing '" : NULL;
    if (begins_subquery(at, (size_t)(end - at)))
        return "has a subquery: only facts can be read";
    if (end > at + 1)
        return NULL;
    if ((at[0] == '-' && at[1] == '-') || (at[0] == '/' && at[1] == '*'))
        return "has a comment: comments stand outside the quotes of the setting";
    return misplaced_problem(*at);
}

/* The problem of the token at `at` among the others; keeps the depth of parentheses. */
static const char *nesting_problem(const char *at, size_t *depth)
{
    if (*at == '(' && ++*depth > CONDITION_DEPTH_MAX)
        return "has its parentheses nested too deeply";
    if (*at == ')' && (*depth)-- == 0)
        return "has a ) without its (";
    if (*at == ',' && *depth == 0)
        return "is more than one expression";
    return NULL;
}

const char *condition_text_problem(const char *condition)
{
    size_t depth = 0;
    const char *problem = NULL;

    if (strlen(condition) > CONDITION_LENGTH_MAX)
        return "is longer than 1000 bytes";
    if (!condition[strspn(condition, " ")])
        return "is empty";
    for (const char *at = condition, *end; *at && !problem; at = end) {
        end = token_end(at);
        problem = token_problem(at, end);
        if (!problem)
            problem = nesting_problem(at, &depth);
    }
    if (!problem && depth)
        problem = "has a ( without its )";
    return problem;
}

const char *condition_text_next(const char *at, char *text, size_t size)
{
    const char *end = at;
    size_t length;

    for (; *at && *at != '\''; at = end)
        end = token_end(at);
    if (!*at)
        return NULL;
    end = token_end(at);
    length = (size_t)(end - at) - 2;
    if (length >= size)
        length = size - 1;
    memcpy(text, at + 1, length);
    text[length] = '\0';
    return end;
}
