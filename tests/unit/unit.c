/* SPDX-License-Identifier: ISC */

/* What the unit tests share. */

#include "unit.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/random.h>

const struct calendar *unit_us_federal(void)
{
    static struct calendar *calendar;

    if (!calendar && calendar_us_federal(&calendar) < 0)
        abort(); /* before there is a test that could fail */
    return calendar;
}

int unit_run(const char *name, const struct unit_test *tests, size_t n_tests)
{
    Suite *suite = suite_create(name);
    TCase *tcase = tcase_create(name);
    SRunner *runner;
    int failed;

    tcase_set_timeout(tcase, 600); /* sanitizers on a busy machine take their time */
    for (size_t i = 0; i < n_tests; i++)
        if (tests[i].aborts)
            tcase_add_test_raise_signal(tcase, tests[i].test, SIGABRT);
        else if (tests[i].rows)
            tcase_add_loop_test(tcase, tests[i].test, 0, tests[i].rows);
        else
            tcase_add_test(tcase, tests[i].test);
    suite_add_tcase(suite, tcase);
    unit_us_federal(); /* here, or else each test would read it anew in a process of its own */
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

instant unit_instant(const char *text)
{
    instant at = INSTANT_NONE;
    int r = instant_parse(text, &at);

    ck_assert_msg(r == 0, "\"%s\" %s", text, instant_problem_text(r));
    return at;
}

struct unit_random unit_random_start(const char *name)
{
    struct unit_random random;
    const char *given = getenv("SEED");

    if (given)
        random.state = strtoull(given, NULL, 10);
    else
        ck_assert_int_eq(getrandom(&random.state, sizeof(random.state), 0), sizeof(random.state));
    fprintf(stderr, "%s: repeat with SEED=%" PRIu64 "\n", name, random.state);
    return random;
}

/* splitmix64: any seed will do, 0 included */
static uint64_t next(struct unit_random *random)
{
    uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

uint64_t unit_random_below(struct unit_random *random, uint64_t bound)
{
    return next(random) % bound;
}

int64_t unit_random_between(struct unit_random *random, int64_t low, int64_t high)
{
    return (int64_t)((uint64_t)low + unit_random_below(random, (uint64_t)high - (uint64_t)low + 1));
}
