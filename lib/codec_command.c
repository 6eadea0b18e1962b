/* SPDX-License-Identifier: ISC */

/* JSON to commands, by the table of each command's members. */

#include <assert.h>

#include "codec.h"
#include "codec_input.h"

int codec_command_parse(const char *body, size_t size, struct command *command,
                        struct problem *problem)
{
    const struct command_info *info = &command_table[command->kind];
    json_auto_t *object = NULL;
    int r;

    assert(command->kind < COMMAND_FROM_OUTSIDE);

    r = codec_body_load(body, size, &object, problem);
    return r ? r : codec_members_read(info->name, &info->argument, object, command, problem);
}
