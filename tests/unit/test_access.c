/* SPDX-License-Identifier: ISC */

/* Who has which role. */

#include "access.h"
#include "unit.h"

#define OWN 900

static void start(struct access *access)
{
    access_init(access);
    access->own_uid = OWN;
}

static unsigned roles_of(const struct access *access, uid_t uid, gid_t gid, gid_t group)
{
    struct peer peer = {.uid = uid, .gid = gid, .n_groups = 1, .groups = &group};

    return access_roles(access, &peer);
}

START_TEST(while_nobody_has_a_role_root_and_the_daemons_user_have_all)
{
    struct access access;

    start(&access);
    ck_assert_uint_eq(roles_of(&access, 0, 1, 1), ROLES_ALL);
    ck_assert_uint_eq(roles_of(&access, OWN, 1, 1), ROLES_ALL);
    ck_assert_uint_eq(roles_of(&access, 1000, 0, OWN), 0);
}
END_TEST

START_TEST(a_role_comes_by_user_group_or_both)
{
    struct access access;

    start(&access);
    ck_assert_int_eq(access_give(&access, ROLE_RECORDS, true, 500), 0);
    ck_assert_int_eq(access_give(&access, ROLE_AUDITOR, false, 1000), 0);
    ck_assert_uint_eq(roles_of(&access, 0, 1, 1), ROLE_BIT(ROLE_ADMIN));
    ck_assert_uint_eq(roles_of(&access, OWN, 1, 1), ROLE_BIT(ROLE_ADMIN));
    ck_assert_uint_eq(roles_of(&access, 0, 500, 1), ROLE_BIT(ROLE_ADMIN) | ROLE_BIT(ROLE_RECORDS));
    ck_assert_uint_eq(roles_of(&access, 1, 500, 1), ROLE_BIT(ROLE_RECORDS));
    ck_assert_uint_eq(roles_of(&access, 1, 1, 500), ROLE_BIT(ROLE_RECORDS));
    ck_assert_uint_eq(roles_of(&access, 1000, 1, 1), ROLE_BIT(ROLE_AUDITOR));
    ck_assert_uint_eq(roles_of(&access, 1000, 1, 500),
                      ROLE_BIT(ROLE_AUDITOR) | ROLE_BIT(ROLE_RECORDS));
    ck_assert_uint_eq(roles_of(&access, 500, 1000, 1), 0); /* ids of the other kind */
    access_clear(&access);
}
END_TEST

START_TEST(sets_of_roles_are_named)
{
    char text[ROLES_TEXT_SIZE];

    roles_list(0, text);
    ck_assert_str_eq(text, "none");
    roles_list(ROLE_BIT(ROLE_MONITOR), text);
    ck_assert_str_eq(text, "monitor");
    roles_list(ROLES_ALL, text);
    ck_assert_str_eq(text, "records, supervisor, auditor, monitor, courier, admin");
}
END_TEST

/* The ledger writes replies to commands, and knows no role to hide anything from. */
START_TEST(who_may_give_a_command_may_see_its_answer)
{
    ck_assert_uint_eq(access_of(CALL_COMMAND + _i) & ~access_to_personal(), 0);
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {.test = while_nobody_has_a_role_root_and_the_daemons_user_have_all},
        {.test = a_role_comes_by_user_group_or_both},
        {.test = sets_of_roles_are_named},
        {who_may_give_a_command_may_see_its_answer, COMMAND_FROM_OUTSIDE},
    };

    return unit_run("access", tests, ARRAY_SIZE(tests));
}
