/* SPDX-License-Identifier: ISC */

/* Keys: milliseconds and chance, in quotes. */

#include "key.h"

#include <errno.h>
#include <stdio.h>
#include <sys/random.h>

#define UUID_VERSION 0x70 /* in the upper half of byte 6 */
#define UUID_VARIANT 0x80 /* in the two highest bits of byte 8 */
#define TIME_BYTES   6    /* big-endian milliseconds since 1970 */

bool key_is_valid(const char *key)
{
    size_t length = 0;

    while (key[length] > ' ' && key[length] <= '~' && length <= KEY_LONGEST)
        length++;
    return length > 0 && length <= KEY_LONGEST && !key[length];
}

static void write_uuid(const unsigned char uuid[static 16], char key[static KEY_SIZE])
{
    for (int i = 0; i < 16; i++) {
        bool begins_group = i == 4 || i == 6 || i == 8 || i == 10;

        key += sprintf(key, begins_group ? "-%02x" : "%02x", uuid[i]);
    }
}

int key_make(instant now, char key[static KEY_SIZE])
{
    unsigned char uuid[16];
    int64_t ms = now / 1000;

    /* So few bytes come whole or not at all. */
    if (getrandom(uuid, sizeof(uuid), 0) < 0)
        return -errno;
    for (int i = TIME_BYTES - 1; i >= 0; i--, ms >>= 8)
        uuid[i] = (unsigned char)ms;
    uuid[6] = (unsigned char)(UUID_VERSION | (uuid[6] & 0x0f));
    uuid[8] = (unsigned char)(UUID_VARIANT | (uuid[8] & 0x3f));
    write_uuid(uuid, key);
    return 0;
}

void key_quote(const char *key, char value[static KEY_VALUE_SIZE])
{
    *value++ = '"';
    for (; *key; key++) {
        if (*key == '"' || *key == '\\')
            *value++ = '\\';
        *value++ = *key;
    }
    *value++ = '"';
    *value = '\0';
}
