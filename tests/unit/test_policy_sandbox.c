/* SPDX-License-Identifier: ISC */

/*
 * The sandbox of conditions: whatever is more than an expression over the facts is refused by name
 * when it is read, and what is one is bounded when it is evaluated.
 */

#include <sqlite3.h>

#include "condition.h"
#include "condition_text.h"
#include "unit.h"

static struct sandbox *new_sandbox(void)
{
    struct sandbox *sandbox;

    ck_assert_int_eq(sandbox_new(&sandbox), 0);
    return sandbox;
}

static struct facts no_facts(void)
{
    struct facts facts;

    memset(&facts, 0xff, sizeof(facts));
    record_clear(&facts_record, &facts);
    return facts;
}

/* ---- what is refused ---- */

#define FUNCTION(name)                                                                             \
    "calls the function " name                                                                     \
    ", which has no place here: there are abs, coalesce, ifnull, iif, nullif"
#define NO_FUNCTION(name)                                                                          \
    "calls the function " name ", which there is not: there are abs, coalesce, ifnull, iif, "      \
    "nullif"
#define NO_FACT(name) "reads " name ", and there is no such fact"
#define SYNTAX(near)  "is no SQL expression: near \"" near "\": syntax error"
#define VALUE(text)   "compares with '" text "', which none of its facts can be"
#define QUOTES        "has the wrong quotes: facts stand without any, texts in single ones"
#define POINT         "has a point that belongs to no number: a fact stands by its name alone"
#define PARAMETER     "has a parameter: only facts have values here"
#define SEMICOLON     "has a semicolon: there can be only one expression"
#define COMMENT       "has a comment: comments stand outside the quotes of the setting"
#define SUBQUERY      "has a subquery: only facts can be read"
#define OPEN          "has a ( without its )"
#define CLOSED        "has a ) without its ("
#define SEVERAL       "is more than one expression"
#define TEXT          "gives a text, which is neither true nor false"
#define ROWID         "reads ROWID of facts: only facts can be read"
#define ALIEN         "has a byte outside its texts that is not plain ASCII"
#define MEANINGLESS   "has a byte that means nothing in SQL"
#define UNCLOSED      "has a text without its closing '"

static const struct {
    const char *condition, *why;
} refused[] = {
    /* other data than the facts */
    {"(SELECT 1)", SUBQUERY},
    {"(select age FROM facts)", SUBQUERY},
    {"(SELECT sql FROM sqlite_schema)", SUBQUERY},
    {"EXISTS (SELECT 1 FROM pragma_table_list)", SUBQUERY},
    {"age IN (SELECT 1)", SUBQUERY},
    {"age IN (VALUES (1), (2))", SUBQUERY},
    {"(Values(1))", SUBQUERY},
    {"(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c) SELECT n FROM c)", SUBQUERY},
    {"age IN facts", "is no SQL expression: sub-select returns 36 columns - expected 1"},
    {"age IN sqlite_schema", "reads type of sqlite_master: only facts can be read"},
    {"age IN sqlite_temp_schema", "reads type of sqlite_temp_master: only facts can be read"},
    {"age IN pragma_compile_options", "does what has no place in a condition"},
    {"age IN pragma_database_list()", "does what has no place in a condition"},
    {"age IN json_each('[1]')", "does what has no place in a condition"},
    {"age IN main.facts", POINT},
    {"facts.age", POINT},
    {"rowid", ROWID},
    {"oid", ROWID},
    {"_rowid_", ROWID},
    {"facts", NO_FACT("facts")},
    /* other statements */
    {"1); DROP TABLE facts; --", CLOSED},
    {"1) UNION SELECT (2", CLOSED},
    {"1) FROM facts, facts (", CLOSED},
    {"1) OR (1", CLOSED},
    {"1;", SEMICOLON},
    {";", SEMICOLON},
    {"'a' ; 'b'", SEMICOLON},
    {"PRAGMA writable_schema = 1", SYNTAX("writable_schema")},
    {"ATTACH age AS x", SYNTAX("age")},
    {"DETACH main", SYNTAX("main")},
    {"VACUUM INTO 'x'", SYNTAX("INTO")},
    {"DELETE FROM facts", SYNTAX("DELETE")},
    {"1 FROM facts", SYNTAX("FROM")},
    {"age AS x", SYNTAX("AS")},
    {"age ORDER BY 1", SYNTAX("ORDER")},
    {"age LIMIT 1", SYNTAX("LIMIT")},
    {"DISTINCT age", SYNTAX("DISTINCT")},
    {"*", SYNTAX("*")},
    {"RAISE(ABORT, age)",
     "is no SQL expression: RAISE() may only be used within a trigger-program"},
    {"RAISE(IGNORE)", "is no SQL expression: RAISE() may only be used within a trigger-program"},
    {"1, 2", SEVERAL},
    {"age,", SEVERAL},
    {"(1, 2)", "is no SQL expression: row value misused"},
    /* parentheses, quotes and comments */
    {")", CLOSED},
    {"(", OPEN},
    {"(((age)", OPEN},
    {"age))", CLOSED},
    {"age = ')' (", OPEN},
    {"')", UNCLOSED},
    {"'", UNCLOSED},
    {"'a''b", UNCLOSED},
    {"'''", UNCLOSED},
    {"1 -- x", COMMENT},
    {"--age", COMMENT},
    {"1 /* x */", COMMENT},
    {"1 /* x", COMMENT},
    {"\"age\"", QUOTES},
    {"`age`", QUOTES},
    {"[age]", QUOTES},
    {"charge_severity = \"felony\"", QUOTES},
    /* parameters */
    {"?", PARAMETER},
    {"?1", PARAMETER},
    {":a", PARAMETER},
    {"@a", PARAMETER},
    {"$a", PARAMETER},
    {"#1", PARAMETER},
    {"$1::a(b)", PARAMETER},
    /* odd bytes */
    {"", "is empty"},
    {"   ", "is empty"},
    {"age\n> 1", ALIEN},
    {"age\t> 1", ALIEN},
    {"age\x01", ALIEN},
    {"age\x7f", ALIEN},
    {"\xc3\xa4", ALIEN},
    {"{age}", MEANINGLESS},
    {"age\\", MEANINGLESS},
    {"age ! 5", "is no SQL expression: unrecognized token: \"!\""},
    {"age > .5", POINT},
    {"age = 1.5.5", "is no SQL expression: near \".5\": syntax error"},
    {"age = 0x", "is no SQL expression: unrecognized token: \"0x\""},
    /* files, memory, chance, time */
    {"load_extension('x')", FUNCTION("load_extension")},
    {"readfile('/etc/passwd')", NO_FUNCTION("readfile")},
    {"writefile('x', 'y')", NO_FUNCTION("writefile")},
    {"edit('x')", NO_FUNCTION("edit")},
    {"fts3_tokenizer('x')", FUNCTION("fts3_tokenizer")},
    {"random()", FUNCTION("random")},
    {"randomblob(1000000000)", FUNCTION("randomblob")},
    {"zeroblob(1000000000)", FUNCTION("zeroblob")},
    {"printf('%1000000000d', 1)", FUNCTION("printf")},
    {"format('%1000000000d', 1)", FUNCTION("format")},
    {"replace(replace('aa','a','aaaaaaaa'),'a','aaaaaaaa')", FUNCTION("replace")},
    {"hex('a')", FUNCTION("hex")},
    {"quote('a')", FUNCTION("quote")},
    {"char(0)", FUNCTION("char")},
    {"substr('a', 1)", FUNCTION("substr")},
    {"trim('a')", FUNCTION("trim")},
    {"lower(form)", FUNCTION("lower")},
    {"length(form)", FUNCTION("length")},
    {"typeof(age)", FUNCTION("typeof")},
    {"sqlite_version()", FUNCTION("sqlite_version")},
    {"changes()", FUNCTION("changes")},
    {"json('{}')", FUNCTION("json")},
    {"form -> '$'", FUNCTION("->")},
    {"form ->> '$'", FUNCTION("->>")},
    {"form LIKE '%a%a%a%a%a%a%a%a%a%a%a%a%a%a%a%a%a%a%b'", FUNCTION("like")},
    {"form NOT LIKE 'I%'", FUNCTION("like")},
    {"form GLOB '*'", FUNCTION("glob")},
    {"form MATCH 'I'", FUNCTION("match")},
    {"form REGEXP 'I'", NO_FUNCTION("REGEXP")},
    {"date('now')", FUNCTION("date")},
    {"datetime()", FUNCTION("datetime")},
    {"strftime('%s', 'now')", FUNCTION("strftime")},
    {"CURRENT_TIMESTAMP", FUNCTION("current_timestamp")},
    {"current_date", FUNCTION("current_date")},
    {"CURRENT_TIME", FUNCTION("current_time")},
    {"likely(age)", FUNCTION("likely")},
    /* aggregates and windows */
    {"count(*)", FUNCTION("count")},
    {"max(age)", FUNCTION("max")},
    {"max(age, 5)", FUNCTION("max")},
    {"group_concat(form)", FUNCTION("group_concat")},
    {"row_number() OVER ()", FUNCTION("row_number")},
    {"abs(age) OVER ()", "is no SQL expression: abs() may not be used as a window function"},
    {"abs(age) FILTER (WHERE 1)",
     "is no SQL expression: FILTER may not be used with non-aggregate abs()"},
    /* misspelt, or no condition at all */
    {"felony_convicton", NO_FACT("felony_convicton") "; is it felony_conviction?"},
    {"xyzzy", NO_FACT("xyzzy")},
    {"ab(age)", NO_FUNCTION("ab")},
    {"age()", NO_FUNCTION("age")},
    {"abs()", "is no SQL expression: wrong number of arguments to function abs()"},
    {"iif(age, 1)", "is no SQL expression: wrong number of arguments to function iif()"},
    {"coalesce(1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17)",
     "is no SQL expression: too many arguments on function coalesce"},
    {"age >", "breaks off at its end"},
    {"-", "breaks off at its end"},
    {"age age", SYNTAX("age")},
    {"age = = 5", SYNTAX("=")},
    {"form COLLATE none = 'I-247A'", "is no SQL expression: no such collation sequence: none"},
    {"charge_severity", TEXT},
    {"received_at", TEXT},
    {"charge_severity || form", TEXT},
    {"CAST(age AS TEXT)", TEXT},
    {"CAST(age AS BLOB)", TEXT},
    /* texts that no fact can be */
    {"charge_severity = 'fellony'", VALUE("fellony") "; is it 'felony'?"},
    {"charge_severity = 'FELONY'", VALUE("FELONY")},
    {"charge_severity = 'I-247A'", VALUE("I-247A")},
    {"charge_severity IN ('felony', '')", VALUE("")},
    {"form = 'I-247N'", VALUE("I-247N") "; is it 'I-247'?"},
    {"age = '18'", VALUE("18")},
    {"received_at > 'yesterday'", VALUE("yesterday")},
    {"age = x'00'", VALUE("00")},
    {"'a' = 'a'", VALUE("a")},
    /* always a failure */
    {"abs(-9223372036854775808)", "fails: integer overflow"},
    {"abs(age - 2 - 9223372036854775807)", "fails: integer overflow"},
};

START_TEST(refuses_what_is_no_condition)
{
    _cleanup_(sandbox_free_ptr) struct sandbox *sandbox = new_sandbox();
    struct condition condition;

    ck_assert_int_eq(condition_check(sandbox, refused[_i].condition, &condition), CONDITION_WRONG);
    ck_assert_str_eq(condition.why, refused[_i].why);
}
END_TEST

/* A condition of so many parts, and what is said of it. */
static const struct {
    const char *before, *part, *after;
    int parts;
    const char *why; /* NULL where it is right */
} large[] = {
    {"", "(", "age))))))))))))))))))))))))))))))))", 32, NULL},
    {"", "(", "age", 33, "has its parentheses nested too deeply"},
    {"", "abs(", "age", 33, "has its parentheses nested too deeply"},
    {"age", " OR age", "", 90, NULL},
    {"age", " OR age", "", 110, "has too many parts: join fewer"},
    {"age", "+age", "", 200, "has too many parts: join fewer"},
    {"", "NOT ", "age", 90, NULL},
    {"", "NOT ", "age", 110, "has its parts nested too deeply"},
    {"", "- ", "age", 300, "has its parts nested too deeply"},
    {"", "CASE age WHEN ", "1", 50, "has its parts nested too deeply"},
    {"age IN (1", ",1", ")", 494, NULL},
    {"", " ", "age", 997, NULL},
    {"", " ", "age", 998, "is longer than 1000 bytes"},
    {"'", "x", "' = form", 900,
     "compares with 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
     "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx', which none of its facts can be"},
    {"", "x", "", 1000, NULL},
};

START_TEST(bounds_what_a_condition_has)
{
    _cleanup_(sandbox_free_ptr) struct sandbox *sandbox = new_sandbox();
    struct condition condition;
    char text[2000];
    int r;

    strcpy(text, large[_i].before);
    for (int i = 0; i < large[_i].parts; i++)
        strcat(text, large[_i].part);
    strcat(text, large[_i].after);
    r = condition_check(sandbox, text, &condition);
    if (strspn(text, "x") == 1000) {
        ck_assert_int_eq(r, CONDITION_WRONG);
        ck_assert_mem_eq(condition.why, "reads xxx", 9); /* cut off to fit */
    } else if (large[_i].why) {
        ck_assert_int_eq(r, CONDITION_WRONG);
        ck_assert_str_eq(condition.why, large[_i].why);
    } else {
        ck_assert_int_eq(r, 0);
    }
}
END_TEST

/* Were the scanner mistaken, the sandbox itself would still refuse to do anything. */
static const struct {
    const char *condition, *why;
} smuggled[] = {
    {"1); DROP TABLE facts; --", SEVERAL},
    {"1) FROM facts; SELECT (2", SEVERAL},
    {"1), (2", SEVERAL},
    {"1) FROM facts -- ", NULL}, /* cut off, but nothing more */
    {"1) FROM facts UNION SELECT (2", "is no SQL expression: too many terms in compound SELECT"},
    {"(SELECT 1)", SUBQUERY},
    {"(SELECT name FROM sqlite_schema)", "reads name of sqlite_master: only facts can be read"},
    {"1) FROM facts, facts AS other WHERE (1", SYNTAX("FROM")},
    {"SELECT 1", SUBQUERY},
    {"\"felony\"", NO_FACT("felony") "; is it felony_pending?"},
    {"?1 = ?2", NULL}, /* NULLs */
};

START_TEST(stays_shut_where_the_scanner_is_passed_by)
{
    _cleanup_(sandbox_free_ptr) struct sandbox *sandbox = new_sandbox();
    uint64_t reads;
    int r = sandbox_inspect(sandbox, smuggled[_i].condition, &reads);

    ck_assert_int_eq(r, smuggled[_i].why ? SANDBOX_WRONG : 0);
    if (smuggled[_i].why)
        ck_assert_str_eq(sandbox_why(sandbox), smuggled[_i].why);
    ck_assert_uint_eq(reads, 0);
    ck_assert_int_eq(sandbox_inspect(sandbox, "age", &reads), 0); /* the facts are still there */
    ck_assert_uint_ne(reads, 0);
}
END_TEST

START_TEST(refuses_a_statement_with_other_facts_than_it_has)
{
    _cleanup_(sandbox_free_ptr) struct sandbox *sandbox = new_sandbox();
    struct sqlite3_stmt *statement = NULL;

    ck_assert_int_eq(sandbox_prepare(sandbox, "age", 0, &statement), SANDBOX_WRONG);
    ck_assert_str_eq(sandbox_why(sandbox), NO_FACT("age") "; is it age?");
    ck_assert_ptr_null(statement);
    ck_assert_int_eq(sandbox_prepare(sandbox, "1), (2", 0, &statement), SANDBOX_WRONG);
    ck_assert_ptr_null(statement);
}
END_TEST

/* ---- what is let through, and what it gives ---- */

static enum truth evaluate(const char *text, const struct facts *facts)
{
    _cleanup_(sandbox_free_ptr) struct sandbox *sandbox = new_sandbox();
    struct sqlite3_stmt *statement = NULL;
    struct condition condition;
    enum truth truth;

    ck_assert_int_eq(condition_check(sandbox, text, &condition), 0);
    ck_assert_int_eq(sandbox_prepare(sandbox, text, condition.reads, &statement), 0);
    ck_assert_int_eq(sandbox_run(sandbox, statement, condition.reads, facts, &truth), 0);
    sqlite3_finalize(statement);
    return truth;
}

/* Of somebody of 17 years, served, no gang, with a misdemeanor, received on 14 November 2023. */
static const struct {
    const char *condition;
    enum truth truth;
} values[] = {
    {"age = 17", TRUTH_YES},
    {"age < 18 AND age >= 0x11", TRUTH_YES},
    {"AGE", TRUTH_YES},
    {"age - 17", TRUTH_NO},
    {"age / 2.0 = 8.5", TRUTH_YES},
    {"age / 0", TRUTH_NONE},
    {"age BETWEEN 1 AND 16", TRUTH_NO},
    {"served", TRUTH_YES},
    {"served = 1", TRUTH_YES},
    {"gang_database", TRUTH_NO},
    {"gang_database = 0", TRUTH_YES},
    {"NOT gang_database", TRUTH_YES},
    {"prior_removal", TRUTH_NONE},
    {"NOT prior_removal", TRUTH_NONE},
    {"prior_removal IS NULL", TRUTH_YES},
    {"prior_removal OR served", TRUTH_YES},
    {"prior_removal AND served", TRUTH_NONE},
    {"prior_removal AND gang_database", TRUTH_NO},
    {"prior_removal = gang_database", TRUTH_NONE},
    {"bail_cents > 0", TRUTH_NONE},
    {"coalesce(bail_cents, 0) > 0", TRUTH_NO},
    {"ifnull(bail_cents, 1)", TRUTH_YES},
    {"nullif(age, 17) IS NULL", TRUTH_YES},
    {"iif(served, age, 0)", TRUTH_YES},
    {"abs(age - 20) = 3", TRUTH_YES},
    {"ABS(age)", TRUTH_YES},
    {"charge_severity = 'misdemeanor'", TRUTH_YES},
    {"charge_severity IN ('felony', 'infraction')", TRUTH_NO},
    {"charge_severity <> 'felony' AND form = 'I-247A'", TRUTH_YES},
    {"form COLLATE NOCASE = 'I-247A'", TRUTH_YES},
    {"phase = 'start'", TRUTH_YES},
    {"ice_warrant IS NOT NULL", TRUTH_NO},
    {"received_at = '2023-11-14T22:13:20Z'", TRUTH_YES},
    {"received_at < '2024'", TRUTH_YES},
    {"received_at > '2023-11-15'", TRUTH_NO},
    {"CASE WHEN served THEN gang_database ELSE age END", TRUTH_NO},
    {"CASE charge_severity WHEN 'felony' THEN 1 END", TRUTH_NONE},
    {"(age, served) = (17, 1)", TRUTH_YES},
    {"age IS NOT DISTINCT FROM 17", TRUTH_YES},
    {"TRUE", TRUTH_YES},
    {"false", TRUTH_NO},
    {"NULL", TRUTH_NONE},
    {"9e999 - 9e999", TRUTH_NONE},
    {"0.25", TRUTH_YES},
};

START_TEST(evaluates_conditions)
{
    struct facts facts = no_facts();

    facts.phase = PHASE_START;
    facts.age = 17;
    facts.served = TRUTH_YES;
    facts.gang_database = TRUTH_NO;
    facts.charge_severity = names_find(&charge_severity_names, "misdemeanor");
    facts.form = names_find(&form_names, "I-247A");
    facts.received_at = unit_instant("2023-11-14T22:13:20Z");
    ck_assert_int_eq(evaluate(values[_i].condition, &facts), values[_i].truth);
}
END_TEST

START_TEST(finds_out_which_facts_are_read)
{
    const struct {
        const char *condition;
        const char *facts[4];
    } conditions[] = {
        {"1"},
        {"age", {"age"}},
        {"Age > 5 OR 1 OR served", {"age", "served"}},
        {"iif(phase = 'start', age, prior_removal)", {"age", "phase", "prior_removal"}},
        {"own_law_enforcement_purpose AND NOT phase IS NULL",
         {"own_law_enforcement_purpose", "phase"}},
    };
    _cleanup_(sandbox_free_ptr) struct sandbox *sandbox = new_sandbox();

    for (size_t i = 0; i < ARRAY_SIZE(conditions); i++) {
        struct condition condition;
        uint64_t reads = 0;

        for (size_t j = 0; conditions[i].facts[j]; j++)
            reads |= UINT64_C(1) << (record_find(&facts_record, conditions[i].facts[j]) -
                                     facts_record.fields);
        ck_assert_int_eq(condition_check(sandbox, conditions[i].condition, &condition), 0);
        ck_assert_uint_eq(condition.reads, reads);
    }
}
END_TEST

/* Facts that no request can have still evaluate. */
START_TEST(takes_impossible_facts_for_unknown)
{
    const instant impossible[] = {INT64_MIN, INT64_MIN + 1, -62135596800 * US_PER_S - 1,
                                  253402300800 * US_PER_S, INT64_MAX};
    struct facts facts = no_facts();

    for (size_t i = 0; i < ARRAY_SIZE(impossible); i++) {
        facts.received_at = impossible[i];
        ck_assert_int_eq(evaluate("received_at IS NULL", &facts), TRUTH_YES);
    }
    facts.received_at = -62135596800 * US_PER_S;
    ck_assert_int_eq(evaluate("received_at = '0001-01-01T00:00:00Z'", &facts), TRUTH_YES);
    facts.received_at = 253402300800 * US_PER_S - 1;
    ck_assert_int_eq(evaluate("received_at = '9999-12-31T23:59:59.999999Z'", &facts), TRUTH_YES);
    facts.form = -1;
    ck_assert_int_eq(evaluate("form IS NULL", &facts), TRUTH_YES);
    facts.form = 100;
    ck_assert_int_eq(evaluate("form IS NULL", &facts), TRUTH_YES);
    facts.served = 17;
    ck_assert_int_eq(evaluate("served", &facts), TRUTH_NO);
    facts.age = INT64_MAX;
    ck_assert_int_eq(evaluate("age + age > age", &facts), TRUTH_YES);
}
END_TEST

/* ---- what fails only on some facts ---- */

static const struct {
    const char *condition, *why;
} failing[] = {
    {"abs(age - 9223372036854775807 - 10)", "fails: integer overflow"},
    {"CASE WHEN age = 9 THEN form ELSE 1 END", TEXT},
};

START_TEST(fails_on_some_facts_alone)
{
    _cleanup_(sandbox_free_ptr) struct sandbox *sandbox = new_sandbox();
    struct sqlite3_stmt *statement = NULL;
    struct condition condition;
    struct facts facts = no_facts();
    enum truth truth;

    facts.form = 1;
    ck_assert_int_eq(condition_check(sandbox, failing[_i].condition, &condition), 0);
    ck_assert_int_eq(sandbox_prepare(sandbox, failing[_i].condition, condition.reads, &statement),
                     0);
    for (int round = 0; round < 3; round++) {
        facts.age = 9;
        ck_assert_int_eq(sandbox_run(sandbox, statement, condition.reads, &facts, &truth),
                         SANDBOX_FAILED);
        ck_assert_str_eq(sandbox_why(sandbox), failing[_i].why);
        facts.age = 10;
        ck_assert_int_eq(sandbox_run(sandbox, statement, condition.reads, &facts, &truth), 0);
        ck_assert_int_eq(truth, TRUTH_YES);
    }
    sqlite3_finalize(statement);
}
END_TEST

/* Conditions joined that take few steps, and where the age is 9 too many. */
static char *many_steps(void)
{
    char *text;
    size_t size;
    FILE *file = open_memstream(&text, &size);

    for (int i = 0; i < 16; i++) {
        fprintf(file, "%s(CASE WHEN age = 9 THEN age", i ? " AND " : "");
        for (int j = 0; j < 90; j++)
            fprintf(file, "+age");
        fprintf(file, " ELSE 1 END)");
    }
    fclose(file);
    return text;
}

/* However often it is evaluated: steps are counted anew each time. */
START_TEST(bounds_the_steps_of_an_evaluation)
{
    _cleanup_(sandbox_free_ptr) struct sandbox *sandbox = new_sandbox();
    struct sqlite3_stmt *statement = NULL;
    char *text = many_steps();
    struct condition condition;
    struct facts facts = no_facts();
    enum truth truth;

    ck_assert_int_eq(condition_check(sandbox, "age", &condition), 0);
    ck_assert_int_eq(condition_try(sandbox, text, condition.reads, &condition), 0);
    ck_assert_int_eq(sandbox_prepare(sandbox, text, condition.reads, &statement), 0);
    for (int round = 0; round < 1000; round++) {
        facts.age = round % 10;
        ck_assert_int_eq(sandbox_run(sandbox, statement, condition.reads, &facts, &truth),
                         facts.age == 9 ? SANDBOX_FAILED : 0);
        if (facts.age == 9)
            ck_assert_str_eq(sandbox_why(sandbox), "fails: it takes too many steps");
    }
    sqlite3_finalize(statement);
    free(text);
}
END_TEST

/* ---- texts ---- */

START_TEST(finds_texts)
{
    const char *at = "a 'b' = 1.5 'it''s' x'ab' ''";
    char text[4];

    at = condition_text_next(at, text, sizeof(text));
    ck_assert_str_eq(text, "b");
    at = condition_text_next(at, text, sizeof(text));
    ck_assert_str_eq(text, "it");
    at = condition_text_next(at, text, sizeof(text));
    ck_assert_str_eq(text, "s");
    at = condition_text_next(at, text, sizeof(text));
    ck_assert_str_eq(text, "ab");
    at = condition_text_next(at, text, sizeof(text));
    ck_assert_str_eq(text, "");
    ck_assert_ptr_null(condition_text_next(at, text, sizeof(text)));
    condition_text_next("'abcdef'", text, sizeof(text));
    ck_assert_str_eq(text, "abc");
}
END_TEST

/* ---- any text ---- */

/* Whatever is strung together is refused with a reason, or evaluates. */
START_TEST(survives_any_condition)
{
    static const char *const pieces[] = {
        "age",    "served",   "form",   "'felony'", "charge_severity",
        "1",      "0.5",      "NULL",   "(",        ")",
        "+",      "-",        "*",      "/",        "||",
        "=",      "<",        ">",      "AND",      "OR",
        "NOT",    "IS",       "IN",     "CASE",     "WHEN",
        "THEN",   "ELSE",     "END",    ",",        "abs(",
        "iif(",   "random()", "SELECT", "'",        ";",
        "--",     "/*",       "?",      "LIKE",     "FROM",
        "facts",  "CAST(",    "AS",     "TEXT",     "BETWEEN",
        "OVER",   "()",       "LIMIT",  "COLLATE",  "NOCASE",
        "EXISTS", "RAISE",    "WITH",   "x",
    };
    _cleanup_(sandbox_free_ptr) struct sandbox *sandbox = new_sandbox();
    struct unit_random random = unit_random_start("test_policy_sandbox");
    int good = 0;

    for (int round = 0; round < 20000; round++) {
        char text[200] = "";
        struct condition condition;
        int r;

        for (uint64_t n = unit_random_below(&random, 7) + 1; n; n--) {
            strcat(text, pieces[unit_random_below(&random, ARRAY_SIZE(pieces))]);
            strcat(text, " ");
        }
        r = condition_check(sandbox, text, &condition);
        ck_assert_msg(r == 0 || (r == CONDITION_WRONG && *condition.why), "%d %s", r, text);
        good += r == 0;
    }
    ck_assert_int_gt(good, 100);
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {refuses_what_is_no_condition, ARRAY_SIZE(refused)},
        {bounds_what_a_condition_has, ARRAY_SIZE(large)},
        {stays_shut_where_the_scanner_is_passed_by, ARRAY_SIZE(smuggled)},
        {.test = refuses_a_statement_with_other_facts_than_it_has},
        {evaluates_conditions, ARRAY_SIZE(values)},
        {.test = finds_out_which_facts_are_read},
        {.test = takes_impossible_facts_for_unknown},
        {fails_on_some_facts_alone, ARRAY_SIZE(failing)},
        {.test = bounds_the_steps_of_an_evaluation},
        {.test = finds_texts},
        {.test = survives_any_condition},
    };

    return unit_run("policy_sandbox", tests, ARRAY_SIZE(tests));
}
