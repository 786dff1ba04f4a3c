/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/screen.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { WAIT = 300 }; /* milliseconds */

struct screen screen_size(void)
{
    struct winsize w;

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) != 0)
        return (struct screen){0};
    return (struct screen){w.ws_col, w.ws_row, w.ws_xpixel, w.ws_ypixel};
}

static bool is_set(const char *name)
{
    const char *s = getenv(name);

    return s && *s;
}

bool screen_has_display(void)
{
    return is_set("DISPLAY") || is_set("WAYLAND_DISPLAY");
}

static long milliseconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Reads the answer to "what are you?", up to its final c. */
static void read_answer(int tty, char *answer, size_t size)
{
    long until = milliseconds() + WAIT, left;
    size_t n = 0;

    while (n + 1 < size && !memchr(answer, 'c', n) && (left = until - milliseconds()) > 0) {
        struct pollfd p = {tty, POLLIN, 0};
        ssize_t k = poll(&p, 1, (int)left) > 0 ? read(tty, answer + n, size - 1 - n) : 0;

        if (k > 0)
            n += (size_t)k;
        else if (p.revents & (POLLHUP | POLLERR))
            break;
    }
    answer[n] = '\0';
}

/* "\033[?62;4;22c": 4 stands for sixel. */
bool screen_says_sixel(const char *answer)
{
    const char *s = strstr(answer, "\033[?");

    for (s = s ? s + 2 : ""; *s && *s != 'c'; s += 1 + strcspn(s + 1, ";c"))
        if (s[1] == '4' && (s[2] == ';' || s[2] == 'c'))
            return true;
    return false;
}

static bool ask(int tty)
{
    static const char question[] = "\033[c";
    struct termios was, raw;
    char answer[128] = "";

    if (tcgetpgrp(tty) != getpgrp() || tcgetattr(tty, &was) != 0)
        return false;
    raw = was;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    raw.c_cc[VMIN] = 0;
    raw.c_cc[VTIME] = 0;
    if (tcsetattr(tty, TCSANOW, &raw) != 0)
        return false;
    if (write(tty, question, sizeof question - 1) == (ssize_t)sizeof question - 1)
        read_answer(tty, answer, sizeof answer);
    tcsetattr(tty, TCSAFLUSH, &was);
    return screen_says_sixel(answer);
}

bool screen_has_sixel(void)
{
    const char *term = getenv("TERM");
    int tty;
    bool yes;

    if (!term || strcmp(term, "dumb") == 0 || strcmp(term, "linux") == 0)
        return false;
    tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (tty < 0)
        return false;
    yes = ask(tty);
    close(tty);
    return yes;
}
