/* SPDX-License-Identifier: ISC */

/* The configuration's roles: which users and groups have each. */

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "config_value.h"

#define ENTRY_SIZE_FIRST 1024
#define ENTRY_SIZE_MAX   (1024 * 1024) /* groups can have many members */

int config_role_begin(const struct conf_place *place, void *outer, void **context)
{
    struct loading *loading = outer;
    int role = names_find(&role_names, place->title);
    char list[ROLES_TEXT_SIZE];

    names_list(&role_names, list, sizeof(list));
    if (!role)
        mistakes_add(place->mistakes, place->line, "role \"%s\": there are %s", place->title, list);
    loading->role = (struct role_draft){
        .access = &loading->access,
        .role = (enum role)role,
        .n_before = loading->access.count,
    };
    *context = &loading->role;
    return 0;
}

int config_role_end(const struct conf_place *place, void *context)
{
    const struct role_draft *draft = context;

    if (draft->access->count == draft->n_before)
        mistakes_add(place->mistakes, place->line,
                     "role \"%s\": nobody has it; name users or groups, or leave the role out",
                     place->title);
    return 0;
}

/* ---- users and groups ---- */

static bool is_number(const char *text, id_t *id)
{
    char *end;
    unsigned long number;

    if (!*text || text[strspn(text, "0123456789")])
        return false;
    errno = 0;
    number = strtoul(text, &end, 10);
    *id = (id_t)number;
    return errno == 0 && number < (id_t)-1; /* which the system uses for "none" */
}

/* Ask the system. Both return 0, ENOENT and the like where there is none, or ERANGE where the
 * buffer is too small. */

static int ask_user(const char *name, char *buffer, size_t size, id_t *id)
{
    struct passwd entry, *found;
    int r = getpwnam_r(name, &entry, buffer, size, &found);

    if (!r && found)
        *id = found->pw_uid;
    return r || found ? r : ENOENT;
}

static int ask_group(const char *name, char *buffer, size_t size, id_t *id)
{
    struct group entry, *found;
    int r = getgrnam_r(name, &entry, buffer, size, &found);

    if (!r && found)
        *id = found->gr_gid;
    return r || found ? r : ENOENT;
}

typedef int ask_fn(const char *name, char *buffer, size_t size, id_t *id);

static int find(ask_fn *ask, const char *name, id_t *id)
{
    int r = ERANGE;

    for (size_t size = ENTRY_SIZE_FIRST; r == ERANGE && size <= ENTRY_SIZE_MAX; size *= 4) {
        _cleanup_(free_ptr) char *buffer = malloc(size);

        if (!buffer)
            return ENOMEM;
        r = ask(name, buffer, size, id);
    }
    return r;
}

static int read_member(const struct conf_value *value, struct role_draft *draft, bool is_group)
{
    id_t id;

    if (!is_number(value->text, &id)) {
        int r = find(is_group ? ask_group : ask_user, value->text, &id);

        if (r == ENOMEM)
            return -ENOMEM;
        if (r)
            return conf_refuse(value, "is no %s of this system", is_group ? "group" : "user");
    }
    return access_give(draft->access, draft->role, is_group, id);
}

static int read_user(const struct conf_value *value, void *context)
{
    return read_member(value, context, false);
}

static int read_group(const struct conf_value *value, void *context)
{
    return read_member(value, context, true);
}

const struct conf_setting config_role_settings[CONFIG_ROLE_SETTINGS] = {
    {"groups", read_group, .list = true},
    {"users", read_user, .list = true},
};
