/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/memory.h"
#include "shell/files.h"

volatile sig_atomic_t fuzz_interrupt;

static int allowed; /* milliseconds of an input's own commands */

static void on_alarm(int signal)
{
    (void)signal;
    fuzz_interrupt = 1;
}

static void set_alarm(int milliseconds)
{
    struct itimerval t = {.it_value = {milliseconds / 1000, milliseconds % 1000 * 1000},
                          .it_interval = {0, milliseconds ? 5000 : 0}};
    struct sigaction a = {.sa_handler = on_alarm};
    sigaction(SIGALRM, &a, NULL);
    fuzz_interrupt = 0;
    setitimer(ITIMER_REAL, &t, NULL);
}

static const char *folder(void)
{
    static char path[] = "/tmp/emstep-fuzz-XXXXXX";
    static bool made;
    if (!made && !mkdtemp(path))
        abort();
    made = true;
    return path;
}

struct session *fuzz_session(int milliseconds)
{
    static struct capture nowhere;
    struct error e = {0};
    struct session *s = calloc(1, sizeof *s);
    setenv("HOME", folder(), 1);
    setenv("EMSTEP_NO_DISPLAY", "1", 1);
    unsetenv("DISPLAY");
    if (!s || session_init(s, &fuzz_interrupt, &e) != 0 ||
        files_set(&s->files, true, folder(), NULL, &e) != 0)
        abort();
    nowhere = (struct capture){.origin = ""};
    s->capture = &nowhere;
    allowed = milliseconds;
    set_alarm(milliseconds);
    return s;
}

void fuzz_session_end(struct session *s)
{
    set_alarm(0);
    session_clear(s);
    free(s);
}

void fuzz_run(struct session *s, const char *commands)
{
    set_alarm(0);
    if (session_run_text(s, commands, "fuzz", 1) != 0 || s->status != 0)
        abort();
    set_alarm(allowed);
}

char *fuzz_text(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    size_t n = 0;
    for (size_t i = 0; text && i < size; i++)
        if (data[i])
            text[n++] = (char)data[i];
    if (text)
        text[n] = '\0';
    return text;
}

const char *fuzz_file(const char *name, const void *bytes, size_t size)
{
    static char path[200];
    snprintf(path, sizeof path, "%s/%s", folder(), name);
    FILE *f = fopen(path, "w");
    if (!f || fwrite(bytes, 1, size, f) != size || fclose(f) != 0)
        abort();
    return path;
}
