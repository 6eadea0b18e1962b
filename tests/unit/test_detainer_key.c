/* SPDX-License-Identifier: ISC */

/* Idempotency-Keys of libdetainer. */

#include "key.h"
#include "unit.h"

START_TEST(makes_uuids_of_the_time)
{
    char key[KEY_SIZE];

    ck_assert_int_eq(key_make(unit_instant("2022-02-22T19:22:22Z"), key), 0); /* RFC 9562, A.6 */
    ck_assert_uint_eq(strlen(key), KEY_SIZE - 1);
    ck_assert_int_eq(strncmp(key, "017f22e2-79b0-7", 15), 0);
    ck_assert_ptr_nonnull(strchr("89ab", key[19]));
    ck_assert(key[18] == '-' && key[23] == '-');
    ck_assert_uint_eq(strspn(key + 24, "0123456789abcdef"), 12);
    ck_assert(key_is_valid(key));
}
END_TEST

START_TEST(makes_another_one_each_time_and_later_ones_sort_after)
{
    char first[KEY_SIZE], second[KEY_SIZE], later[KEY_SIZE];

    ck_assert_int_eq(key_make(unit_instant(T0), first), 0);
    ck_assert_int_eq(key_make(unit_instant(T0), second), 0);
    ck_assert_int_eq(key_make(unit_instant(T0) + 1000, later), 0);
    ck_assert_str_ne(first, second);
    ck_assert_str_lt(first, later);
    ck_assert_str_lt(second, later);
}
END_TEST

static const struct {
    const char *key, *value; /* NULL: the daemon would not take it */
} keys[] = {
    {"k", "\"k\""},
    {"import:2026/11.csv#17", "\"import:2026/11.csv#17\""},
    {"a,b;c", "\"a,b;c\""},
    {"a\"b\\c", "\"a\\\"b\\\\c\""},
    {"", NULL},
    {"a b", NULL},
    {"a\nX-Y: z", NULL},
    {"a\x7f", NULL},
    {"caf\u00e9", NULL},
};

START_TEST(quotes_what_the_daemon_takes)
{
    char value[KEY_VALUE_SIZE];

    ck_assert_int_eq(key_is_valid(keys[_i].key), keys[_i].value != NULL);
    if (!keys[_i].value)
        return;
    key_quote(keys[_i].key, value);
    ck_assert_str_eq(value, keys[_i].value);
}
END_TEST

START_TEST(has_room_for_the_longest)
{
    char key[KEY_LONGEST + 2] = "", value[KEY_VALUE_SIZE];

    memset(key, '"', KEY_LONGEST);
    ck_assert(key_is_valid(key));
    key_quote(key, value);
    ck_assert_uint_eq(strlen(value), sizeof(value) - 1);
    key[KEY_LONGEST] = '"';
    ck_assert(!key_is_valid(key));
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {.test = makes_uuids_of_the_time},
        {.test = makes_another_one_each_time_and_later_ones_sort_after},
        {quotes_what_the_daemon_takes, ARRAY_SIZE(keys)},
        {.test = has_room_for_the_longest},
    };

    return unit_run("detainer_key", tests, ARRAY_SIZE(tests));
}
