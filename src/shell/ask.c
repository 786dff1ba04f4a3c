/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell/ask.h"

#include <ctype.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "shell/ascii.h"
#include "shell/line.h"

/* ---- where answers come from ------------------------------------------------------------- */

void ask_from(struct session *s, struct ask_source *src)
{
    src->outer = s->answers;
    s->answers = src;
}

void ask_done(struct session *s)
{
    s->answers = s->answers->outer;
}

bool ask_take_text(void *context, struct text *line)
{
    struct ask_text *rest = context;
    if (*rest->at >= rest->length)
        return false;
    const char *from = rest->text + *rest->at;
    size_t left = rest->length - *rest->at;
    const char *end = memchr(from, '\n', left);
    size_t n = end ? (size_t)(end - from) : left;
    text_add_bytes(line, from, n);
    *rest->at += n + (end != NULL);
    return true;
}

/* False: nobody had one.  *ended: and nobody else is to be asked. */
static bool take_given(const struct session *s, struct text *line, bool *ended)
{
    for (const struct ask_source *src = s->answers; src; src = src->outer) {
        if (src->take(src->context, line))
            return true;
        if (src->alone) {
            *ended = true;
            return false;
        }
    }
    return false;
}

bool ask_is_typed(const struct session *s)
{
    for (const struct ask_source *src = s->answers; src; src = src->outer) {
        const struct ask_text *rest = src->context;
        if (src->take != ask_take_text || *rest->at < rest->length)
            return false;
    }
    return isatty(0) && s->on_terminal;
}

/* ---- the line ---------------------------------------------------------------------------- */

/* Without the comment and the blanks around it. */
static char *cleaned(const char *s)
{
    while (isspace((unsigned char)*s))
        s++;
    size_t n = 0;
    while (s[n] && !(s[n] == '#' && (n == 0 || isspace((unsigned char)s[n - 1]))))
        n++;
    while (n && isspace((unsigned char)s[n - 1]))
        n--;
    return mem_copy_bytes(s, n);
}

static void add_prompt(const struct session *s, const char *prompt, struct text *out)
{
    if (s->ascii)
        ascii_add(out, prompt);
    else
        text_add(out, prompt);
}

/* What was answered, into the transcript and the recording. */
static void keep(struct session *s, const char *prompt, const char *answer)
{
    struct text line = TEXT_INIT;

    text_addf(&line, "%s%s\n", prompt, answer);
    if (!s->capture) {
        session_keep(s, line.s);
        transcript_output(&s->transcript, line.s);
    }
    text_clear(&line);
    if (s->record.on)
        text_addf(&s->answered, "%s\n", answer);
}

/* An answer that nobody types now is shown as if it were typed. */
static void show_given(struct session *s, const char *prompt, const char *answer)
{
    if (s->json)
        return;
    struct text shown = TEXT_INIT;
    add_prompt(s, prompt, &shown);
    char *line = cleaned(answer);
    text_add_shown(&shown, line ? line : "", session_width(s));
    if (s->capture) {
        text_addf(&s->out, "%s\n", shown.s);
        session_flush(s);
    } else {
        printf("%s\n", shown.s);
        fflush(stdout); /* before an error, which goes another way */
    }
    mem_free(line);
    text_clear(&shown);
}

/* The raw line, wherever it comes from. */
static enum ask_answer next_line(struct session *s, const char *prompt, const char *const *words,
                                 char **raw)
{
    struct text given = TEXT_INIT;
    bool ended = false;
    *raw = NULL;
    if (*s->interrupt)
        return ASK_INTERRUPTED;
    if (take_given(s, &given, &ended)) {
        show_given(s, prompt, given.s);
        *raw = text_take(&given);
        return *raw ? ASK_TEXT : ASK_INTERRUPTED;
    }
    text_clear(&given);
    if (ended)
        return ASK_END;
    bool bold = !words && s->colour && line_is_open(); /* as at the live prompt */
    text_add(&given, bold ? "\001\033[1m\002" : "");
    add_prompt(s, prompt, &given);
    text_add(&given, bold ? "\001\033[0m\002" : "");
    line_words(words);
    enum line_answer answer = line_read(s, given.s, raw);
    line_words(NULL);
    if (s->pager)
        s->pager->asked(s->pager->context);
    if (answer == LINE_TEXT && !isatty(0))
        show_given(s, prompt, *raw);
    text_clear(&given);
    return answer == LINE_TEXT ? ASK_TEXT : answer == LINE_END ? ASK_END : ASK_INTERRUPTED;
}

enum ask_answer ask_line(struct session *s, const char *prompt, const char *const *words,
                         char **line)
{
    static const char *const none[] = {NULL};
    char *raw;

    *line = NULL;
    session_flush(s);
    enum ask_answer answer = next_line(s, prompt, words ? words : none, &raw);
    if (answer == ASK_TEXT && !(*line = cleaned(raw)))
        answer = ASK_INTERRUPTED;
    mem_free(raw);
    if (*line && strcmp(*line, "bye") == 0) {
        mem_free(*line);
        *line = NULL;
        answer = ASK_END;
    }
    keep(s, prompt, *line ? *line : "bye");
    return answer;
}

enum ask_answer ask_statement(struct session *s, const char *prompt, char **line)
{
    session_flush(s);
    return next_line(s, prompt, NULL, line);
}

/* ---- numbers ----------------------------------------------------------------------------- */

/* "0,5": a number to many, two values to us. */
static bool decimal_comma(const char *s)
{
    s += *s == '-' || *s == '+';
    size_t whole = strspn(s, "0123456789");
    if (whole == 0 || s[whole] != ',')
        return false;
    size_t part = strspn(s + whole + 1, "0123456789");
    return part > 0 && s[whole + 1 + part] == '\0';
}

static int evaluate(struct session *s, const char *text, double *v, struct error *e)
{
    struct expr_value value;
    if (expr_eval(s->expr, text, (int)s->set.digits, &value, e) != 0) {
        e->at = (struct span){0};
        return -1;
    }
    bool number = value.is_number;
    *v = value.number;
    expr_value_clear(&value);
    return number ? 0 : error_set(e, "'%.80s' is no number", text);
}

int ask_number(struct session *s, const char *line, double *v, struct error *e)
{
    size_t n = strlen(line);
    double value = 0.0;
    if (decimal_comma(line)) {
        error_set(e, "'%.80s' has a comma", line);
        return error_hint(e, "the decimal sign is a point: 0.5");
    }
    bool percent = n > 1 && line[n - 1] == '%';
    char *text = mem_copy_bytes(line, percent ? n - 1 : n);
    if (!text)
        return error_no_memory(e);
    int r = evaluate(s, text, &value, e);
    mem_free(text);
    if (r != 0)
        return e->hint[0] ? -1 : error_hint(e, "a number, or how to get it: 0.2*0.3/0.5, log(2)");
    if (!isfinite(value))
        return error_set(e, "'%.80s' is not finite", line);
    *v = percent ? value / 100.0 : value;
    return 0;
}
