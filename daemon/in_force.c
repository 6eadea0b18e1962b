/* SPDX-License-Identifier: ISC */

/* The law in force. */

#include "in_force.h"

void in_force_init(struct in_force *in_force, struct law *law)
{
    pthread_mutex_init(&in_force->mutex, NULL);
    in_force->law = law_ref(law);
    atomic_store(&in_force->changes, 1);
}

void in_force_destroy(struct in_force *in_force)
{
    law_unref(in_force->law);
    pthread_mutex_destroy(&in_force->mutex);
}

struct law *in_force_get(struct in_force *in_force)
{
    struct law *law;

    pthread_mutex_lock(&in_force->mutex);
    law = law_ref(in_force->law);
    pthread_mutex_unlock(&in_force->mutex);
    return law;
}

void in_force_set(struct in_force *in_force, struct law *law)
{
    struct law *before;

    pthread_mutex_lock(&in_force->mutex);
    before = in_force->law;
    in_force->law = law_ref(law);
    atomic_fetch_add(&in_force->changes, 1);
    pthread_mutex_unlock(&in_force->mutex);
    law_unref(before);
}

/* A law that comes between the two looks is seen the next time. */
const struct law *in_force_law(struct in_force *in_force, struct in_force_copy *copy)
{
    uint64_t changes = atomic_load(&in_force->changes);

    if (copy->changes == changes)
        return copy->law;
    in_force_drop(copy);
    copy->changes = changes;
    copy->law = in_force_get(in_force);
    return copy->law;
}

void in_force_drop(struct in_force_copy *copy)
{
    if (copy->law)
        law_unref(copy->law);
    *copy = (struct in_force_copy){0};
}
