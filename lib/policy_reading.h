/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * While the file of a policy is read: between the file and its versions (policy_file.c), and what
 * stands in them (policy_version.c).
 */

#include "conf.h"
#include "policy_parts.h"

/* The context of every block. */
struct reading {
    struct policy *policy;
    struct sandbox *sandbox;
    struct version *version; /* that is being read */
    struct clauses *clauses; /* its rules or requirements */
    struct clause *clause;   /* the newest of those */
    bool is_requirement;     /* that one is */
};

#define POLICY_VERSION_BLOCKS 3
extern const struct conf_block policy_version_blocks[POLICY_VERSION_BLOCKS];

/* Puts a copy in the place of the member, which it frees. Returns 0 or -ENOMEM. */
int policy_keep(const char *text, char **member);

/* Reads a text into the member of the object at the setting's offset; `size` counts its NUL. */
int policy_read_text(const struct conf_value *value, size_t size, void *object);
