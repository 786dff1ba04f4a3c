/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE
#include "plot/gnuplot.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static const double START_SECONDS = 5;   /* to answer the first question */
static const double CANCEL_SECONDS = 2;  /* to come back after ^C */
static const size_t PICTURE_LIMIT = (size_t)64 << 20;
static const size_t MESSAGE_LIMIT = (size_t)1 << 20;

enum ending { ANSWERED, ENDED, LATE, FLOODED, NO_MEMORY };

struct exchange {
    struct gnuplot *g;
    const char *unsent;
    size_t left;
    struct text *out, *err;   /* out ends in the acknowledgement, and is cut back */
    size_t out_start;
    char ack[48];
    bool out_done, err_done, interrupted;
    long gnuplot_errno;
    const char *gnuplot_message; /* in err */
    double deadline;
};

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void gnuplot_init(struct gnuplot *g, const char *path, volatile sig_atomic_t *interrupt)
{
    *g = (struct gnuplot){.path = path, .interrupt = interrupt};
    child_init(&g->child);
    text_init(&g->terminals);
    text_init(&g->said);
}

void gnuplot_clear(struct gnuplot *g, const char *last)
{
    if (last && child_alive(&g->child) &&
        send(g->child.in, last, strlen(last), MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
        child_kill(&g->child);
    child_end(&g->child);
    text_clear(&g->terminals);
    text_clear(&g->said);
}

static bool pressed(const struct gnuplot *g)
{
    return g->interrupt && *g->interrupt;
}

/* Room in the pipe: sends what goes in.  A dead child is noticed when its output ends. */
static void send_some(struct exchange *x)
{
    ssize_t k = send(x->g->child.in, x->unsent, x->left, MSG_NOSIGNAL | MSG_DONTWAIT);

    if (k > 0) {
        x->unsent += k;
        x->left -= (size_t)k;
    } else if (k < 0 && errno != EAGAIN && errno != EINTR) {
        x->left = 0;
    }
}

/* Reads once; false at the end of the stream. */
static bool read_some(int fd, struct text *to)
{
    char buffer[65536];
    ssize_t k = read(fd, buffer, sizeof buffer);

    if (k > 0)
        text_add_bytes(to, buffer, (size_t)k);
    return k > 0 || (k < 0 && (errno == EAGAIN || errno == EINTR));
}

/* stdout: picture, then "ACK token n\n" and nothing more. */
static void look_at_out(struct exchange *x)
{
    size_t n = strlen(x->ack), have = x->out->length - x->out_start;

    if (have < n + 1 || x->out->s[x->out->length - 1] != '\n')
        return;
    x->out_done = memcmp(x->out->s + x->out->length - n - 1, x->ack, n) == 0;
    if (x->out_done) {
        x->out->length -= n + 1;
        x->out->s[x->out->length] = '\0';
    }
}

/* stderr: diagnostics, then "ACK token n errno message\n". */
static void look_at_err(struct exchange *x)
{
    char *at = memmem(x->err->s, x->err->length, x->ack, strlen(x->ack));
    char *end = at ? memchr(at, '\n', (size_t)(x->err->s + x->err->length - at)) : NULL;
    char *words;

    if (!end)
        return;
    *at = *end = '\0';
    x->gnuplot_errno = strtol(at + strlen(x->ack), &words, 10);
    x->gnuplot_message = words;
    x->err_done = true;
}

static enum ending read_both(struct exchange *x, const struct pollfd p[3])
{
    bool open = true;

    if (p[1].revents && !x->out_done) {
        open = read_some(p[1].fd, x->out);
        look_at_out(x);
    }
    if (p[2].revents && !x->err_done) {
        open = read_some(p[2].fd, x->err) && open;
        look_at_err(x);
    }
    if (x->out->failed || x->err->failed)
        return NO_MEMORY;
    if (x->out->length - x->out_start > PICTURE_LIMIT || x->err->length > MESSAGE_LIMIT)
        return FLOODED;
    return open || (x->out_done && x->err_done) ? ANSWERED : ENDED;
}

/* ^C goes on to gnuplot, once, and leaves it a moment to come back. */
static void pass_interrupt(struct exchange *x)
{
    if (x->interrupted || !pressed(x->g))
        return;
    x->interrupted = true;
    child_interrupt(&x->g->child);
    if (x->deadline > now() + CANCEL_SECONDS)
        x->deadline = now() + CANCEL_SECONDS;
}

static enum ending converse(struct exchange *x)
{
    while (!x->out_done || !x->err_done) {
        struct child *c = &x->g->child;
        struct pollfd p[3] = {{x->left > 0 ? c->in : -1, POLLOUT, 0},
                              {x->out_done ? -1 : c->out, POLLIN, 0},
                              {x->err_done ? -1 : c->err, POLLIN, 0}};
        enum ending how;

        if (poll(p, 3, 50) < 0)
            p[0].revents = p[1].revents = p[2].revents = 0;
        pass_interrupt(x);
        if (p[0].revents)
            send_some(x);
        how = read_both(x, p);
        if (how != ANSWERED)
            return how;
        if (now() > x->deadline)
            return LATE;
    }
    return ANSWERED;
}

/* The last line of what gnuplot said, made safe to print. */
static void last_words(struct text *err, struct text *out)
{
    size_t end = strlen(err->s), start;

    while (end > 0 && strchr("\n\r\t ", err->s[end - 1]))
        end--;
    for (start = end; start > 0 && err->s[start - 1] != '\n'; start--)
        ;
    err->s[end] = '\0';
    start += strspn(err->s + start, "\t ");
    text_add_shown(out, err->s + start, 160);
}

/* The child is past help: it goes, and the error says why. */
static int give_up(struct exchange *x, enum ending how, double seconds, struct error *e)
{
    const struct text *said = &x->g->said;

    child_kill(&x->g->child);
    if (how == NO_MEMORY)
        return error_no_memory(e);
    if (x->interrupted) {
        error_set(e, "interrupted");
        e->kind = ERROR_INTERRUPTED;
        return -1;
    }
    if (how == LATE)
        error_set(e, "gnuplot did not answer within %g s and was stopped", seconds);
    else if (how == FLOODED)
        error_set(e, "gnuplot sent output without end and was stopped");
    else
        error_set(e, "gnuplot ended in mid-plot%s%s", said->length > 0 ? ": " : "", said->s);
    return error_hint(e, "the next plot starts a new gnuplot");
}

/* It answered; did the plot succeed? */
static int verdict(const struct exchange *x, struct error *e)
{
    struct text words = TEXT_INIT;

    if (x->interrupted) {
        error_set(e, "interrupted");
        e->kind = ERROR_INTERRUPTED;
        return -1;
    }
    if (x->gnuplot_errno == 0)
        return 0;
    text_add_shown(&words, x->gnuplot_message + strspn(x->gnuplot_message, " "), 300);
    error_set(e, "gnuplot: %s", words.s);
    text_clear(&words);
    return -1;
}

/* Leftovers of a cancelled plot would be taken for the next one's. */
static void drain(struct gnuplot *g)
{
    struct text junk = TEXT_INIT;
    struct pollfd p[2] = {{g->child.out, POLLIN, 0}, {g->child.err, POLLIN, 0}};
    size_t times = 0;

    while (times++ < 64 && poll(p, 2, 0) > 0)
        for (int i = 0; i < 2; i++)
            if (p[i].revents && !read_some(p[i].fd, &junk))
                p[i].fd = -1;
    text_clear(&junk);
}

static int exchange(struct gnuplot *g, const char *commands, double seconds, struct text *picture,
                    struct error *e)
{
    struct text all = TEXT_INIT, err = TEXT_INIT;
    struct exchange x = {.g = g, .out = picture, .out_start = picture->length, .err = &err};
    enum ending how;
    int status;

    snprintf(x.ack, sizeof x.ack, "ACK %s %lu", g->token, ++g->sequence);
    text_addf(&all, "reset errors\n%s\nunset multiplot\nunset output\n", commands);
    text_addf(&all, "set print '-'\nprint '%s'\nset print\n", x.ack);
    text_addf(&all, "print '%s '.sprintf('%%d %%s',GPVAL_ERRNO,GPVAL_ERRMSG)\n", x.ack);
    if (all.failed) {
        text_clear(&all);
        return error_no_memory(e);
    }
    x.unsent = all.s;
    x.left = all.length;
    x.deadline = now() + seconds;
    how = converse(&x);
    text_reset(&g->said);
    last_words(&err, &g->said);
    status = how == ANSWERED ? verdict(&x, e) : give_up(&x, how, seconds, e);
    if (status != 0) {
        picture->length = x.out_start;
        picture->s[picture->length] = '\0';
    }
    text_clear(&all);
    text_clear(&err);
    return status;
}

static int new_token(struct gnuplot *g, struct error *e)
{
    uint64_t random;

    if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
        return error_set(e, "no random numbers from the system: %s", strerror(errno));
    snprintf(g->token, sizeof g->token, "%016" PRIx64, random);
    return 0;
}

static int missing(const char *path, struct error *e)
{
    error_set(e, "cannot start gnuplot: no program '%s'", path);
    return error_hint(e, "install it: sudo apt-get install gnuplot-nox (gnuplot-qt for windows); "
                         "output=FILE.csv and .gp work without");
}

/* Starts it and asks what it can do, so that something that is no gnuplot is known at once. */
static int start(struct gnuplot *g, struct error *e)
{
    if (new_token(g, e) != 0)
        return -1;
    if (child_start(&g->child, g->path, "-d", e) != 0)
        return errno == ENOENT ? missing(g->path, e) : -1;
    text_reset(&g->terminals);
    if (exchange(g, "set print '-'\nprint GPVAL_TERMINALS", START_SECONDS, &g->terminals, e) == 0)
        return 0;
    child_kill(&g->child);
    return -1;
}

static int need(struct gnuplot *g, struct error *e)
{
    return child_alive(&g->child) ? 0 : start(g, e);
}

int gnuplot_run(struct gnuplot *g, const char *commands, const struct text *data, double seconds,
                struct text *picture, struct error *e)
{
    if (need(g, e) != 0 || child_put(&g->child, data->s, data->length, e) != 0)
        return -1;
    drain(g);
    return exchange(g, commands, seconds, picture, e);
}

int gnuplot_has_terminal(struct gnuplot *g, const char *name, bool *has, struct error *e)
{
    size_t n = strlen(name);

    if (need(g, e) != 0)
        return -1;
    *has = false;
    for (const char *s = g->terminals.s; (s = strstr(s, name)); s += n)
        if (s > g->terminals.s && s[-1] == ' ' && (s[n] == ' ' || s[n] == '\0'))
            *has = true;
    return 0;
}
