/* SPDX-License-Identifier: ISC */

/* Accept headers, as they come. */

#include "accept.h"
#include "unit.h"

static const struct {
    const char *header;
    enum accept_closeness closeness;
    int quality; /* of text/plain in version 0.0.4 */
} headers[] = {
    /* Nothing said, or everything. */
    {NULL, ACCEPT_ANYTHING, 1000},
    {"", ACCEPT_NOT_NAMED, 0},
    {"*/*", ACCEPT_ANYTHING, 1000},
    {"text/*", ACCEPT_KIND, 1000},
    {"text/plain", ACCEPT_TYPE, 1000},
    {"TEXT/Plain", ACCEPT_TYPE, 1000},
    {"text/plain;version=0.0.4", ACCEPT_VERSION, 1000},
    {"text/plain; Version = \"0.0.4\" ; charset=utf-8", ACCEPT_VERSION, 1000},

    /* Others. */
    {"text/html", ACCEPT_NOT_NAMED, 0},
    {"text/plainer", ACCEPT_NOT_NAMED, 0},
    {"text/plai", ACCEPT_NOT_NAMED, 0},
    {"text/", ACCEPT_NOT_NAMED, 0},
    {"tex/*", ACCEPT_NOT_NAMED, 0},
    {"text/**", ACCEPT_NOT_NAMED, 0},
    {"application/*", ACCEPT_NOT_NAMED, 0},
    {"*", ACCEPT_NOT_NAMED, 0},
    {"text/plain;version=1.0.0", ACCEPT_NOT_NAMED, 0},
    {"*/*;version=1.0.0", ACCEPT_NOT_NAMED, 0},
    {"*/*;version=0.0.4", ACCEPT_ANYTHING, 1000},

    /* How welcome. */
    {"text/plain;q=0", ACCEPT_TYPE, 0},
    {"text/plain;q=0.5", ACCEPT_TYPE, 500},
    {"text/plain;q=0.05", ACCEPT_TYPE, 50},
    {"text/plain ; Q = 0.125", ACCEPT_TYPE, 125},
    {"text/plain;q=1.", ACCEPT_TYPE, 1000},
    {"text/plain;q=1.000", ACCEPT_TYPE, 1000},
    {"text/plain;q=0.25;version=0.0.4", ACCEPT_VERSION, 250},
    {"text/plain;q=1.001", ACCEPT_NOT_NAMED, 0},
    {"text/plain;q=2", ACCEPT_NOT_NAMED, 0},
    {"text/plain;q=0.1234", ACCEPT_NOT_NAMED, 0},
    {"text/plain;q=-1", ACCEPT_NOT_NAMED, 0},
    {"text/plain;q=0,5", ACCEPT_TYPE, 0},
    {"text/plain;q=0.x", ACCEPT_NOT_NAMED, 0},
    {"text/plain;q=00", ACCEPT_NOT_NAMED, 0},
    {"text/plain;q=", ACCEPT_NOT_NAMED, 0},
    {"text/plain;q", ACCEPT_NOT_NAMED, 0},

    /* The closest range counts, wherever it stands; of equal ones the better. */
    {"*/*;q=1, text/*;q=0.5, text/plain;q=0.2", ACCEPT_TYPE, 200},
    {"text/plain;q=0.2,text/*;q=0.5,*/*", ACCEPT_TYPE, 200},
    {"text/plain;q=0.9, text/plain;version=0.0.4;q=0.1", ACCEPT_VERSION, 100},
    {"text/plain;q=0.1, text/plain;q=0.3, text/plain;q=0.2", ACCEPT_TYPE, 300},
    {"text/plain;version=1.0.0;q=0.9, */*;q=0.1", ACCEPT_ANYTHING, 100},
    {"text/html, text/plain;q=7, */*;q=0.4", ACCEPT_ANYTHING, 400},

    /* Separators in quotes, and too many of them. */
    {"text/html;x=\"a,text/plain;b\", text/*;q=0.3", ACCEPT_KIND, 300},
    {"text/html;x=\"\\\",text/plain\", text/*;q=0.3", ACCEPT_KIND, 300},
    {"text/html;x=\"never closed, text/plain", ACCEPT_NOT_NAMED, 0},
    {"text/html;x=\"\\", ACCEPT_NOT_NAMED, 0},
    {",, ,text/plain;;q=0.5;,", ACCEPT_TYPE, 500},
    {";", ACCEPT_NOT_NAMED, 0},
    {"=", ACCEPT_NOT_NAMED, 0},
    {"\"", ACCEPT_NOT_NAMED, 0},
};

START_TEST(finds_how_welcome_a_type_is)
{
    struct accept found = accept_find(headers[_i].header, "text/plain", "0.0.4");

    ck_assert_msg(found.closeness == headers[_i].closeness && found.quality == headers[_i].quality,
                  "%s: %d, %d", headers[_i].header, found.closeness, found.quality);
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {finds_how_welcome_a_type_is, ARRAY_SIZE(headers)},
    };

    return unit_run("accept", tests, ARRAY_SIZE(tests));
}
