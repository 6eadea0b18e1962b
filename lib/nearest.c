/* SPDX-License-Identifier: ISC */

/* "Did you mean": optimal string alignment distance. */

#include "nearest.h"

#include <string.h>

#define LONGEST 31 /* longer words are no misspelling of anything we have */

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t distance(const char *a, const char *b)
{
    size_t d[LONGEST + 1][LONGEST + 1];
    size_t n = strlen(a), m = strlen(b);

    for (size_t i = 0; i <= n; i++)
        d[i][0] = i;
    for (size_t j = 0; j <= m; j++)
        d[0][j] = j;
    for (size_t i = 1; i <= n; i++) {
        for (size_t j = 1; j <= m; j++) {
            d[i][j] = smaller(d[i - 1][j], d[i][j - 1]) + 1;
            d[i][j] = smaller(d[i][j], d[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d[i][j] = smaller(d[i][j], d[i - 2][j - 2] + 1);
        }
    }
    return d[n][m];
}

struct nearest nearest_to(const char *word)
{
    size_t length = strlen(word);

    /* A third of the letters may be wrong, and one always. */
    return (struct nearest){.word = word, .best_distance = length / 3 + 2};
}

void nearest_consider(struct nearest *nearest, const char *candidate)
{
    size_t length = strlen(nearest->word), found;

    if (!length || length > LONGEST || strlen(candidate) > LONGEST)
        return;
    /* The beginning of a word names it. */
    found = strncmp(candidate, nearest->word, length) == 0 ? 0 : distance(nearest->word, candidate);
    if (found < nearest->best_distance) {
        nearest->best = candidate;
        nearest->best_distance = found;
    }
}
