/* SPDX-License-Identifier: ISC */

/* Which member an error lies in, in text that is broken in all manner of ways. */

#include <errno.h>

#include "json_place.h"
#include "unit.h"

/* The error lies where the `^` stands, which is not part of the text. */
static const struct {
    const char *text;
    const char *name; /* NULL where none can be named */
} places[] = {
    {"{\"a\":^}", "a"},
    {"{\"a\":1,\"b\":^}", "b"},
    {"{\"a\":1,\"b\" ^2}", "b"},
    {"{\"a\":^1,\"b\":2}", "a"},
    {"{\"a\":1,^}", "a"},
    {"{\"a\":1}^", "a"},
    {" \n\t{ \"a\" : ^", "a"},
    {"{\"a\":\"b\",\"c\":^", "c"},
    {"{\"a\":\"b\"^", "a"},                  /* a value is no key */
    {"{\"a\" \"b\"^", "a"},                  /* nor is what follows one */
    {"{\"a\":\",\\\"x\\\":\",\"c\":^", "c"}, /* nor what looks like one inside a value */
    {"{\"a\":{\"b\":1,\"c\":^", "a"},        /* only the members of the outermost object */
    {"{\"a\":[\"b\",\"c\",^", "a"},
    {"{\"a\":{\"b\":1},\"c\":^", "c"},
    {"{\"\\u0061\\n\":^", "a?"}, /* escapes are read, and control characters not repeated */
    {"{\"a\\\"b\":^", "a\"b"},
    {"{\"caf\u00e9\":^", "caf\u00e9"},
    {"{\"\":^", ""},
    {"{\"a\\u0000b\":^", "a"},
    {"{\"0123456789abcdef\":^", "0123456789a"},          /* cut to fit */
    {"{\"012345678\u00e9\u00e9\":^", "012345678\u00e9"}, /* but not inside a character */
    {"{\"0123456789\u00e9\":^", "0123456789"},
    {"^", NULL},
    {"  ^", NULL},
    {"{^", NULL},
    {"{^\"a\":1}", NULL},
    {"[\"a\",\"b\",^", NULL},
    {"\"a\",\"b\":^", NULL},
    {"{\"a^", NULL},         /* not yet whole */
    {"{\"a\":1,\"b^", NULL}, /* and not the one before, which is in order */
    {"{\"a\\^", NULL},
    {"{\"\\q\":^", NULL},
    {"{\"\xff\":^", NULL},
    {"{a:^", NULL},
};

START_TEST(names_the_member)
{
    const char *mark = strchr(places[_i].text, '^');
    size_t before = (size_t)(mark - places[_i].text), after = strlen(mark + 1);
    char *text = malloc(before + after + 1); /* on the heap, where a sanitizer sees overruns */
    char name[12] = "untouched";

    memcpy(text, places[_i].text, before);
    memcpy(text + before, mark + 1, after);
    if (places[_i].name) {
        ck_assert_int_eq(json_place(text, before + after, before, name, sizeof(name)), 0);
        ck_assert_str_eq(name, places[_i].name);
    } else {
        ck_assert_int_eq(json_place(text, before + after, before, name, sizeof(name)), -ENOENT);
        ck_assert_str_eq(name, "untouched");
    }
    free(text);
}
END_TEST

START_TEST(a_position_past_the_end_is_the_end)
{
    char name[12];

    ck_assert_int_eq(json_place("{\"a\":", 5, SIZE_MAX, name, sizeof(name)), 0);
    ck_assert_str_eq(name, "a");
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {names_the_member, ARRAY_SIZE(places)},
        {.test = a_position_past_the_end_is_the_end},
    };

    return unit_run("json_place", tests, ARRAY_SIZE(tests));
}
