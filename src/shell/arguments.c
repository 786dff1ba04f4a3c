/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Apart from the rest of the shell: getopt's struct option and ours share a name. */
#include "shell/arguments.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"

static const char usage[] =
    "usage: emstep [OPTION…] [FILE.em … | -]\n"
    "\n"
    "EM, one half-step at a time.  Without a FILE or -c: an interactive session on a\n"
    "terminal, else commands from standard input.\n"
    "\n"
    "  -c 'COMMANDS'        run these first (may be repeated)\n"
    "  -i                   stay interactive afterwards\n"
    "  -q, --quiet          no banner, no notices\n"
    "      --json           each report as one JSON object on one line\n"
    "      --seed N         seed of the random numbers\n"
    "      --color=WHEN     auto, always or never (NO_COLOR is heeded)\n"
    "      --ascii          no characters but ASCII\n"
    "      --plot=TERMINAL  where pictures go: auto, window, sixel, text or none\n"
    "      --threads N      threads for large data\n"
    "      --no-rc          do not read the configuration file\n"
    "      --version        print the version\n"
    "  -h, --help           this text\n"
    "\n"
    "Exit status: 0 done; 1 a command failed; 2 bad usage; 3 a check failed; 130\n"
    "interrupted.  `help` at the prompt lists the commands.\n";

enum long_option {
    OPT_JSON = 256,
    OPT_NO_RC,
    OPT_SEED,
    OPT_COLOUR,
    OPT_ASCII,
    OPT_PLOT,
    OPT_THREADS,
    OPT_VERSION,
};

enum { GO_ON = -1 };

static int set_colour(struct arguments *a, const char *when)
{
    static const char *const names[] = {"auto", "always", "never"};
    for (int i = 0; i < 3; i++)
        if (strcmp(when, names[i]) == 0) {
            a->colour = (enum colour)i;
            return GO_ON;
        }
    fprintf(stderr, "emstep: --color %s: it is auto, always or never\n", when);
    return STATUS_USAGE;
}

static int take_option(struct arguments *a, int option)
{
    switch (option) {
    case 'c':
        a->commands[a->ncommands++] = optarg;
        break;
    case 'i':
        a->stay = true;
        break;
    case 'q':
        a->quiet = true;
        break;
    case OPT_JSON:
        a->json = true;
        break;
    case OPT_NO_RC:
        a->no_rc = true;
        break;
    case OPT_ASCII:
        a->ascii = true;
        break;
    case OPT_SEED:
        a->seed = optarg;
        break;
    case OPT_PLOT:
        a->plot = optarg;
        break;
    case OPT_THREADS:
        a->threads = optarg;
        break;
    case OPT_COLOUR:
        return set_colour(a, optarg);
    case OPT_VERSION:
        puts("emstep " EMSTEP_VERSION);
        return 0;
    case 'h':
        fputs(usage, stdout);
        return 0;
    default:
        fputs("emstep --help lists the options\n", stderr);
        return STATUS_USAGE;
    }
    return GO_ON;
}

bool arguments_take(struct arguments *a, int argc, char **argv, int *status)
{
    static const struct option options[] = {
        {"quiet", no_argument, NULL, 'q'},
        {"json", no_argument, NULL, OPT_JSON},
        {"no-rc", no_argument, NULL, OPT_NO_RC},
        {"seed", required_argument, NULL, OPT_SEED},
        {"color", required_argument, NULL, OPT_COLOUR},
        {"ascii", no_argument, NULL, OPT_ASCII},
        {"plot", required_argument, NULL, OPT_PLOT},
        {"threads", required_argument, NULL, OPT_THREADS},
        {"version", no_argument, NULL, OPT_VERSION},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };

    *a = (struct arguments){.commands = NEW_ARRAY((size_t)argc, const char *)};
    *status = 1;
    if (!a->commands)
        return false;
    for (int option; (option = getopt_long(argc, argv, "c:iqh", options, NULL)) != -1;) {
        *status = take_option(a, option);
        if (*status != GO_ON)
            return false;
    }
    a->files = argv + optind;
    a->nfiles = (size_t)(argc - optind);
    return true;
}
