/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Tables for people: columns as wide as their widest cell, two blanks between, no rules. Rows carry
 * a key by which they can be sorted.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define TABLE_COLUMNS_MAX 8
#define TABLE_KEY         3

struct table_row {
    int64_t key[TABLE_KEY];         /* first things first */
    char *cells[TABLE_COLUMNS_MAX]; /* owned */
};

struct table {
    const char *const *titles; /* static, ended by NULL */
    size_t n_rows;
    size_t capacity;
    struct table_row *rows;
};

/*
 * Adds an empty row and returns it, to be filled with cells from text_new(); a cell left NULL shows
 * as
 * "-". The row may move with the next one added.
 */
struct table_row *table_add(struct table *table);

/* Sorts the rows by their keys, the smallest on top. */
void table_sort(struct table *table);

void table_print(const struct table *table, FILE *out);
void table_clear(struct table *table);
