/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lesson/replay.h"

#include <math.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/utf8.h"

/* Seconds: between two keys at the fastest, what is added at random, before a word,
 * before Enter. */
static const double key = 0.035, uneven = 0.05, word = 0.05, enter = 0.35, nap = 0.05;

static double now(const struct replay *r)
{
    struct timespec t;

    if (!r->real)
        return r->clock;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)(t.tv_sec - r->began.tv_sec) + 1e-9 * (double)(t.tv_nsec - r->began.tv_nsec);
}

static void sees(void *context, const char *text)
{
    struct replay *r = context;
    size_t columns = (size_t)r->s.columns, rows = (size_t)r->s.lines;

    cast_resize(&r->cast, now(r), columns, rows);
    cast_output(&r->cast, now(r), text);
}

int replay_pause(struct replay *r, double seconds)
{
    r->clock += seconds;
    for (double left = seconds; r->sleeps && left > 0 && !*r->s.interrupt; left -= nap) {
        double part = fmin(left, nap);
        nanosleep(&(struct timespec){0, (long)(1e9 * part)}, NULL);
    }
    return *r->s.interrupt ? -1 : 0;
}

/* The same hand each time. */
static double next_key(struct replay *r, const char *character)
{
    r->jitter = r->jitter * 1103515245u + 12345u;
    double at_random = (double)(r->jitter >> 16 & 0x7fff) / 0x8000;
    return key + uneven * at_random + (*character == ' ' ? word : 0.0);
}

static int type_out(void *context, const char *command)
{
    struct replay *r = context;
    size_t n = strlen(command);

    for (size_t at = 0; at < n;) {
        char one[8] = "";
        int32_t c;
        size_t bytes = utf8_next(command + at, n - at, &c);
        memcpy(one, command + at, bytes);
        if (replay_pause(r, next_key(r, one)) != 0)
            return -1;
        shown_text(&r->s, one);
        at += bytes;
    }
    return replay_pause(r, enter);
}

void replay_begin_time(struct replay *r, bool type)
{
    clock_gettime(CLOCK_MONOTONIC, &r->began);
    r->typing = (struct hand){type_out, r};
    r->witness = (struct witness){sees, r};
    r->hand = type ? &r->typing : NULL;
    r->jitter = 1;
}

void replay_echo(const struct replay *r, bool on)
{
    struct termios t;

    if (!r->live || tcgetattr(0, &t) != 0)
        return;
    if (on)
        t.c_lflag |= ECHO;
    else
        t.c_lflag &= ~(tcflag_t)ECHO;
    tcsetattr(0, TCSANOW, &t);
}
