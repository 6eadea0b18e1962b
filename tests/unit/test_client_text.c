/* SPDX-License-Identifier: ISC */

/* What detainerctl lets through to a terminal, and its tables. */

#include <stdlib.h>

#include "client/table.h"
#include "client/text.h"
#include "unit.h"

static const struct {
    const char *raw, *shown, *json;
} texts[] = {
    {"", "", ""},
    {"plain \\ \"text\"", "plain \\ \"text\"", "plain \\ \"text\""},
    {"Jos\u00e9 \u5317\u4eac \U0001f512", "Jos\u00e9 \u5317\u4eac \U0001f512",
     "Jos\u00e9 \u5317\u4eac \U0001f512"},
    {"\x1b[2Jgone\x07", "\\x1b[2Jgone\\x07", "\x1b[2Jgone\x07"},
    {"a\tb\nc\rd", "a\\x09b\\x0ac\\x0dd", "a\tb\nc\rd"},
    {"del\x7f", "del\\x7f", "del\\u007f"},
    {"csi \xc2\x9b"
     "31m",
     "csi \\u009b31m", "csi \\u009b31m"},
    {"turn \u202e\u2066", "turn \\u202e\\u2066", "turn \\u202e\\u2066"},
    {"zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff", "zero\\u200bwidth\\ufeff"},
    {"overlong \xc0\x9b", "overlong \\xc0\\x9b", "overlong \xc0\x9b"},
    {"overlong \xe0\x80\x9b", "overlong \\x1b", "overlong \xe0\x80\x9b"},
    {"cut \xe2\x82", "cut \\xe2\\x82", "cut \xe2\x82"},
    {"latin \xe9t\xe9", "latin \\xe9t\\xe9", "latin \xe9t\xe9"},
    {"\xf5\xff", "\\xf5\\xff", "\xf5\xff"},
};

typedef void put_fn(FILE *out, const char *text);

static void assert_put(put_fn *put, const char *raw, const char *expected)
{
    char *written = NULL;
    size_t size;
    FILE *out = open_memstream(&written, &size);

    ck_assert_ptr_nonnull(out);
    put(out, raw);
    fclose(out);
    ck_assert_str_eq(written, expected);
    free(written);
}

START_TEST(shows_what_steers_a_terminal_as_escapes)
{
    assert_put(text_put, texts[_i].raw, texts[_i].shown);
}
END_TEST

START_TEST(keeps_json_the_same_value)
{
    assert_put(text_put_json, texts[_i].raw, texts[_i].json);
}
END_TEST

START_TEST(knows_how_wide_the_shown_text_is)
{
    size_t n_characters = 0;

    for (const char *c = texts[_i].shown; *c; c++)
        n_characters += (*c & 0xc0) != 0x80;
    ck_assert_uint_eq(text_width(texts[_i].raw), n_characters);
}
END_TEST

/* As text_valid(): only what is no UTF-8 becomes an escape. */
static const struct {
    const char *raw, *valid;
} bytes[] = {
    {"", ""},
    {"plain \x1b[2J\n", "plain \x1b[2J\n"},
    {"Jos\u00e9 \U0001f512 \u202e", "Jos\u00e9 \U0001f512 \u202e"},
    {"latin \xe9t\xe9", "latin \\xe9t\\xe9"},
    {"overlong \xe0\x80\x9b", "overlong \\xe0\\x80\\x9b"},
    {"overlong \xf0\x80\x80\x9b", "overlong \\xf0\\x80\\x80\\x9b"},
    {"half \xed\xa0\x80", "half \\xed\\xa0\\x80"},
    {"beyond \xf4\x90\x80\x80", "beyond \\xf4\\x90\\x80\\x80"},
    {"last \xf4\x8f\xbf\xbf \xed\x9f\xbf", "last \xf4\x8f\xbf\xbf \xed\x9f\xbf"},
};

START_TEST(makes_any_bytes_valid)
{
    char *valid = text_valid(bytes[_i].raw);

    ck_assert_str_eq(valid, bytes[_i].valid);
    free(valid);
}
END_TEST

START_TEST(gives_what_it_shows_as_a_string)
{
    char *shown = text_shown(texts[_i].raw);

    ck_assert_str_eq(shown, texts[_i].shown);
    free(shown);
}
END_TEST

START_TEST(keeps_the_lines_of_a_text)
{
    assert_put(text_put_lines, "a\n\tb\x1b\n\nc\r\n", "a\n\tb\\x1b\n\nc\\x0d\n");
    assert_put(text_put_lines, "no end", "no end\n");
    assert_put(text_put_lines, "tab\t", "tab\t\n");
    assert_put(text_put_lines, "", "");
}
END_TEST

static void put_field(FILE *out, const char *value)
{
    text_put_field(out, "Label", value);
}

START_TEST(leaves_out_fields_without_value)
{
    assert_put(put_field, "x\x1b", "Label          x\\x1b\n");
    assert_put(put_field, "", "");
}
END_TEST

static void add(struct table *table, int64_t key, const char *first, const char *second)
{
    struct table_row *row = table_add(table);

    row->key[0] = key;
    row->cells[0] = text_new("%s", first);
    row->cells[1] = second ? text_new("%s", second) : NULL;
}

static void put_table(FILE *out, const char *text)
{
    static const char *const titles[] = {"NAME", "N", NULL};
    struct table table = {.titles = titles};

    add(&table, 2, text, "22");
    add(&table, 1, "", NULL);
    table_sort(&table);
    table_print(&table, out);
    table_clear(&table);
    ck_assert_uint_eq(table.n_rows, 0);
}

START_TEST(sorts_and_aligns_rows)
{
    assert_put(put_table, "n\u00e9\x1b",
               "NAME    N\n"
               "-       -\n"
               "n\u00e9\\x1b  22\n");
}
END_TEST

START_TEST(prints_the_head_of_an_empty_table)
{
    static const char *const titles[] = {"A", "B", NULL};
    struct table table = {.titles = titles};
    char *written = NULL;
    size_t size;
    FILE *out = open_memstream(&written, &size);

    table_sort(&table);
    table_print(&table, out);
    fclose(out);
    ck_assert_str_eq(written, "A  B\n");
    free(written);
    table_clear(&table);
}
END_TEST

START_TEST(holds_many_rows_in_order)
{
    static const char *const titles[] = {"A", NULL};
    struct table table = {.titles = titles};

    for (int i = 0; i < 1000; i++)
        table_add(&table)->key[1] = i * 7 % 1000;
    table_sort(&table);
    for (int i = 0; i < 1000; i++)
        ck_assert_int_eq(table.rows[i].key[1], i);
    table_clear(&table);
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {shows_what_steers_a_terminal_as_escapes, ARRAY_SIZE(texts)},
        {keeps_json_the_same_value, ARRAY_SIZE(texts)},
        {knows_how_wide_the_shown_text_is, ARRAY_SIZE(texts)},
        {makes_any_bytes_valid, ARRAY_SIZE(bytes)},
        {gives_what_it_shows_as_a_string, ARRAY_SIZE(texts)},
        {.test = keeps_the_lines_of_a_text},
        {.test = leaves_out_fields_without_value},
        {.test = sorts_and_aligns_rows},
        {.test = prints_the_head_of_an_empty_table},
        {.test = holds_many_rows_in_order},
    };

    return unit_run("client_text", tests, ARRAY_SIZE(tests));
}
