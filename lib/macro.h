/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Small helpers shared by everything: scope-bound cleanup, so that no function ends in a ladder of
 * gotos, and the size of arrays.
 *
 * Error convention of the whole tree: 0 is success; a negative errno is a failure that the caller
 * forwards unchanged; a positive value is an outcome that the function documents and the caller
 * must handle.
 */

#include <stdlib.h>

#define _cleanup_(f)      __attribute__((cleanup(f)))
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* Makes `function_ptr()` for _cleanup_ out of a destructor, which is not called for NULL. */
#define DEFINE_CLEANUP(type, function)                                                             \
    static inline void function##_ptr(type *object)                                                \
    {                                                                                              \
        if (*object)                                                                               \
            function(*object);                                                                     \
    }

static inline void free_ptr(void *memory)
{
    free(*(void **)memory);
}
