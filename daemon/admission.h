/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * Admission: whether a request may be answered at all, decided once its head is there, before its
 * body is kept.
 */

#include <microhttpd.h>
#include <stdbool.h>

struct exchange;

/* Notes in exchange->admission what stands against the request: PROBLEM_NONE where nothing does. */
void admission_decide(struct exchange *exchange);

/* Answers a request that is not admitted, and logs it. */
enum MHD_Result admission_refuse(struct exchange *exchange);

/* The roles of the client, by what is configured now, as a bit set. */
unsigned admission_roles(struct exchange *exchange);

/* Whether the client may see what is about a person. */
bool admission_to_personal(struct exchange *exchange);
