/* SPDX-License-Identifier: ISC */
#pragma once

/*
 * The API's description for programs: OpenAPI 3.1, schema/openapi.json as it stood when this was
 * built. tests/unit/test_openapi_* hold it against the tables that it describes.
 */

/* The text of the file. */
extern const char openapi_text[];
