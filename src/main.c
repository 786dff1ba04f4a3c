/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Options, then: the commands of -c, the files, the prompt. */
#define _GNU_SOURCE /* strcasestr */
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/memory.h"
#include "lesson/verb.h"
#include "shell/arguments.h"
#include "shell/command.h"
#include "shell/line.h"
#include "shell/session.h"

enum { STATUS_SIGNAL = 128 };

/* The one global: the last signal that asks us to stop.  Long computations look at it. */
static volatile sig_atomic_t interrupted;

static void on_signal(int signal)
{
    if (interrupted != SIGTERM && interrupted != SIGHUP)
        interrupted = signal;
}

static const int caught[] = {SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGCONT, SIGWINCH};

/* Signals are this thread's alone.  OpenBLAS starts its threads while the program is loaded, and one
 * that may take a signal gets it whenever the prompt blocks it: ^C would be seen after the keys
 * typed behind it, or with the next key.  So what is caught is blocked before any library begins. */
static void mask_caught(int how)
{
    sigset_t ours;

    sigemptyset(&ours);
    for (size_t i = 0; i < sizeof caught / sizeof *caught; i++)
        sigaddset(&ours, caught[i]);
    sigprocmask(how, &ours, NULL);
}

static void block_signals(void)
{
    mask_caught(SIG_BLOCK);
}

#ifdef __ELF__
__attribute__((section(".preinit_array"), used)) static void (*const first)(void) = block_signals;
#endif

static void catch_signals(void)
{
    struct sigaction stop = {.sa_handler = on_signal}, ignore = {.sa_handler = SIG_IGN};

    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGHUP, &stop, NULL);
    sigaction(SIGPIPE, &ignore, NULL);
    sigaction(SIGXFSZ, &ignore, NULL); /* a file that may grow no more is an error like others */
    mask_caught(SIG_UNBLOCK);
}

/* ---- options ---- */

static int set_option(struct session *s, const char *name, const char *value)
{
    struct error e = {0};

    if (!value || settings_set(&s->set, name, value, &e) == 0)
        return 0;
    fprintf(stderr, "emstep: --%s %s: %s\n", name, value, e.hint[0] ? e.hint : e.message);
    return -1;
}

static int apply_options(struct session *s, const struct arguments *a)
{
    s->json = a->json;
    s->quiet = a->quiet;
    s->ascii = a->ascii;
    s->trust = a->trust;
    s->output_dir = a->output_dir;
    if (set_option(s, "seed", a->seed) != 0 || set_option(s, "plot", a->plot) != 0 ||
        set_option(s, "threads", a->threads) != 0)
        return -1;
    return 0;
}

/* ---- the terminal ---- */

static const char *locale_name(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (value && value[0])
            return value;
    }
    return NULL;
}

/* Where no locale is named at all, as in most containers, UTF-8 is the safer guess. */
static bool speaks_utf8(void)
{
    if (!locale_name())
        setlocale(LC_CTYPE, "C.UTF-8");
    else if (!setlocale(LC_CTYPE, ""))
        return strcasestr(locale_name(), "utf-8") || strcasestr(locale_name(), "utf8");
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

static bool is_colour_terminal(int fd)
{
    const char *term = getenv("TERM"), *no = getenv("NO_COLOR");
    return isatty(fd) && term && strcmp(term, "dumb") != 0 && !(no && no[0]);
}

static void set_up_terminal(struct session *s, const struct arguments *a)
{
    if (!speaks_utf8())
        s->ascii = true;
    bool always = a->colour == COLOUR_ALWAYS, never = a->colour == COLOUR_NEVER;
    s->colour = always || (!never && is_colour_terminal(1));
    s->colour_errors = always || (!never && is_colour_terminal(2));
}

/* ---- running ---- */

static void run_rc(struct session *s)
{
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    struct text path = TEXT_INIT;
    struct error e = {0};

    if (config && config[0] == '/')
        text_add(&path, config);
    else
        text_addf(&path, "%s/.config", home ? home : "");
    text_add(&path, "/emstep/emsteprc");
    s->prompting = true; /* its errors are told, and do not set the exit status */
    if (!path.failed && access(path.s, F_OK) == 0 && session_run_file(s, path.s, &e) != 0 &&
        e.message[0])
        session_complain(s, &e, "", path.s, 1);
    s->prompting = false;
    text_clear(&path);
}

static void greet(const struct session *s)
{
    if (s->quiet || s->json || !isatty(0) || !s->on_terminal)
        return;
    printf("emstep " EMSTEP_VERSION "   EM, one half-step at a time.   help%s, ^D to quit\n",
           command_find("lessons") ? ", lessons" : "");
}

/* 0: go on; -1: a script failed and nothing more is to be run. */
static int run_commands(struct session *s, const struct arguments *a)
{
    for (size_t i = 0; i < a->ncommands && !s->quit; i++)
        if (session_run_text(s, a->commands[i], "-c", 1) != 0)
            return -1;
    return 0;
}

static int run_file(struct session *s, const char *path)
{
    struct error e = {0};
    if (session_run_file(s, path, &e) == 0)
        return 0;
    if (e.message[0]) {
        fprintf(stderr, "emstep: %s\n", e.message);
        s->status = STATUS_USAGE;
    }
    return -1;
}

static void run_all(struct session *s, const struct arguments *a)
{
    bool piped = !isatty(0);
    bool nothing_given = a->ncommands == 0 && a->nfiles == 0;

    s->interactive = a->stay || (nothing_given && !piped);
    if (s->interactive)
        greet(s);
    if (s->interactive && !a->no_rc)
        run_rc(s);
    int failed = run_commands(s, a);
    if (nothing_given && !s->interactive)
        failed = run_file(s, "-");
    for (size_t i = 0; i < a->nfiles && !failed && !s->quit; i++)
        failed = run_file(s, a->files[i]);
    if (s->interactive && !s->quit)
        prompt_loop(s);
}

static int run_program(struct session *s, const struct arguments *a)
{
    if (apply_options(s, a) != 0)
        return STATUS_USAGE;
    set_up_terminal(s, a);
    const struct verb *verb = a->nfiles ? verb_find(a->files[0]) : NULL;
    if (verb)
        verb->run(s, a, a->files + 1, a->nfiles - 1);
    else
        run_all(s, a);
    return s->status;
}

static int run_session(const struct arguments *a)
{
    struct session s;
    struct error e = {0};
    int status = 1;

    if (session_init(&s, &interrupted, &e) == 0)
        status = run_program(&s, a);
    else
        fprintf(stderr, "emstep: %s\n", e.message);
    session_clear(&s);
    if (interrupted == SIGTERM || interrupted == SIGHUP)
        return STATUS_SIGNAL + interrupted;
    return status;
}

int main(int argc, char **argv)
{
    struct arguments a;
    int status;

    json_begin();
    catch_signals();
    if (arguments_take(&a, argc, argv, &status))
        status = run_session(&a);
    mem_free(a.commands);
    return status;
}
