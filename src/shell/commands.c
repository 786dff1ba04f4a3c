/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell/command.h"

#include <string.h>

#define COMMAND(name) extern const struct command cmd_##name;
#include "shell/commands.def"
#undef COMMAND

const struct command *const commands[] = {
#define COMMAND(name) &cmd_##name,
#include "shell/commands.def"
#undef COMMAND
    NULL,
};

const char *const command_groups[] = {"data", "model", "step", "look",
                                      "plot", "use",   "session", "lesson", NULL};

const struct command *command_find(const char *name)
{
    for (const struct command *const *c = commands; *c; c++)
        if (strcmp((*c)->name, name) == 0)
            return *c;
    for (const struct command *const *c = commands; *c; c++)
        if ((*c)->alias && strcmp((*c)->alias, name) == 0)
            return *c;
    return NULL;
}
