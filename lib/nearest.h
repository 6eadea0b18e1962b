/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * "Did you mean": the candidate closest to a misspelt word, by the number of letters to add, drop,
 * change or swap.
 */

#include <stddef.h>

struct nearest {
    const char *word;
    const char *best; /* NULL while no candidate is close enough to be worth a question */
    size_t best_distance;
};

struct nearest nearest_to(const char *word);
void nearest_consider(struct nearest *nearest, const char *candidate);
