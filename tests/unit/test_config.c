/* SPDX-License-Identifier: ISC */

/* Reading configuration files, above all wrong ones: each mistake with its line and in words. */

#include <errno.h>
#include <unistd.h>

#include "config.h"
#include "unit.h"

#define JAIL "facility \"A\" { zone = \"UTC\" policy = \"always-honor\" }\n"

/* ---- helpers ---- */

struct outcome {
    int r;
    struct config *config;
    char *messages;
};

static struct outcome load_path(const char *path)
{
    struct outcome outcome = {0};
    size_t size;
    FILE *messages = open_memstream(&outcome.messages, &size);

    ck_assert_ptr_nonnull(messages);
    outcome.r = config_load(path, messages, &outcome.config);
    fclose(messages);
    return outcome;
}

static struct outcome load_bytes(const char *bytes, size_t length)
{
    char path[] = "/tmp/test_config-XXXXXX", *at;
    int fd = mkstemp(path);
    struct outcome outcome;

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, bytes, length), length);
    close(fd);
    outcome = load_path(path);
    unlink(path);
    /* the name is not interesting: "<path>:3: ..." becomes "3: ..." */
    for (at = outcome.messages; (at = strstr(at, path));)
        memmove(at, at + sizeof(path), strlen(at + sizeof(path)) + 1);
    return outcome;
}

static struct outcome load(const char *text)
{
    return load_bytes(text, strlen(text));
}

static void outcome_free(struct outcome *outcome)
{
    if (outcome->config)
        config_free(outcome->config);
    free(outcome->messages);
}

static struct config *load_good(const char *text)
{
    struct outcome outcome = load(text);

    ck_assert_str_eq(outcome.messages, "");
    ck_assert_int_eq(outcome.r, 0);
    free(outcome.messages);
    return outcome.config;
}

/* ---- right files ---- */

START_TEST(fills_in_what_is_not_said)
{
    _cleanup_(config_free_ptr) struct config *config = load_good(JAIL);
    const int64_t warnings_s[] = FACILITY_WARNINGS_DEFAULT;
    const struct facility *facility = &config->law->facilities[0];

    ck_assert_str_eq(config->sockets[0].path, "/run/detainerd/detainerd.sock");
    ck_assert_str_eq(config->database, "/var/lib/detainerd/detainerd.db");
    ck_assert_uint_eq(config->http_threads, 2);
    ck_assert_uint_eq(config->max_connections, 4096);
    ck_assert_uint_eq(config->quota_limits.connections, 2048);
    ck_assert_uint_eq(config->quota_limits.requests_per_s, 10000);
    ck_assert_int_eq(config->idle_timeout_us, US_PER_MIN);
    ck_assert_uint_eq(config->law->n_facilities, 1);
    ck_assert_str_eq(facility->id, "A");
    ck_assert_str_eq(facility->name, "A");
    ck_assert_str_eq(facility->zone_name, "UTC");
    ck_assert_ptr_nonnull(facility->zone);
    ck_assert_str_eq(facility->rule.name, "consecutive");
    ck_assert_int_eq(facility->rule.start, RULE_FROM_ELIGIBLE);
    ck_assert_int_eq(facility->rule.limit_h, 48);
    ck_assert_uint_eq(facility->n_warnings, ARRAY_SIZE(warnings_s));
    ck_assert_mem_eq(facility->warnings_s, warnings_s, sizeof(warnings_s));
    ck_assert_int_eq(facility->transfer_grace_us, 30 * US_PER_MIN);
}
END_TEST

START_TEST(reads_every_setting)
{
    _cleanup_(config_free_ptr) struct config *config =
        load_good("socket = \"run/s\"\n"
                  "database = run/d\n"
                  "http_threads = 64\n"
                  "max_connections = 16\n"
                  "idle_timeout = \"1h\"\n"
                  "facility \"PIERCE_1-a\" {\n"
                  "    name = \"Pierce \\\"County\\\" J\xc3\xa4il\"\n"
                  "    zone = 'America/Los_Angeles'\n"
                  "    policy = \"always-review\"\n"
                  "    warnings = {\"1h\", \"48h\", \"1s\", \"90min\"}\n"
                  "    transfer_grace = \"24h\"\n"
                  "}\n"
                  "facility B { zone = UTC policy = always-decline }\n");
    const struct facility *a = law_facility(config->law, "PIERCE_1-a");
    const struct facility *b = law_facility(config->law, "B");

    ck_assert_str_eq(config->sockets[0].path, "run/s");
    ck_assert_str_eq(config->database, "run/d");
    ck_assert_uint_eq(config->http_threads, 64);
    ck_assert_uint_eq(config->max_connections, 16);
    ck_assert_uint_eq(config->quota_limits.connections, 8);
    ck_assert_int_eq(config->idle_timeout_us, US_PER_H);
    ck_assert_uint_eq(config->law->n_facilities, 2);
    ck_assert_ptr_nonnull(a);
    ck_assert_ptr_nonnull(b);
    ck_assert_ptr_null(law_facility(config->law, "C"));
    ck_assert_str_eq(a->name, "Pierce \"County\" J\xc3\xa4il");
    ck_assert_str_eq(a->zone_name, "America/Los_Angeles");
    ck_assert_str_eq(policy_name(a->policy), "always-review");
    ck_assert_uint_eq(a->n_warnings, 4);
    ck_assert_mem_eq(a->warnings_s, ((int64_t[]){172800, 5400, 3600, 1}), 4 * sizeof(int64_t));
    ck_assert_int_eq(a->transfer_grace_us, 24 * US_PER_H);
    ck_assert_str_eq(policy_name(b->policy), "always-decline");
}
END_TEST

/* Wherever in the file the general ones stand. */
START_TEST(gives_the_general_warnings_to_facilities_without_their_own)
{
    _cleanup_(config_free_ptr) struct config *config =
        load_good("facility A { zone = UTC policy = always-honor }\n"
                  "warnings = {\"2h\", \"3h\"}\n"
                  "facility B { zone = UTC policy = always-honor warnings = {\"1h\"} }\n"
                  "facility C { zone = UTC policy = always-honor }\n");
    const struct facility *a = law_facility(config->law, "A");
    const struct facility *b = law_facility(config->law, "B");
    const struct facility *c = law_facility(config->law, "C");

    ck_assert_uint_eq(a->n_warnings, 2);
    ck_assert_int_eq(a->warnings_s[0], 10800);
    ck_assert_int_eq(a->warnings_s[1], 7200);
    ck_assert_uint_eq(b->n_warnings, 1);
    ck_assert_int_eq(b->warnings_s[0], 3600);
    ck_assert_uint_eq(c->n_warnings, 2);
}
END_TEST

START_TEST(takes_comments_anywhere)
{
    _cleanup_(config_free_ptr) struct config *config =
        load_good("# a jail's file, with \"quotes\" { and braces\r\n"
                  "/* over\n two lines */ socket = \"a#b//c/*d\" // end\n"
                  "database = x//y/z# end\n"
                  "warnings = { # first\n"
                  "    \"2h\", // \"3h\",\n"
                  "    \"1h\" /* \"4h\" */\n"
                  "}\n" JAIL "#");

    ck_assert_str_eq(config->sockets[0].path, "a#b//c/*d");
    ck_assert_str_eq(config->database, "x//y/z");
    ck_assert_uint_eq(config->law->facilities[0].n_warnings, 2);
}
END_TEST

START_TEST(takes_as_many_facilities_as_there_are)
{
    char *text;
    size_t size;
    FILE *file = open_memstream(&text, &size);
    struct config *config;

    for (int i = 0; i < 3143; i++)
        fprintf(file, "facility \"J%d\" {\n zone = \"UTC\"\n policy = \"always-honor\"\n}\n", i);
    fclose(file);
    config = load_good(text);
    ck_assert_uint_eq(config->law->n_facilities, 3143);
    ck_assert_str_eq(law_facility(config->law, "J3142")->name, "J3142");
    config_free(config);
    free(text);
}
END_TEST

START_TEST(reads_rules)
{
    _cleanup_(config_free_ptr) struct config *config =
        load_good("facility A { zone = UTC policy = always-honor rule = county }\n"
                  "rule county { start = received hours = 24 exclude = {weekends, us-federal} }\n"
                  "rule usual { }\n"
                  "facility B { zone = UTC policy = always-honor rule = regulatory }\n"
                  "facility C { zone = UTC policy = always-honor rule = usual }\n");
    const struct rule *a = &law_facility(config->law, "A")->rule;
    const struct rule *b = &law_facility(config->law, "B")->rule;
    const struct rule *c = &law_facility(config->law, "C")->rule;

    ck_assert_str_eq(a->name, "county");
    ck_assert_int_eq(a->start, RULE_FROM_RECEIVED);
    ck_assert_int_eq(a->limit_h, 24);
    ck_assert(a->weekends_excluded);
    ck_assert_uint_eq(a->n_calendars, 1);
    ck_assert_str_eq(calendar_name(a->calendars[0]), "us-federal");
    ck_assert_str_eq(b->name, "regulatory");
    ck_assert(b->weekends_excluded);
    ck_assert_str_eq(c->name, "usual");
    ck_assert_int_eq(c->start, RULE_FROM_ELIGIBLE);
    ck_assert_int_eq(c->limit_h, 48);
    ck_assert(!c->weekends_excluded);
    ck_assert_uint_eq(c->n_calendars, 0);
}
END_TEST

/* The sanitizer saw a directory of the defaults still looked into that had been freed. */
START_TEST(directories_take_the_place_of_the_defaults)
{
    _cleanup_(config_free_ptr) struct config *config =
        load_good("policies = {/nonexistent}\ncalendars = /nonexistent\n" JAIL);

    ck_assert_uint_eq(config->law->books->policies.count, 3);
    ck_assert_uint_eq(config->law->books->calendars.count, 1);
}
END_TEST

static const struct {
    const char *text, *messages;
} wrong_rules[] = {
    {"rule a { hours = 49 }\n" JAIL, "1: hours: \"49\" is not a whole number from 1 to 48\n"},
    {"rule a { hours = 0 }\n" JAIL, "1: hours: \"0\" is not a whole number from 1 to 48\n"},
    {"rule a { hours = \"24h\" }\n" JAIL, "1: hours: \"24h\" is not a whole number from 1 to 48\n"},
    {"rule a { start = booked }\n" JAIL,
     "1: start: \"booked\" is nothing that a clock starts from: give one of eligible, received, "
     "served\n"},
    {"rule a { exclude = {weekends, weekends} }\n" JAIL,
     "1: exclude: \"weekends\" is in this list already\n"},
    {"rule a { exclude = {a, b, c, d, e, f, g, h, i,\n j} }\n" JAIL,
     "2: exclude: \"j\" is one too many: a list has at most 9\n"},
    {"rule a { exclude = {a, b, c, d, e, f, g, h, i} }\n" JAIL,
     "1: there is no calendar \"a\"\n1: there is no calendar \"b\"\n"
     "1: there is no calendar \"c\"\n1: there is no calendar \"d\"\n"
     "1: there is no calendar \"e\"\n1: there is no calendar \"f\"\n"
     "1: there is no calendar \"g\"\n1: there is no calendar \"h\"\n"
     "1: there is no calendar \"i\"\n"},
    {"rule a {\n exclude = {weekends,\n us-fedral} }\n" JAIL,
     "3: there is no calendar \"us-fedral\"; is it \"us-federal\"?\n"},
    {"rule consecutive { }\n" JAIL,
     "1: rule \"consecutive\": this name has a meaning of its own, give another\n"},
    {"rule policy { }\n" JAIL,
     "1: rule \"policy\": this name has a meaning of its own, give another\n"},
    {"rule 'a b' { }\n" JAIL, "1: rule \"a b\": a name has 1 to 32 letters, digits, - or _\n"},
    {"rule a { }\nrule a { }\n" JAIL,
     "2: rule \"a\" is described a second time: give each its own name\n"},
    {"rule a { }\nfacility A { zone = UTC policy = always-honor rule = b }\n",
     "2: there is no rule \"b\"; is it \"a\"?\n"},
    {"facility A { zone = UTC policy = always-honour }\n",
     "1: there is no policy \"always-honour\"; is it \"always-honor\"?\n"},
    {"calendars = {\"\"}\n" JAIL, "1: calendars: \"\" is no path: name a directory\n"},
    {"policies = {a, b, c, d, e, f, g, h, i}\n" JAIL,
     "1: policies: \"i\" is one too many: a list has at most 8\n"},
};

START_TEST(says_what_is_wrong_with_rules)
{
    struct outcome outcome = load(wrong_rules[_i].text);

    ck_assert_str_eq(outcome.messages, wrong_rules[_i].messages);
    ck_assert_int_eq(outcome.r, -EINVAL);
    outcome_free(&outcome);
}
END_TEST

/* ---- wrong values ---- */

static char *repeat(const char *what, int times)
{
    char *text = calloc((size_t)times, strlen(what) + 1);

    ck_assert_ptr_nonnull(text);
    for (int i = 0; i < times; i++)
        strcat(text, what);
    return text;
}

/* Lines put before, or in, a facility that is right but for them; and all that is to be said. */
static const struct {
    const char *general, *in_facility, *messages;
} wrong[] = {
    {"socket = ''", "", "1: socket: \"\" is no path: name a file\n"},
    {"database = \"\"", "", "1: database: \"\" is no path: name a file\n"},
    {"database = \":memory:\"", "", "1: database: \":memory:\" is no file: give a path\n"},
    {"database = \"file:x?vfs=unix-none\"", "",
     "1: database: \"file:x?vfs=unix-none\" is no file: give a path\n"},
    {"http_threads = 0", "", "1: http_threads: \"0\" is not a whole number from 1 to 64\n"},
    {"http_threads = 65", "", "1: http_threads: \"65\" is not a whole number from 1 to 64\n"},
    {"http_threads = two", "", "1: http_threads: \"two\" is not a whole number from 1 to 64\n"},
    {"http_threads = 2.5", "", "1: http_threads: \"2.5\" is not a whole number from 1 to 64\n"},
    {"http_threads = -1", "", "1: http_threads: \"-1\" is not a whole number from 1 to 64\n"},
    {"http_threads = 0x2", "", "1: http_threads: \"0x2\" is not a whole number from 1 to 64\n"},
    {"http_threads = ''", "", "1: http_threads: \"\" is not a whole number from 1 to 64\n"},
    {"http_threads = 18446744073709551618", "",
     "1: http_threads: \"18446744073709551618\" is not a whole number from 1 to 64\n"},
    {"max_connections = 15", "",
     "1: max_connections: \"15\" is not a whole number from 16 to 65536\n"},
    {"max_connections = 65537", "",
     "1: max_connections: \"65537\" is not a whole number from 16 to 65536\n"},
    {"idle_timeout = 60", "",
     "1: idle_timeout: \"60\" is not a length of time: give a whole number with s, min or h, from "
     "1s to 1h\n"},
    {"idle_timeout = 0s", "", "1: idle_timeout: \"0s\" is out of range: give from 1s to 1h\n"},
    {"idle_timeout = 61min", "",
     "1: idle_timeout: \"61min\" is out of range: give from 1s to 1h\n"},
    {"warnings = {\"1h\", \"60min\"}", "", "1: warnings: \"60min\" is in this list already\n"},
    {"warnings = {\"0s\", \"49h\"}", "",
     "1: warnings: \"0s\" is out of range: give from 1s to 48h, as long as a hold\n"
     "1: warnings: \"49h\" is out of range: give from 1s to 48h, as long as a hold\n"},
    {"warnings = {}", "",
     "1: the list is empty: give at least one value, or leave the setting out\n"},
    {"warnings = { # none\n}", "",
     "2: the list is empty: give at least one value, or leave the setting out\n"},
    {"", "warnings = {\"1d\"}",
     "4: warnings: \"1d\" is not a length of time: give a whole number with s, min or h, from 1s "
     "to 48h, as long as a hold\n"},
    {"", "transfer_grace = \"0s\"",
     "4: transfer_grace: \"0s\" is out of range: give from 1s to 24h\n"},
    {"", "transfer_grace = \"25h\"",
     "4: transfer_grace: \"25h\" is out of range: give from 1s to 24h\n"},
    {"", "name = \"\"", "4: name: \"\" is empty: name the jail, or leave the setting out\n"},
    {"", "name = \"a\\x1b[2Jb\"", "4: name is not plain UTF-8 text\n"},
    {"", "name = \"\xc3\"", "4: name is not plain UTF-8 text\n"},
    {"", "name = a\n\n  name = b", "6: name is set twice: first in line 4\n"},
    {"socket = a\nsocket = b", "", "2: socket is set twice: first in line 1\n"},
    {"warnings = {\"1h\"}\nwarnings = {\"1h\",\n\"2h\"}", "",
     "2: warnings is set twice: first in line 1\n"},
    {"socket = a\n# c\n/* d\n e */\nsockt = b", "",
     "5: there is no setting sockt outside facilities; is it socket?\n"},
    {"colour = red\nhttp_threads = 0", "",
     "1: there is no setting colour outside facilities: there are socket, database, warnings, "
     "http_threads, max_connections, max_connections_per_user, max_requests_per_user, "
     "idle_timeout, "
     "calendars, policies, rule, facility, role, listen\n"
     "2: http_threads: \"0\" is not a whole number from 1 to 64\n"},
    {"", "polcy = x", "4: there is no setting polcy of a facility; is it policy?\n"},
    {"", "socket = x",
     "4: there is no setting socket of a facility: there are name, zone, rule, policy, warnings, "
     "transfer_grace\n"},
    {"socket = \"${HOME}/s\"", "",
     "1: ${ would take a value from the environment: write \"\\${\" for those characters\n"},
    {"Socket = x", "", "1: there is no setting Socket outside facilities; is it socket?\n"},
    {"colour = {1, 2}", "",
     "1: there is no setting colour outside facilities: there are socket, database, warnings, "
     "http_threads, max_connections, max_connections_per_user, max_requests_per_user, "
     "idle_timeout, "
     "calendars, policies, rule, facility, role, listen\n"},
};

START_TEST(says_what_is_wrong_with_a_value)
{
    char text[1000];
    struct outcome outcome;

    snprintf(text, sizeof(text),
             "%s\nfacility A {\n    zone = UTC policy = always-honor\n    %s\n}\n",
             wrong[_i].general, wrong[_i].in_facility);
    outcome = load(text);
    ck_assert_str_eq(outcome.messages, wrong[_i].messages);
    ck_assert_int_eq(outcome.r, -EINVAL);
    ck_assert_ptr_null(outcome.config);
    outcome_free(&outcome);
}
END_TEST

/* Blocks of facilities, and what is to be said of each. */
static const struct {
    const char *text, *messages;
} wrong_facilities[] = {
    {"", "1: there is no facility: describe at least one, as in facility \"ID\" { ... }\n"},
    {"\n\n", "3: there is no facility: describe at least one, as in facility \"ID\" { ... }\n"},
    {"\nfacility A {\n}\n", "2: facility \"A\" has no zone: add one such as zone = "
                            "\"America/Los_Angeles\"\n"
                            "2: facility \"A\" has no policy: add one such as policy = "
                            "\"always-review\"\n"},
    {"facility A {\nzone = \"PST\\x41\"\npolicy = maybe\n}",
     "2: zone: \"PSTA\" is no time zone of this system: give an IANA name such as "
     "\"America/Los_Angeles\"\n"},
    {"facility A {\n zone = UTC\n policy = maybe\n}\n", "3: there is no policy \"maybe\"\n"},
    {JAIL "\n" JAIL "\n" JAIL,
     "3: facility \"A\" is described a second time: give each its own id\n"
     "5: facility \"A\" is described a second time: give each its own id\n"},
    {"facility \"\" { zone = UTC policy = always-honor }\n"
     "facility 'a b' {\nzone = UTC policy = always-honor }\n"
     "facility '\xc3\xa4' { zone = UTC policy = always-honor }\n"
     "facility 123456789012345678901234567890123 { zone = UTC policy = always-honor }\n",
     "1: facility \"\": an id has 1 to 32 letters, digits, - or _\n"
     "2: facility \"a b\": an id has 1 to 32 letters, digits, - or _\n"
     "4: facility \"\xc3\xa4\": an id has 1 to 32 letters, digits, - or _\n"
     "5: facility \"123456789012345678901234567890123\": an id has 1 to 32 letters, digits, - or "
     "_\n"},
    /* libconfuse's ways around the block */
    {JAIL "facility|name = other\n",
     "2: name: \"other\" is set from outside: write it inside its block\n"},
    {JAIL "\" reading\" = 3\n", "2: the name of a setting stands without quotes\n"},
    {JAIL "'' = 3\n", "2: the name of a setting stands without quotes\n"},
    {JAIL "\"socket\" = 3\n", "2: the name of a setting stands without quotes\n"},
};

START_TEST(says_what_is_wrong_with_facilities)
{
    struct outcome outcome = load(wrong_facilities[_i].text);

    ck_assert_str_eq(outcome.messages, wrong_facilities[_i].messages);
    ck_assert_int_eq(outcome.r, -EINVAL);
    outcome_free(&outcome);
}
END_TEST

/* ---- files that are no configuration ---- */

static const struct {
    const char *text, *messages;
} wrong_grammar[] = {
    {"socket\n= = 3\n" JAIL, "2: unexpected token '='\n"},
    {"socket 3\n" JAIL, "1: missing equal sign after option 'socket'\n"},
    {"socket = \"a\ndatabase = \"b\"\n", "1: the string has no closing \" on its line\n"},
    {"\nsocket = 'a", "2: the string has no closing ' on its line\n"},
    {"socket = \"a\\", "1: the string has no closing \" on its line\n"},
    {"socket = \"a\\\"\n", "1: the string has no closing \" on its line\n"},
    {"\nfacility A {\n zone = UTC policy = always-honor\n",
     "2: the { here is never closed: a } is missing\n"},
    {"facility A {\n zone = UTC policy = always-honor\n\n" JAIL,
     "1: the { here is never closed: a } is missing\n"
     "4: there is no setting facility of a facility: there are name, zone, rule, policy, warnings, "
     "transfer_grace\n"},
    {JAIL "}\n", "2: unexpected closing brace\n"},
    {"facility {\n}\n", "1: missing title for section 'facility'\n"},
    {"facility A\n", "2: premature end of file\n"},
    {"\n/* socket = a\n", "2: the comment has no closing */\n"},
    {"warnings += {\"1h\"}\n" JAIL, "1: '+' has no meaning outside quotes\n"},
    {"http_threads = *4\n" JAIL, "1: '*' has no meaning outside quotes\n"},
    {"socket = \"\\777\"\n" JAIL, "1: invalid octal number '\\777'\n"},
    {"a\x01", "1: byte 0x01: this must be plain text\n"},
    {"\n\x7f", "2: byte 0x7f: this must be plain text\n"},
};

START_TEST(says_what_is_wrong_with_the_grammar)
{
    struct outcome outcome = load(wrong_grammar[_i].text);

    ck_assert_str_eq(outcome.messages, wrong_grammar[_i].messages);
    ck_assert_int_eq(outcome.r, -EINVAL);
    outcome_free(&outcome);
}
END_TEST

START_TEST(says_what_is_too_long)
{
    char *hundred_and_seven = repeat("s", 107), *hundred_and_twenty_eight = repeat("n", 128);
    char text[1000];
    struct outcome outcome;

    snprintf(text, sizeof(text), "socket = %s\n" JAIL, hundred_and_seven);
    config_free(load_good(text));
    snprintf(text, sizeof(text),
             "socket = \"%sx\"\nfacility A {\nzone = UTC policy = always-honor\nname = %s\n}\n",
             hundred_and_seven, hundred_and_twenty_eight);
    outcome = load(text);
    ck_assert_ptr_nonnull(
        strstr(outcome.messages, "has 108 bytes; there is room for 107\n4: name"));
    ck_assert_ptr_nonnull(strstr(outcome.messages, "has 128 bytes; there is room for 127\n"));
    outcome_free(&outcome);
    free(hundred_and_seven);
    free(hundred_and_twenty_eight);
}
END_TEST

START_TEST(takes_sixteen_warnings_and_no_more)
{
    char list[400] = "warnings = {1min";
    char text[600];
    struct outcome outcome;
    struct config *config;

    for (int i = 2; i <= 16; i++)
        snprintf(list + strlen(list), sizeof(list) - strlen(list), ", %dmin", i);
    snprintf(text, sizeof(text), "%s}\n" JAIL, list);
    config = load_good(text);
    ck_assert_uint_eq(config->law->facilities[0].n_warnings, 16);
    config_free(config);
    snprintf(text, sizeof(text), "%s, 17min}\n" JAIL, list);
    outcome = load(text);
    ck_assert_str_eq(outcome.messages,
                     "1: warnings: \"17min\" is one too many: a list has at most 16\n");
    outcome_free(&outcome);
}
END_TEST

START_TEST(says_why_a_file_cannot_be_read)
{
    struct outcome missing = load_path("/nonexistent/detainerd.conf");
    struct outcome directory = load_path("/");
    struct outcome endless = load_path("/dev/zero");

    ck_assert_int_eq(missing.r, -EINVAL);
    ck_assert_str_eq(missing.messages, "/nonexistent/detainerd.conf: No such file or directory\n");
    ck_assert_int_eq(directory.r, -EINVAL);
    ck_assert_str_eq(directory.messages, "/: Is a directory\n");
    ck_assert_int_eq(endless.r, -EINVAL);
    ck_assert_str_eq(endless.messages, "/dev/zero: is not a regular file\n");
    outcome_free(&missing);
    outcome_free(&directory);
    outcome_free(&endless);
}
END_TEST

START_TEST(says_that_a_program_is_no_configuration)
{
    const char program[] = "\x7f"
                           "ELF\x02\x01\x01\0\0\0";
    struct outcome outcome = load_bytes(program, sizeof(program));

    ck_assert_int_eq(outcome.r, -EINVAL);
    ck_assert_str_eq(outcome.messages, "1: byte 0x7f: this must be plain text\n");
    outcome_free(&outcome);
    outcome = load_bytes("\n\0", 2);
    ck_assert_str_eq(outcome.messages, "2: byte 0x00: this must be plain text\n");
    outcome_free(&outcome);
}
END_TEST

/* Whatever is done to a file, it is read or refused with a reason, and memory stays whole. */
START_TEST(survives_any_change_of_a_file)
{
    static const char good[] = "socket = \"a\" # c\nwarnings = {\"1h\", '2h'}\n"
                               "facility \"A\" {\n zone = \"UTC\"\n policy = always-honor\n}\n";
    static const char bytes[] = "\"'\\{}=()+*,/#\n |$x0 ";
    struct unit_random random = unit_random_start("test_config");

    for (int round = 0; round < 3000; round++) {
        char text[sizeof(good)];
        struct outcome outcome;

        memcpy(text, good, sizeof(good));
        for (uint64_t n = unit_random_below(&random, 3) + 1; n; n--)
            text[unit_random_below(&random, sizeof(good) - 1)] =
                bytes[unit_random_below(&random, sizeof(bytes) - 1)];
        outcome = load(text);
        ck_assert_msg((outcome.r == 0 && outcome.config && !*outcome.messages) ||
                          (outcome.r == -EINVAL && !outcome.config && *outcome.messages),
                      "%d\n%s\n%s", outcome.r, text, outcome.messages);
        outcome_free(&outcome);
    }
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {.test = fills_in_what_is_not_said},
        {.test = reads_every_setting},
        {.test = gives_the_general_warnings_to_facilities_without_their_own},
        {.test = takes_comments_anywhere},
        {.test = takes_as_many_facilities_as_there_are},
        {.test = reads_rules},
        {.test = directories_take_the_place_of_the_defaults},
        {says_what_is_wrong_with_rules, ARRAY_SIZE(wrong_rules)},
        {says_what_is_wrong_with_a_value, ARRAY_SIZE(wrong)},
        {says_what_is_wrong_with_facilities, ARRAY_SIZE(wrong_facilities)},
        {says_what_is_wrong_with_the_grammar, ARRAY_SIZE(wrong_grammar)},
        {.test = says_what_is_too_long},
        {.test = takes_sixteen_warnings_and_no_more},
        {.test = says_why_a_file_cannot_be_read},
        {.test = says_that_a_program_is_no_configuration},
        {.test = survives_any_change_of_a_file},
    };

    return unit_run("config", tests, ARRAY_SIZE(tests));
}
