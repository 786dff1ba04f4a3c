/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "terminal.h"

#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utmp.h>

#include "support.h"

enum { PATIENCE_MS = 60000, AGAIN_MS = 100 };

void terminal_open(struct terminal *t, unsigned short rows, unsigned short columns,
                   const char *folder, char *const argv[])
{
    struct winsize size = {.ws_row = rows, .ws_col = columns};
    int inside;

    *t = (struct terminal){.seen = TEXT_INIT, .raw = TEXT_INIT, .columns = columns};

    /* Before the program is there, which may be at its first prompt when fork returns here. */
    ck_assert_int_eq(openpty(&t->fd, &inside, NULL, NULL, &size), 0);
    ck_assert_int_eq(tcgetattr(inside, &t->before), 0);
    t->pid = fork();
    ck_assert_int_ge(t->pid, 0);
    if (t->pid == 0) {
        close(t->fd);
        if (login_tty(inside) != 0)
            _exit(127);
        setenv("TERM", "xterm-256color", 1);
        unsetenv("DISPLAY");
        unsetenv("WAYLAND_DISPLAY");
        if (chdir(folder) == 0)
            execv(argv[0], argv);
        _exit(127);
    }
    close(inside);
}

/* ---- what is shown ---- */

/* The bytes of the escape sequence at s, 0: it is not whole. */
static size_t sequence(const char *s, size_t n)
{
    size_t i = 2;

    if (n < 2)
        return 0;
    if (s[1] == ']' || s[1] == 'P') { /* a title, a sixel picture: to BEL or ST */
        for (; i < n; i++)
            if (s[i] == '\a' || (s[i] == '\\' && s[i - 1] == '\033'))
                return i + 1;
        return 0;
    }
    if (s[1] != '[')
        return 2;
    while (i < n && (s[i] < '@' || s[i] > '~'))
        i++;
    return i < n ? i + 1 : 0;
}

static void take_sequence(struct terminal *t, const char *s, size_t n)
{
    if (n == 8 && memcmp(s, "\033[?2004h", n) == 0) {
        t->asking = t->asked = true;
    } else if (n == 8 && memcmp(s, "\033[?2004l", n) == 0) {
        t->asking = false;
    } else if (s[1] == '[' && s[n - 1] == 'c') { /* what are you? no sixels, colours */
        static const char answer[] = "\033[?62;22c";
        ck_assert_int_eq(write(t->fd, answer, sizeof answer - 1), sizeof answer - 1);
    }
}

/* A command that is shown as if it were typed breaks where the terminal does. */
static bool is_typed(const char *line)
{
    const char *prompt = strstr(line, "> ");
    return prompt && prompt - line < 40;
}

static void end_line(struct terminal *t)
{
    const char *line = t->seen.s + t->line;

    if (!t->asking && !t->wide[0] && !is_typed(line) && text_width(line) > t->columns)
        snprintf(t->wide, sizeof t->wide, "%.*s", (int)sizeof t->wide - 1, line);
    text_add(&t->seen, "\n");
    t->line = t->seen.length;
}

static void back_to(struct terminal *t, size_t length)
{
    t->seen.length = length;
    t->seen.s[length] = '\0';
}

static size_t take_one(struct terminal *t, const char *s, size_t n)
{
    size_t whole = 1;

    if (*s == '\033') {
        if ((whole = sequence(s, n)) > 0)
            take_sequence(t, s, whole);
    } else if (*s == '\n') {
        end_line(t);
    } else if (*s == '\r' && n > 1 && s[1] == '\n') {
        end_line(t);
        whole = 2;
    } else if (*s == '\r' && n == 1) {
        whole = 0;
    } else if (*s == '\r') {
        back_to(t, t->line);
    } else if (*s == '\b') {
        back_to(t, t->seen.length > t->line ? t->seen.length - 1 : t->line);
    } else if (*s != '\a') {
        text_add_bytes(&t->seen, s, 1);
    }
    return whole;
}

static void take(struct terminal *t, const char *bytes, size_t n)
{
    size_t at = 0, whole = 1;

    text_add_bytes(&t->raw, bytes, n);
    for (; at < t->raw.length && whole > 0; at += whole)
        whole = take_one(t, t->raw.s + at, t->raw.length - at);
    memmove(t->raw.s, t->raw.s + at, t->raw.length - at + 1);
    t->raw.length -= at;
}

static bool is_prompt(const char *line, size_t n)
{
    static const char *const ends[] = {"> ", "... ", "— "};

    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t m = strlen(ends[i]);
        if (n >= m && strncmp(line + n - m, ends[i], m) == 0)
            return true;
    }
    return false;
}

static bool asks(const struct terminal *t)
{
    return t->asking && t->asked && t->raw.length == 0 &&
           is_prompt(t->seen.s + t->line, t->seen.length - t->line);
}

/* 1: it said more; 0: it has ended; −1: neither in this time. */
static int read_more(struct terminal *t, int milliseconds)
{
    char bytes[4096];
    struct pollfd in = {.fd = t->fd, .events = POLLIN};

    t->prompt = NULL;
    if (poll(&in, 1, milliseconds) <= 0)
        return -1;
    ssize_t n = read(t->fd, bytes, sizeof bytes);
    if (n > 0)
        take(t, bytes, (size_t)n);
    return n > 0;
}

/* 1: it asks; 0: it has ended; −1: neither in this time. */
static int wait_for(struct terminal *t, int milliseconds)
{
    while (!asks(t)) {
        int more = read_more(t, milliseconds);
        if (more <= 0)
            return more;
    }
    t->prompt = t->seen.s + t->line;
    return 1;
}

bool terminal_wait(struct terminal *t)
{
    int there = wait_for(t, PATIENCE_MS);

    ck_assert_msg(there >= 0, "the program does not ask; it said:\n%s", terminal_said(t));
    return there == 1;
}

/* How many marks stand behind the prompt, −1: there is no prompt. */
static long count_marks(const struct terminal *t)
{
    const char *line = t->seen.s + t->line;
    size_t n = strlen(line), marks = 0;

    while (marks < n && line[n - marks - 1] == '~')
        marks++;
    return t->asking && t->raw.length == 0 && is_prompt(line, n - marks) ? (long)marks : -1;
}

bool terminal_interrupt(struct terminal *t)
{
    int more = 1, typed = 0;

    terminal_type(t, "\003");
    size_t since = t->since;
    if (!terminal_wait(t))
        return false;
    for (; more && count_marks(t) < 1; more = read_more(t, AGAIN_MS)) {
        if (more < 0 || typed == 0) { /* one that was typed while ^C was on its way goes with it */
            ck_assert_msg(typed < PATIENCE_MS / AGAIN_MS, "no key is taken:\n%s", terminal_said(t));
            terminal_type(t, "~");
            typed++;
        }
    }
    for (int i = 0; i < typed; i++)
        terminal_type(t, "\177");
    while (more && count_marks(t) != 0) {
        more = read_more(t, PATIENCE_MS);
        ck_assert_msg(more >= 0, "the marks stay:\n%s", terminal_said(t));
    }
    t->since = since;
    t->prompt = t->seen.s + t->line;
    return more;
}

/* ---- what is typed ---- */

void terminal_type(struct terminal *t, const char *bytes)
{
    t->since = t->seen.length;
    t->asked = false;
    for (size_t n = strlen(bytes), at = 0; at < n;) {
        ssize_t k = write(t->fd, bytes + at, n - at);
        ck_assert_int_gt(k, 0);
        at += (size_t)k;
    }
}

void terminal_resize(struct terminal *t, unsigned short rows, unsigned short columns)
{
    struct winsize size = {.ws_row = rows, .ws_col = columns};

    ck_assert_int_eq(ioctl(t->fd, TIOCSWINSZ, &size), 0);
    t->columns = columns;
}

const char *terminal_said(const struct terminal *t)
{
    return t->seen.s + t->since;
}

bool terminal_is_restored(const struct terminal *t)
{
    struct termios now;

    ck_assert_int_eq(tcgetattr(t->fd, &now), 0);
    return now.c_iflag == t->before.c_iflag && now.c_oflag == t->before.c_oflag &&
           now.c_cflag == t->before.c_cflag && now.c_lflag == t->before.c_lflag &&
           memcmp(now.c_cc, t->before.c_cc, sizeof now.c_cc) == 0;
}

/* ---- its end ---- */

/* It has a minute to end; then it hangs. */
static void reap(struct terminal *t)
{
    int waited = 0;

    while (waitpid(t->pid, &t->status, WNOHANG) == 0) {
        if (waited++ == PATIENCE_MS / 2) {
            kill(t->pid, SIGKILL);
            waitpid(t->pid, &t->status, 0);
            ck_abort_msg("the program does not end");
        }
        poll(NULL, 0, 2);
    }
    t->pid = 0;
}

bool terminal_ends(struct terminal *t)
{
    for (terminal_type(t, ""); wait_for(t, PATIENCE_MS) > 0; terminal_type(t, ""))
        ;
    reap(t);
    return WIFEXITED(t->status);
}

void terminal_hang_up(struct terminal *t)
{
    close(t->fd);
    t->fd = -1;
    reap(t);
}

void terminal_kill(struct terminal *t)
{
    kill(t->pid, SIGKILL);
    reap(t);
}

void terminal_close(struct terminal *t)
{
    if (t->pid)
        reap(t);
    if (t->fd >= 0)
        close(t->fd);
    text_clear(&t->seen);
    text_clear(&t->raw);
}
