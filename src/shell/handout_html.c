/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A transcript as one HTML file: no scripts, nothing to fetch, fit to be printed. */
#include "shell/handout.h"

#include <stdint.h>
#include <string.h>

/* Commands are bold behind a bar, errors boxed and named: no meaning is in a colour alone. */
static const char style[] =
    "html { color: #111; background: #fff; font: 17px/1.5 Georgia, 'DejaVu Serif', serif; }\n"
    "body { max-width: 46rem; margin: 2.5rem auto 4rem; padding: 0 1rem; }\n"
    "h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .3rem; }\n"
    "header { border-bottom: 1px solid #999; padding-bottom: .8rem; margin-bottom: 1.5rem; }\n"
    "header p { margin: 0; color: #444; }\n"
    "pre { font: 13.5px/1.4 'DejaVu Sans Mono', Menlo, Consolas, monospace; margin: 0;\n"
    "      overflow-x: auto; tab-size: 8; }\n"
    ".command { border-left: .3rem solid #0072b2; background: #f1f4f7; padding: .3rem .7rem;\n"
    "           margin-top: 1.1rem; white-space: pre-wrap; }\n"
    ".command .prompt { color: #555; }\n"
    ".output { padding: .4rem .7rem 0 1rem; }\n"
    ".error { border: 1px solid #a33; border-left-width: .3rem; margin: .5rem 0 0;\n"
    "         padding: .3rem .7rem; white-space: pre-wrap; }\n"
    ".error b { display: block; font-family: sans-serif; font-size: .8em; color: #a33; }\n"
    "figure { margin: 1rem 0; text-align: center; }\n"
    "img { max-width: 100%; max-height: 9in; height: auto; }\n"
    "footer { margin-top: 2.5rem; font-size: .8rem; color: #555; }\n"
    "@media print {\n"
    "  @page { margin: 18mm; }\n"
    "  html { font-size: 11pt; }\n"
    "  body { max-width: none; margin: 0; padding: 0; }\n"
    "  pre { font-size: 8.8pt; white-space: pre-wrap; }\n"
    "  .command { break-after: avoid; -webkit-print-color-adjust: exact;\n"
    "             print-color-adjust: exact; }\n"
    "  figure, .error { break-inside: avoid; }\n"
    "  figure img { max-height: 95mm; }\n"
    "}\n";

static void add_escaped(struct text *out, const char *s)
{
    for (; *s; s++) {
        size_t n = strcspn(s, "&<>\"'");
        text_add_bytes(out, s, n);
        s += n;
        if (!*s)
            return;
        text_addf(out, "&#%d;", *s);
    }
}

/* Lines, as text. */
static void add_plain(struct text *out, const char *s)
{
    struct text plain = TEXT_INIT;

    handout_plain(s, &plain);
    add_escaped(out, plain.s);
    out->failed |= plain.failed;
    text_clear(&plain);
}

static void add_shown(struct text *out, const char *s)
{
    struct text shown = TEXT_INIT;

    text_add_shown(&shown, s, SIZE_MAX);
    add_escaped(out, shown.s);
    out->failed |= shown.failed;
    text_clear(&shown);
}

/* RFC 4648 */
static void add_base64(struct text *out, const char *bytes, size_t n)
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t i = 0; i < n; i += 3) {
        unsigned v = 0;
        char four[4] = {'=', '=', '=', '='};
        for (size_t k = 0; k < 3; k++)
            v = v << 8 | (i + k < n ? (unsigned char)bytes[i + k] : 0);
        for (size_t k = 0; k < 4 && i + k <= n; k++)
            four[k] = digit[v >> (18 - 6 * k) & 63];
        text_add_bytes(out, four, 4);
    }
}

/* As an image: scripts in it never run, and its names do not mix with those of others. */
static void add_picture(struct text *out, const struct transcript_entry *en, const struct text *svg)
{
    struct text caption = TEXT_INIT;

    handout_caption(en, &caption);
    text_add(out, "<figure><img alt=\"");
    add_escaped(out, caption.s);
    text_add(out, "\" src=\"data:image/svg+xml;base64,");
    add_base64(out, svg->s, svg->length);
    text_add(out, "\"></figure>\n");
    out->failed |= caption.failed;
    text_clear(&caption);
}

/* A <pre> loses the line break that it begins with. */
static void add_pre(struct text *out, const char *what, const char *head,
                    const struct transcript_entry *en)
{
    text_addf(out, "<pre class=\"%s\">%s", what, head[0] ? head : "\n");
    add_plain(out, en->text.s);
    text_add(out, en->cut ? "\n…</pre>\n" : "</pre>\n");
}

static void add_command(struct text *out, const struct transcript_entry *en)
{
    text_add(out, "<pre class=\"command\"><span class=\"prompt\">");
    add_plain(out, en->prompt.s);
    text_add(out, "</span><b>");
    add_plain(out, en->text.s);
    text_add(out, "</b></pre>\n");
}

/* Comment lines; an empty one ends a paragraph. */
static void add_prose(struct text *out, const char *s)
{
    bool open = false;

    while (*s) {
        size_t n = strcspn(s, "\n"), blank = strspn(s, " \t\r");
        struct text line = TEXT_INIT;
        text_add_bytes(&line, s, n);
        if (blank < n) {
            text_add(out, open ? "\n" : "<p>");
            add_plain(out, line.s + blank);
        }
        if (blank >= n && open)
            text_add(out, "</p>\n");
        open = blank < n;
        text_clear(&line);
        s += n + (s[n] == '\n');
    }
    text_add(out, open ? "</p>\n" : "");
}

static void add_head(const struct handout *h, struct text *out)
{
    struct text missing = TEXT_INIT;

    text_add(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                  "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                  "<meta name=\"generator\" content=\"emstep " EMSTEP_VERSION "\">\n"
                  "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                  "img-src data:; style-src 'unsafe-inline'\">\n<title>");
    add_shown(out, h->title);
    text_addf(out, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<header>\n<h1>", style);
    add_shown(out, h->title);
    text_add(out, "</h1>\n");
    if (h->date) {
        text_add(out, "<p>");
        add_shown(out, h->date);
        text_add(out, "</p>\n");
    }
    text_add(out, "</header>\n");
    handout_missing(h, &missing);
    if (missing.length)
        text_addf(out, "<p>%s</p>\n", missing.s);
    text_clear(&missing);
}

void handout_html(const struct handout *h, struct text *out)
{
    size_t picture = 0;

    add_head(h, out);
    for (size_t i = 0; i < h->n; i++) {
        const struct transcript_entry *en = &h->entry[i];
        switch (en->kind) {
        case ENTRY_COMMAND:
            add_command(out, en);
            break;
        case ENTRY_COMMENT:
            add_prose(out, en->text.s);
            break;
        case ENTRY_OUTPUT:
            add_pre(out, "output", "", en);
            break;
        case ENTRY_ERROR:
            add_pre(out, "error", "<b>Error</b>", en);
            break;
        case ENTRY_PICTURE:
            add_picture(out, en, &h->picture[picture++]);
            break;
        }
    }
    text_add(out, "<footer>Made with emstep " EMSTEP_VERSION "</footer>\n</body>\n</html>\n");
}
