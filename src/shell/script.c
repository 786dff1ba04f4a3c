/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Running text: line by line, statement by statement, with errors told where they stand. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "shell/ask.h"
#include "shell/dispatch.h"
#include "shell/session.h"

enum { SCRIPT_LIMIT = 16 << 20 };

/* Where a script's text comes from, for its errors. */
struct source {
    const char *text;
    const char *origin;
    size_t line; /* number of the text's first line */
};

static int exit_status(enum error_kind kind)
{
    return kind == ERROR_INTERRUPTED ? 130 : kind == ERROR_EXPECT ? 3 : 1;
}

/* Tells the error (unless a nested script has), and decides whether the script goes on: 0 or -1. */
static int failed(struct session *s, const struct source *src, const struct error *e)
{
    s->stopped |= e->kind == ERROR_INTERRUPTED;
    if (e->kind == ERROR_INTERRUPTED && s->prompting && isatty(2))
        fputs("\n", stderr); /* the terminal has shown ^C */
    if (e->message[0])
        session_complain(s, e, src->text, src->origin, src->line);
    if (!s->prompting && (s->status == 0 || e->kind == ERROR_INTERRUPTED))
        s->status = exit_status(e->kind);
    if (s->quit || e->kind == ERROR_INTERRUPTED)
        return -1;
    return s->set.onerror == 1 ? 0 : -1;
}

static bool is_interrupted(const struct session *s)
{
    return s->interrupt && *s->interrupt;
}

static int interrupted(struct error *e)
{
    error_set(e, "interrupted");
    e->kind = ERROR_INTERRUPTED;
    return -1;
}

/* What runs unattended has its bounds. */
static bool is_too_much(const struct session *s, struct error *e)
{
    const struct capture *c = s->capture;

    if (c && c->printed > CAPTURE_BYTES)
        error_set(e, "this prints more than %d MB", CAPTURE_BYTES >> 20);
    else if (c && c->since && time(NULL) - c->since > CAPTURE_SECONDS)
        error_set(e, "this takes longer than %d seconds", CAPTURE_SECONDS);
    else
        return false;
    return true;
}

static int run_one(struct session *s, const struct statement *st, struct error *e)
{
    if (is_interrupted(s))
        return interrupted(e);
    return is_too_much(s, e) ? -1 : dispatch_run(s, st, s->prefixes, e);
}

/* Into the log and the transcript, as it stands. */
static void log_statement(struct session *s, const struct statement *st)
{
    struct text prompt = TEXT_INIT;

    if (s->depth > 0)
        return;
    session_prompt(s, &prompt);
    if (!s->capture)
        transcript_command(&s->transcript, prompt.s, st->text);
    text_addf(&prompt, "%s\n", st->text);
    session_keep(s, prompt.s);
    text_clear(&prompt);
}

/* The statements of a line that an error cut short: the history keeps them all the same. */
static void remember_rest(struct session *s, const struct statement *list, size_t n)
{
    for (size_t i = 0; i < n && s->depth == 0; i++) {
        text_add(&s->echo, "; ");
        dispatch_in_full(s, &list[i], s->prefixes, &s->echo);
    }
}

/* The statements of one line, which begins at `from` in the source. */
static int run_statements(struct session *s, const struct source *src, size_t from,
                          const struct statement *list, size_t n)
{
    for (size_t i = 0; i < n && !s->quit; i++) {
        struct error e = {0};
        log_statement(s, &list[i]);
        int bad = run_one(s, &list[i], &e);
        if (!bad)
            continue;
        e.at.offset += from + list[i].offset;
        if (failed(s, src, &e) == 0)
            continue;
        remember_rest(s, list + i + 1, n - i - 1);
        return -1;
    }
    return 0;
}

/* set echo on: a script's lines, comments too, as if they were typed at the prompt. */
static void echo_line(struct session *s, const char *line, size_t nstatement)
{
    if (!s->set.echo || s->prefixes || s->json || s->depth > 0)
        return;
    if (nstatement)
        session_prompt(s, &s->out);
    size_t n = strcspn(line, "\n");
    text_add_bytes(&s->out, line, n);
    text_add(&s->out, "\n");
    for (line += n + (line[n] == '\n'); nstatement && *line; line += n + (line[n] == '\n')) {
        n = strcspn(line, "\n");
        text_add(&s->out, "    ... ");
        text_add_bytes(&s->out, line, n);
        text_add(&s->out, "\n");
    }
    session_flush(s);
}

/* A comment on lines of its own is prose between the commands. */
static void keep_comment(struct session *s, const char *line)
{
    line += strspn(line, " \t");
    if (s->depth > 0 || s->capture || line[0] != '#' || line[1] == '!')
        return;
    line += 1 + strspn(line + 1, " \t");
    transcript_comment(&s->transcript, line, strcspn(line, "\r\n"));
}

static int run_line(struct session *s, const struct source *src, size_t from, size_t to)
{
    struct statement *list = NULL;
    size_t n = 0;
    struct error e = {0};
    char *line = mem_copy_bytes(src->text + from, to - from);
    int bad = line ? parse_script(line, &list, &n, &e) : error_no_memory(&e);

    if (!bad)
        echo_line(s, line, n);
    if (!bad && n == 0)
        keep_comment(s, line);
    mem_free(line);
    if (bad) {
        e.at.offset += from;
        return failed(s, src, &e);
    }
    int stop = run_statements(s, src, from, list, n);
    statements_free(list, n);
    return stop;
}

/* A line typed at the prompt never stops what follows it in a paste. */
static int run_lines(struct session *s, const struct source *src, struct scan *c, size_t n)
{
    for (size_t from = 0; from < n && !s->quit; from = c->at) {
        scan_line(c, src->text, n);
        int stop = run_line(s, src, from, c->at);
        scan_restart(c);
        if (stop && (!s->prefixes || is_interrupted(s)))
            return -1;
    }
    return 0;
}

static int run_source(struct session *s, const struct source *src)
{
    struct scan c;
    size_t n = strlen(src->text);
    struct ask_text rest = {src->text, n, &c.at};
    struct ask_source source = {.take = ask_take_text, .context = &rest};

    scan_init(&c);
    ask_from(s, &source);
    int stop = run_lines(s, src, &c, n);
    ask_done(s);
    return stop;
}

int session_run_text(struct session *s, const char *text, const char *origin, size_t line)
{
    struct source src = {text, origin, line};
    bool before = s->prefixes;

    s->prefixes = origin[0] == '\0';
    int stop = run_source(s, &src);
    s->prefixes = before;
    return stop;
}

/* ---- files ---- */

/* Text as scripts must be: without NUL bytes, a byte-order mark passed over. */
static int check_text(const char *bytes, size_t n, const char *path, struct error *e)
{
    const char *nul = memchr(bytes, '\0', n);
    size_t line = 1;

    if (!nul)
        return 0;
    for (const char *p = bytes; p < nul; p++)
        line += *p == '\n';
    return error_set(e, "'%s' is not a text file: a NUL byte in line %zu", path, line);
}

static size_t mark_length(const char *s)
{
    return strncmp(s, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

static int told_already(struct error *e)
{
    error_clear(e);
    return -1;
}

static int run_named(struct session *s, const char *path, struct error *e)
{
    struct text text = TEXT_INIT;
    int bad = file_read(path, SCRIPT_LIMIT, &text, e) != 0 ||
              check_text(text.s, text.length, path, e) != 0;

    if (!bad && session_run_text(s, text.s + mark_length(text.s), path, 1) != 0)
        bad = told_already(e) != 0;
    text_clear(&text);
    return bad ? -1 : 0;
}

/* Standard input is run as its lines arrive, so that a program can talk with emstep over pipes. */
struct stream {
    FILE *in;
    const char *origin;
    struct text text;    /* lines that are not a whole command yet */
    size_t first, lines; /* number of its first line; lines read since, answers too */
};

/* One line as it stands; false at the end.  Answers come this way, too. */
static bool take_line(void *context, struct text *line)
{
    struct stream *from = context;
    char *read = NULL;
    size_t room = 0;
    ssize_t n = getline(&read, &room, from->in);

    if (n >= 0) {
        size_t skip = from->first + from->lines == 1 ? mark_length(read) : 0;
        text_add_bytes(line, read + skip, (size_t)n - skip);
        from->lines++;
    }
    free(read);
    return n >= 0;
}

static int check_stream(const struct stream *from, size_t before, struct error *e)
{
    if (from->text.failed)
        return error_no_memory(e);
    if (from->text.length > SCRIPT_LIMIT)
        return error_set(e, "%s: a command is too long", from->origin);
    return check_text(from->text.s + before, from->text.length - before, from->origin, e);
}

static int run_part(struct session *s, struct stream *from, struct error *e)
{
    int bad = session_run_text(s, from->text.s, from->origin, from->first);
    from->first += from->lines;
    from->lines = 0;
    text_reset(&from->text);
    return bad ? told_already(e) : 0;
}

static int run_stream(struct session *s, FILE *in, const char *origin, struct error *e)
{
    struct stream from = {.in = in, .origin = origin, .text = TEXT_INIT, .first = 1};
    struct ask_source source = {.take = take_line, .context = &from};
    struct scan c;
    size_t before;
    int bad = 0;

    scan_init(&c);
    ask_from(s, &source);
    while (!bad && !s->quit && (before = from.text.length, take_line(&from, &from.text))) {
        bad = check_stream(&from, before, e);
        if (bad || !scan_line(&c, from.text.s, from.text.length))
            continue;
        bad = run_part(s, &from, e);
        scan_init(&c);
    }
    if (!bad && !s->quit && from.text.length)
        bad = run_part(s, &from, e);
    ask_done(s);
    text_clear(&from.text);
    return bad;
}

int session_run_file(struct session *s, const char *path, struct error *e)
{
    if (s->depth == SESSION_DEPTH)
        return error_set(e, "scripts and repeats are nested deeper than %d", SESSION_DEPTH);
    return strcmp(path, "-") == 0 ? run_stream(s, stdin, "stdin", e) : run_named(s, path, e);
}

int session_run_body(struct session *s, const struct statement *body, size_t n, struct error *e)
{
    if (s->depth == SESSION_DEPTH)
        return error_set(e, "scripts and repeats are nested deeper than %d", SESSION_DEPTH);
    s->depth++;
    int bad = 0;
    for (size_t i = 0; i < n && !bad && !s->quit; i++) {
        bad = run_one(s, &body[i], e);
        if (bad)
            e->at.offset += body[i].offset;
    }
    s->depth--;
    return bad;
}
