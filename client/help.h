/* SPDX-License-Identifier: ISC */
#pragma once

/* Help that teaches: an overview, and a page for each verb, made from the table of verbs. */

#include <stdio.h>

#include "verbs.h"

void help_overview(FILE *out);

/* The verbs of two words that begin with that one. */
void help_group(FILE *out, const char *group);

void help_verb(FILE *out, const struct verb *verb);
