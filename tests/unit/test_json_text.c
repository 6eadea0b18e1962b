/* SPDX-License-Identifier: ISC */

/* JSON as text: the very bytes, and that a reader which is not ours reads back what was written. */

#include <jansson.h>

#include "json_text.h"
#include "unit.h"

static void expect(struct json_text *text, const char *expected)
{
    char *taken = json_text_take(text);

    ck_assert_str_eq(taken, expected);
    free(taken);
}

START_TEST(members_stand_in_order_without_blanks)
{
    struct json_text text = {0};

    json_text_begin(&text);
    json_text_name(&text, "a");
    json_text_int(&text, 1);
    json_text_name(&text, "b");
    json_text_begin(&text);
    json_text_name(&text, "c");
    json_text_string(&text, "{");
    json_text_name(&text, "d");
    json_text_word(&text, "null");
    json_text_end(&text);
    json_text_name(&text, "e");
    json_text_begin(&text);
    json_text_end(&text);
    json_text_end(&text);
    expect(&text, "{\"a\":1,\"b\":{\"c\":\"{\",\"d\":null},\"e\":{}}");
}
END_TEST

static const struct {
    int64_t value;
    const char *text;
} integers[] = {
    {0, "0"},
    {-1, "-1"},
    {10, "10"},
    {INT64_MAX, "9223372036854775807"},
    {INT64_MIN, "-9223372036854775808"},
};

START_TEST(integers_to_the_last_digit)
{
    struct json_text text = {0};

    json_text_int(&text, integers[_i].value);
    expect(&text, integers[_i].text);
}
END_TEST

static const struct {
    const char *value, *text;
} strings[] = {
    {"", "\"\""},
    {"plain", "\"plain\""},
    {"\"\\/", "\"\\\"\\\\/\""},
    {"\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\""},
    {"\x01\x1f\x7f", "\"\\u0001\\u001F\x7f\""},
    {"\xc3\xa9\xf0\x9f\x95\xb0", "\"\xc3\xa9\xf0\x9f\x95\xb0\""},
};

START_TEST(strings_escape_what_must_be)
{
    struct json_text text = {0};

    json_text_string(&text, strings[_i].value);
    expect(&text, strings[_i].text);
}
END_TEST

/* Any text of up to a few times the first room, control characters and all. */
static void random_string(struct unit_random *random, char *string, size_t size)
{
    size_t length = unit_random_below(random, size);

    for (size_t i = 0; i < length; i++)
        string[i] = (char)unit_random_between(random, 1, 127);
    string[length] = '\0';
}

START_TEST(jansson_reads_it_back)
{
    struct unit_random random = unit_random_start("test_json_text");
    char string[5000];

    for (int round = 0; round < 1000; round++) {
        struct json_text text = {0};
        json_t *read;
        char *taken;

        random_string(&random, string, sizeof(string));
        json_text_begin(&text);
        json_text_name(&text, "s");
        json_text_string(&text, string);
        json_text_end(&text);
        taken = json_text_take(&text);
        read = json_loads(taken, 0, NULL);
        ck_assert_ptr_nonnull(read);
        ck_assert_str_eq(json_string_value(json_object_get(read, "s")), string);
        json_decref(read);
        free(taken);
    }
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {.test = members_stand_in_order_without_blanks},
        {integers_to_the_last_digit, ARRAY_SIZE(integers)},
        {strings_escape_what_must_be, ARRAY_SIZE(strings)},
        {.test = jansson_reads_it_back},
    };

    return unit_run("JSON text", tests, ARRAY_SIZE(tests));
}
