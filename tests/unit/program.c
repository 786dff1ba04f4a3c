/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "program.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *program_path(void)
{
    static char path[PATH_MAX + sizeof "/emstep"];

    if (path[0])
        return path;
    if (readlink("/proc/self/exe", path, PATH_MAX - 1) < 0) {
        perror("/proc/self/exe");
        exit(1);
    }
    for (int i = 0; i < 3 && strrchr(path, '/'); i++)
        *strrchr(path, '/') = '\0';
    return strcat(path, "/emstep");
}
