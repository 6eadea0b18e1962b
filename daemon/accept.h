/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * What a client can read: the Accept header (RFC 9110, section 12.5.1), of which a resource with
 * more than one form asks how welcome each is.
 */

enum accept_closeness {
    ACCEPT_NOT_NAMED,
    ACCEPT_ANYTHING, /* by the range of all types */
    ACCEPT_KIND,     /* by one like text and anything */
    ACCEPT_TYPE,     /* by its name ... */
    ACCEPT_VERSION,  /* ... and version */
};

struct accept {
    enum accept_closeness closeness; /* by what the header named the type; the closest counts */
    int quality;                     /* 0, not welcome, to 1000 */
};

/*
 * How welcome a media type is. `header` may be NULL, then the client did not say. `version` is that
 * of the form that there is: a range that names another one is of another form. Ranges that cannot
 * be read are passed over: an answer in the usual form is better than none.
 */
struct accept accept_find(const char *header, const char *type, const char *version);
