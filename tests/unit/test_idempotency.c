/* SPDX-License-Identifier: ISC */

/* Keys as clients write them, and the fingerprints of what they came with. */

#include "idempotency.h"
#include "unit.h"

static const struct {
    const char *value, *key;
} keys[] = {
    {"x", "x"},
    {"0198f7a2-1a2b-7c3d-8e4f-5a6b7c8d9e0f", "0198f7a2-1a2b-7c3d-8e4f-5a6b7c8d9e0f"},
    {"\"0198f7a2-1a2b-7c3d-8e4f-5a6b7c8d9e0f\"", "0198f7a2-1a2b-7c3d-8e4f-5a6b7c8d9e0f"},
    {"import:2026/11.csv#17=~!", "import:2026/11.csv#17=~!"},
    {"\"a,b;c\"", "a,b;c"},
    {"\"a\\\"b\\\\c\"", "a\"b\\c"},
    {"it's", "it's"},
};

static const char *const no_keys[] = {
    "",          "\"\"",     "\"",      "\"a",  "a\"",         "\"a\"b",
    "\"a\" ",    "a b",      "\"a b\"", "a,b",  "a, b",        "a;b=1",
    "\"a\";b=1", "\"a\\b\"", "\"a\\",   "a\\b", "caf\xc3\xa9", "\"caf\xc3\xa9\"",
    "\x7f",      "a\tb",     "\"\\\"",
};

START_TEST(a_key_is_read)
{
    char key[IDEMPOTENCY_KEY_SIZE];
    struct problem problem;

    ck_assert_int_eq(idempotency_key_parse(keys[_i].value, key, &problem), 0);
    ck_assert_str_eq(key, keys[_i].key);
}
END_TEST

START_TEST(what_is_no_key_is_refused_by_name)
{
    char key[IDEMPOTENCY_KEY_SIZE];
    struct problem problem;

    ck_assert_msg(idempotency_key_parse(no_keys[_i], key, &problem) == PROBLEM_INVALID_HEADER, "%s",
                  no_keys[_i]);
    ck_assert_str_eq(problem.field, "Idempotency-Key");
    ck_assert_ptr_nonnull(strstr(problem.detail, "1 to 128 visible ASCII characters"));
}
END_TEST

/* `longest` characters, and one more; bare, in quotes, and with every one escaped. */
START_TEST(a_key_has_128_characters_at_most)
{
    char key[IDEMPOTENCY_KEY_SIZE], value[2 * IDEMPOTENCY_KEY_SIZE + 3];
    struct problem problem;

    for (size_t length = IDEMPOTENCY_KEY_SIZE - 1; length <= IDEMPOTENCY_KEY_SIZE; length++) {
        int expected = length < IDEMPOTENCY_KEY_SIZE ? 0 : PROBLEM_INVALID_HEADER;

        memset(value, 'k', length);
        value[length] = '\0';
        ck_assert_int_eq(idempotency_key_parse(value, key, &problem), expected);
        value[0] = '"';
        memset(value + 1, 'k', length);
        strcpy(value + 1 + length, "\"");
        ck_assert_int_eq(idempotency_key_parse(value, key, &problem), expected);
        for (size_t i = 0; i < 2 * length; i += 2)
            memcpy(value + 1 + i, "\\\"", 2);
        strcpy(value + 1 + 2 * length, "\"");
        ck_assert_int_eq(idempotency_key_parse(value, key, &problem), expected);
    }
}
END_TEST

/* sha256sum's, of "/v1/holds", a NUL and the body. */
START_TEST(a_fingerprint_is_the_sha_256_of_address_and_body)
{
    static const unsigned char expected[IDEMPOTENCY_FINGERPRINT_SIZE] = {
        0x2d, 0xfe, 0x9d, 0xd8, 0x5a, 0xd4, 0x0d, 0x83, 0x67, 0x61, 0x56,
        0xa2, 0x52, 0xf2, 0xf7, 0xe0, 0x8d, 0x72, 0x88, 0xb4, 0xa2, 0xd4,
        0x71, 0xcb, 0x41, 0xb6, 0x6f, 0x9c, 0x79, 0x03, 0x4a, 0x88,
    };
    struct idempotency idempotency = {0};

    ck_assert_int_eq(idempotency_seal(&idempotency, "/v1/holds", "{\"booking\":\"A\"}", 15), 0);
    ck_assert_mem_eq(idempotency.fingerprint, expected, sizeof(expected));
}
END_TEST

START_TEST(another_request_has_another_fingerprint)
{
    static const char *const requests[][2] = {
        {"/v1/holds/1/note", "{}"}, {"/v1/holds/1/note", "{} "},   {"/v1/holds/1/note", ""},
        {"/v1/holds/2/note", "{}"}, {"/v1/holds/1/release", "{}"}, {"/v1/holds/1/note{", "}"},
    };
    struct idempotency made[ARRAY_SIZE(requests)];

    for (size_t i = 0; i < ARRAY_SIZE(requests); i++)
        ck_assert_int_eq(
            idempotency_seal(&made[i], requests[i][0], requests[i][1], strlen(requests[i][1])), 0);
    for (size_t i = 0; i < ARRAY_SIZE(requests); i++)
        for (size_t j = 0; j < i; j++)
            ck_assert_mem_ne(made[i].fingerprint, made[j].fingerprint,
                             IDEMPOTENCY_FINGERPRINT_SIZE);
}
END_TEST

START_TEST(no_body_is_an_empty_one)
{
    struct idempotency none = {0}, empty = {0};

    ck_assert_int_eq(idempotency_seal(&none, "/v1/holds/1/serve", NULL, 0), 0);
    ck_assert_int_eq(idempotency_seal(&empty, "/v1/holds/1/serve", "", 0), 0);
    ck_assert_mem_eq(none.fingerprint, empty.fingerprint, sizeof(none.fingerprint));
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {a_key_is_read, ARRAY_SIZE(keys)},
        {what_is_no_key_is_refused_by_name, ARRAY_SIZE(no_keys)},
        {.test = a_key_has_128_characters_at_most},
        {.test = a_fingerprint_is_the_sha_256_of_address_and_body},
        {.test = another_request_has_another_fingerprint},
        {.test = no_body_is_an_empty_one},
    };

    return unit_run("idempotency", tests, ARRAY_SIZE(tests));
}
