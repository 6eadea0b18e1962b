/* SPDX-License-Identifier: ISC */

/* The description of the API, served as it was written. */

#include "openapi.h"

#include "answer.h"

const char openapi_text[] =
#include "daemon/openapi.inc"
    ;

enum MHD_Result openapi_get(struct exchange *exchange, const struct query *query)
{
    (void)query;
    return answer_constant(exchange, openapi_text);
}
