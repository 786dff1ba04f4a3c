/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Apart from the rest of the shell: getopt's struct option and ours share a name. */
#include "shell/arguments.h"

#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"

enum long_option {
    OPT_JSON = 256,
    OPT_NO_RC,
    OPT_SEED,
    OPT_COLOUR,
    OPT_ASCII,
    OPT_PLOT,
    OPT_THREADS,
    OPT_UPDATE,
    OPT_WAIT,
    OPT_TYPE,
    OPT_FROM,
    OPT_RECORD,
    OPT_TRUST,
    OPT_OUTPUT_DIR,
    OPT_VERSION,
};

const struct program_option program_options[] = {
    {'c', NULL, "'COMMANDS'", "run these first (may be repeated)"},
    {'i', NULL, NULL, "stay interactive afterwards"},
    {'q', "quiet", NULL, "no banner, no notices"},
    {OPT_JSON, "json", NULL, "each report as one JSON object on one line"},
    {OPT_SEED, "seed", "N", "seed of the random numbers"},
    {OPT_COLOUR, "color", "WHEN", "auto, always or never (NO_COLOR is heeded)"},
    {OPT_ASCII, "ascii", NULL, "no characters but ASCII"},
    {OPT_PLOT, "plot", "TERMINAL", "where pictures go: auto, window, sixel, text or none"},
    {OPT_THREADS, "threads", "N", "threads for large data"},
    {OPT_UPDATE, "update", NULL, "verify: write recorded output anew, after a diff"},
    {OPT_WAIT, "wait", "S", "replay: go on by itself, after S seconds"},
    {OPT_TYPE, "type", NULL, "replay: type the commands out"},
    {OPT_FROM, "from", "STEP", "replay: begin at this step"},
    {OPT_RECORD, "record", "FILE.cast", "replay: record it (asciicast v2)"},
    {OPT_OUTPUT_DIR, "output-dir", "DIR", "the folder that lessons write into"},
    {OPT_TRUST, "trust", NULL, "let lessons write anywhere, over any file"},
    {OPT_NO_RC, "no-rc", NULL, "do not read the configuration file"},
    {OPT_VERSION, "version", NULL, "print the version"},
    {'h', "help", NULL, "this text"},
    {0, NULL, NULL, NULL},
};

void program_option_spell(const struct program_option *o, struct text *out)
{
    if (o->code <= UCHAR_MAX)
        text_addf(out, o->name ? "-%c, " : "-%c", o->code);
    if (o->name)
        text_addf(out, "--%s", o->name);
    if (o->argument)
        text_addf(out, "%s%s", o->name ? "=" : " ", o->argument);
}

static void print_usage(void)
{
    struct text out = TEXT_INIT, name = TEXT_INIT;

    text_add(&out, "usage: emstep [OPTION…] [FILE.em … | -]\n"
                   "       emstep [OPTION…] lesson [LESSON|FILE]\n"
                   "       emstep [OPTION…] replay LESSON|FILE …\n"
                   "       emstep [OPTION…] verify LESSON|FILE …\n\n"
                   "EM, one half-step at a time.  Without a FILE or -c: an interactive session on "
                   "a\nterminal, else commands from standard input.\n\n");
    for (const struct program_option *o = program_options; o->code; o++) {
        text_reset(&name);
        text_add(&name, o->code > UCHAR_MAX ? "    " : "");
        program_option_spell(o, &name);
        text_add(&out, "  ");
        text_pad_right(&out, name.s, 20);
        text_addf(&out, " %s\n", o->help);
    }
    text_add(&out, "\nExit status: 0 done; 1 a command failed; 2 bad usage; 3 a check failed; 130\n"
                   "interrupted.  emstep -c help lists the commands; so does help at the prompt."
                   "\n");
    fputs(out.s, stdout);
    text_clear(&out);
    text_clear(&name);
}

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
    case OPT_WAIT:
        a->wait = optarg;
        break;
    case OPT_TYPE:
        a->type = true;
        break;
    case OPT_FROM:
        a->from = optarg;
        break;
    case OPT_RECORD:
        a->record = optarg;
        break;
    case OPT_UPDATE:
        a->update = true;
        break;
    case OPT_TRUST:
        a->trust = true;
        break;
    case OPT_OUTPUT_DIR:
        a->output_dir = optarg;
        break;
    case OPT_VERSION:
        puts("emstep " EMSTEP_VERSION);
        return 0;
    case 'h':
        print_usage();
        return 0;
    default:
        fputs("emstep --help lists the options\n", stderr);
        return STATUS_USAGE;
    }
    return GO_ON;
}

enum { OPTIONS = sizeof program_options / sizeof *program_options };

/* What getopt_long wants of the table. */
struct getopt_tables {
    char letters[2 * OPTIONS];
    struct option names[OPTIONS];
};

static void fill_tables(struct getopt_tables *t)
{
    size_t letters = 0, names = 0;

    *t = (struct getopt_tables){0};
    for (const struct program_option *o = program_options; o->code; o++) {
        int takes = o->argument ? required_argument : no_argument;
        if (o->name)
            t->names[names++] = (struct option){o->name, takes, NULL, o->code};
        if (o->code > UCHAR_MAX)
            continue;
        t->letters[letters++] = (char)o->code;
        if (o->argument)
            t->letters[letters++] = ':';
    }
}

bool arguments_take(struct arguments *a, int argc, char **argv, int *status)
{
    struct getopt_tables t;

    fill_tables(&t);
    *a = (struct arguments){.commands = NEW_ARRAY((size_t)argc, const char *)};
    *status = 1;
    if (!a->commands)
        return false;
    for (int option; (option = getopt_long(argc, argv, t.letters, t.names, NULL)) != -1;) {
        *status = take_option(a, option);
        if (*status != GO_ON)
            return false;
    }
    a->files = argv + optind;
    a->nfiles = (size_t)(argc - optind);
    return true;
}
