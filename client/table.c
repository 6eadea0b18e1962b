/* SPDX-License-Identifier: ISC */

/* Tables for people. */

#include "table.h"

#include <stdlib.h>

#include "text.h"

struct table_row *table_add(struct table *table)
{
    if (table->n_rows == table->capacity) {
        table->capacity = table->capacity ? 2 * table->capacity : 64;
        table->rows =
            text_not_null(reallocarray(table->rows, table->capacity, sizeof(*table->rows)));
    }
    table->rows[table->n_rows] = (struct table_row){0};
    return &table->rows[table->n_rows++];
}

static int compare_rows(const void *a, const void *b)
{
    const struct table_row *left = a, *right = b;

    for (size_t i = 0; i < TABLE_KEY; i++)
        if (left->key[i] != right->key[i])
            return left->key[i] < right->key[i] ? -1 : 1;
    return 0;
}

void table_sort(struct table *table)
{
    if (table->n_rows)
        qsort(table->rows, table->n_rows, sizeof(*table->rows), compare_rows);
}

static const char *cell_text(const struct table_row *row, size_t column)
{
    return row->cells[column] && row->cells[column][0] ? row->cells[column] : "-";
}

static size_t column_width(const struct table *table, size_t column)
{
    size_t widest = text_width(table->titles[column]);

    for (size_t i = 0; i < table->n_rows; i++) {
        size_t width = text_width(cell_text(&table->rows[i], column));

        widest = width > widest ? width : widest;
    }
    return widest;
}

/* The last cell of a line is not padded: no line ends in blanks. */
static void put_cell(FILE *out, const char *text, size_t width, const char *next_title)
{
    text_put(out, text);
    if (next_title)
        fprintf(out, "%*s", (int)(width - text_width(text)) + 2, "");
    else
        fputc('\n', out);
}

void table_print(const struct table *table, FILE *out)
{
    size_t widths[TABLE_COLUMNS_MAX];
    size_t n_columns = 0;

    for (; table->titles[n_columns]; n_columns++)
        widths[n_columns] = column_width(table, n_columns);
    for (size_t c = 0; c < n_columns; c++)
        put_cell(out, table->titles[c], widths[c], table->titles[c + 1]);
    for (size_t i = 0; i < table->n_rows; i++)
        for (size_t c = 0; c < n_columns; c++)
            put_cell(out, cell_text(&table->rows[i], c), widths[c], table->titles[c + 1]);
}

void table_clear(struct table *table)
{
    for (size_t i = 0; i < table->n_rows; i++)
        for (size_t c = 0; c < TABLE_COLUMNS_MAX; c++)
            free(table->rows[i].cells[c]);
    free(table->rows);
    *table = (struct table){.titles = table->titles};
}
