/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell/session.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/json.h"
#include "base/memory.h"
#include "shell/ascii.h"
#include "shell/command.h"
#include "shell/truth.h"
#include "shell/page.h"

enum { PROMPT_NAME = 24 };

void session_measure(struct session *s)
{
    struct winsize size;

    s->columns = 80;
    s->lines = 24;
    for (int fd = 1; fd <= 2; fd++)
        if (isatty(fd) && ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
            s->columns = size.ws_col;
            s->lines = size.ws_row;
            return;
        }
}

int session_init(struct session *s, volatile sig_atomic_t *interrupt, struct error *e)
{
    *s = (struct session){.interrupt = interrupt};
    text_init(&s->out);
    text_init(&s->echo);
    text_init(&s->answered);
    settings_init(&s->set);
    s->on_terminal = isatty(1);
    session_measure(s);
    s->expr = expr_new(interrupt, e);
    return s->expr ? 0 : -1;
}

void session_set_machine(struct session *s, struct machine *m)
{
    expr_attach(s->expr, m);
    if (s->machine != m)
        machine_free(s->machine);
    s->machine = m;
}

static void forget(struct session *s)
{
    if (s->expr)
        session_set_machine(s, NULL);
    expr_free(s->expr);
    mem_free(s->plotted);
    dataset_free(s->data);
    mem_free(s->model_words);
    truth_free(s->truth);
}

int session_restart(struct session *s, struct error *e)
{
    struct expr *fresh = expr_new(s->interrupt, e);

    if (!fresh)
        return -1;
    forget(s);
    s->expr = fresh;
    s->plotted = s->model_words = NULL;
    s->data = NULL;
    s->truth = NULL;
    s->timer = false;
    settings_init(&s->set);
    return 0;
}

void session_clear(struct session *s)
{
    forget(s);
    plotter_free(s->plotter);
    json_decref(s->reply);
    json_decref(s->notes);
    text_clear(&s->out);
    text_clear(&s->echo);
    files_clear(&s->files);
    transcript_clear(&s->transcript);
    text_clear(&s->answered);
    if (s->record.on)
        close(s->record.fd);
    if (s->log.on)
        close(s->log.fd);
    *s = (struct session){0};
}

size_t session_width(const struct session *s)
{
    return s->set.columns ? s->set.columns : (size_t)s->columns;
}

json_t *session_reply(struct session *s, const char *command)
{
    if (!s->json)
        return NULL;
    if (!s->reply) {
        s->reply = json_object();
        if (!command)
            command = s->running ? s->running->name : "";
        json_object_set_new(s->reply, "command", json_string(command));
    }
    return s->reply;
}

void session_note(struct session *s, const char *format, ...)
{
    struct text t = TEXT_INIT;
    va_list ap;

    if (s->quiet)
        return;
    va_start(ap, format);
    text_vaddf(&t, format, ap);
    va_end(ap);
    if (s->json) {
        if (!s->notes)
            s->notes = json_array();
        json_array_append_new(s->notes, json_string(t.s));
    } else {
        struct page page = page_of(s);
        page_words(&page, t.s, 0, 5);
    }
    text_clear(&t);
}

/* ---- output ---- */

static void output_failed(struct session *s)
{
    if (s->output_failed)
        return;
    s->output_failed = true;
    s->quit = true;
    if (errno == EPIPE || errno == EINTR) /* the reader has seen enough: no error of ours */
        return;
    fprintf(stderr, "emstep: cannot write the output: %s\n", strerror(errno));
    s->status = 1;
}

static bool must_end(const struct session *s)
{
    return s->interrupt && (*s->interrupt == SIGTERM || *s->interrupt == SIGHUP);
}

/* A signal in the middle of it (^C at a terminal that is slow or stopped by ^S) loses nothing and
 * is no error; one that ends the program ends it.  False: see errno. */
static bool put(const struct session *s, int fd, const char *text)
{
    size_t n = strlen(text);

    while (n > 0) {
        ssize_t k = write(fd, text, n);

        if (k < 0 && (errno != EINTR || must_end(s)))
            return false;
        if (k > 0) {
            text += k;
            n -= (size_t)k;
        }
    }
    return true;
}

static bool put_out(const struct session *s, const char *text)
{
    return (fflush(stdout) != EOF || errno == EINTR) && put(s, STDOUT_FILENO, text);
}

void session_write_along(struct session *s, struct growing *file, const char *what,
                         const char *text)
{
    if (!file->on || put(s, file->fd, text))
        return;
    fprintf(stderr, "emstep: %s: the file cannot be written and is not whole: %s; %s is off now\n",
            what, strerror(errno), what);
    close(file->fd);
    file->on = false;
    if (s->status == 0)
        s->status = 1;
}

void session_keep(struct session *s, const char *text)
{
    session_write_along(s, &s->log, "log", text);
    if (s->witness)
        s->witness->sees(s->witness->context, text);
}

void session_print(struct session *s, const char *text)
{
    errno = 0;
    if (!s->output_failed && !put_out(s, text))
        output_failed(s);
    session_keep(s, text);
}

static void write_out(struct session *s, const char *text)
{
    if (s->capture) {
        if (s->capture->kept)
            transcript_output(&s->transcript, text);
        s->capture->printed += strlen(text);
        if (s->capture->out && s->capture->printed <= CAPTURE_BYTES)
            text_add(s->capture->out, text);
        return;
    }
    transcript_output(&s->transcript, text);
    if (s->pager)
        s->pager->show(s->pager->context, text);
    else
        session_print(s, text);
}

static void flush_json(struct session *s)
{
    if (s->out.length && session_reply(s, NULL))
        json_object_set_new(s->reply, "text", json_string(s->out.s));
    if (s->notes && session_reply(s, NULL))
        json_object_set(s->reply, "notes", s->notes);
    if (s->reply) {
        struct text line = TEXT_INIT;
        json_add_line(&line, s->reply,
                      JSON_REAL_PRECISION(17) | (s->ascii ? JSON_ENSURE_ASCII : 0));
        if (!line.failed && !session_ran_short(s)) /* a program is told all or nothing */
            write_out(s, line.s);
        text_clear(&line);
    }
    json_decref(s->reply);
    json_decref(s->notes);
    s->reply = s->notes = NULL;
}

static void flush_text(struct session *s)
{
    struct text spelt = TEXT_INIT, out = s->out;

    if (out.length == 0)
        return;
    text_init(&s->out); /* a pager may ask, and say something, before it has shown all */
    if (s->ascii)
        ascii_add(&spelt, out.s);
    write_out(s, s->ascii ? spelt.s : out.s);
    text_clear(&spelt);
    text_clear(&s->out);
    s->out = out;
}

void session_flush(struct session *s)
{
    if (s->json)
        flush_json(s);
    else
        flush_text(s);
    text_reset(&s->out);
}

void session_show_drawing(struct session *s, const struct text *drawing)
{
    if (!s->json)
        session_flush(s);
    text_add_bytes(&s->out, drawing->s, drawing->length);
    if (s->json)
        return;
    s->transcript.held = true;
    session_flush(s);
    s->transcript.held = false;
}

int session_interrupted(struct session *s, struct error *e)
{
    s->stopped = true;
    if (s->prompting)
        return 0;
    session_flush(s);
    error_set(e, "interrupted");
    e->kind = ERROR_INTERRUPTED;
    return -1;
}

bool session_ran_short(const struct session *s)
{
    return mem_failures() != s->failures;
}

/* ---- the prompt ---- */

void session_prompt(const struct session *s, struct text *out)
{
    const struct state *here = s->machine ? machine_here(s->machine) : NULL;

    if (s->lesson) {
        text_add_shown(out, s->lesson, PROMPT_NAME);
        text_add(out, s->machine || s->data ? " " : "> ");
    }
    if (s->machine) {
        text_add_shown(out, s->machine->model->name, PROMPT_NAME);
        text_addf(out, " %s> ", here ? here->label : "θ?");
    } else if (s->data) {
        text_add_shown(out, s->data->name, PROMPT_NAME);
        text_add(out, "> ");
    } else if (!s->lesson) {
        text_add(out, "emstep> ");
    }
}
