/* SPDX-License-Identifier: ISC */

/* Entity tags, and lists of them as clients write them. */

#include "entity_tag.h"
#include "unit.h"

static const char *const valid[] = {
    "*",
    " * ",
    "\"1\"",
    "W/\"1\"",
    "\"\"",
    "\"1\", \"2\"",
    "\"1\",\"2\"",
    "\"1\" ,\t\"2\"",
    ", \"1\",, \"2\" ,",
    "\"a,b\"",
    "\"*\"",
    "\"\\\"",
    "\"\xc3\xa9\"",
};

static const char *const broken[] = {
    "",       " ",       ",",        "1",         "\"1",        "1\"",      "\"1\" \"2\"",
    "\"1\"x", "w/\"1\"", "W/ \"1\"", "W/",        "W/1",        "*, \"1\"", "\"1\", *",
    "**",     "\"a b\"", "\"1\"; x", "\"a\x7f\"", "\"1\", \"2", "'1'",      "\"a\"b\"",
};

START_TEST(a_list_of_tags_is_known)
{
    ck_assert_msg(entity_tags_valid(valid[_i]), "%s", valid[_i]);
}
END_TEST

START_TEST(what_is_no_list_is_known)
{
    ck_assert_msg(!entity_tags_valid(broken[_i]), "%s", broken[_i]);
}
END_TEST

/* RFC 9110, 8.8.3.2, and what lists make of it. */
static const struct {
    const char *list, *tag;
    bool strong, weak;
} comparisons[] = {
    {"\"1\"", "\"1\"", true, true},
    {"W/\"1\"", "W/\"1\"", false, true},
    {"W/\"1\"", "\"1\"", false, true},
    {"\"1\"", "W/\"1\"", false, true},
    {"W/\"1\"", "W/\"2\"", false, false},
    {"\"1\"", "\"2\"", false, false},
    {"\"1\"", "\"10\"", false, false},
    {"\"10\"", "\"1\"", false, false},
    {"\"2\", \"1\"", "\"1\"", true, true},
    {"\"2\" , W/\"1\",\"1\"", "\"1\"", true, true},
    {"\"2\", W/\"1\"", "\"1\"", false, true},
    {"\"1,2\"", "\"1\"", false, false},
    {"\"\"", "\"\"", true, true},
    {"*", "\"1\"", true, true},
    {" * ", "W/\"1\"", true, true},
    {"\"*\"", "\"1\"", false, false},
    {"*", NULL, true, true},
    {"\"1\"", NULL, false, false},
};

START_TEST(tags_are_compared_strongly_or_weakly)
{
    const char *list = comparisons[_i].list, *tag = comparisons[_i].tag;

    ck_assert_int_eq(entity_tags_have(list, tag, ENTITY_TAG_STRONG), comparisons[_i].strong);
    ck_assert_int_eq(entity_tags_have(list, tag, ENTITY_TAG_WEAK), comparisons[_i].weak);
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {a_list_of_tags_is_known, ARRAY_SIZE(valid)},
        {what_is_no_list_is_known, ARRAY_SIZE(broken)},
        {tags_are_compared_strongly_or_weakly, ARRAY_SIZE(comparisons)},
    };

    return unit_run("entity_tag", tests, ARRAY_SIZE(tests));
}
