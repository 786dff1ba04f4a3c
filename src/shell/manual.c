/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell/manual.h"

#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "em/model.h"
#include "plot/picture.h"
#include "shell/arguments.h"
#include "shell/command.h"
#include "shell/session.h"
#include "shell/show.h"
#include "shell/topics.h"

/* ---- roff ------------------------------------------------------------------------------- */

/* Characters of which roff makes others. */
static const char *name_of(int32_t c)
{
    switch (c) {
    case '\\':
        return "\\e";
    case '-':
        return "\\-";
    case '\'':
        return "\\(aq";
    case '`':
        return "\\(ga";
    case '^':
        return "\\(ha";
    case '~':
        return "\\(ti";
    default:
        return NULL;
    }
}

static void add_bytes(struct text *out, const char *s, size_t n)
{
    for (size_t at = 0; at < n;) {
        int32_t c;
        bool starts_line = out->length > 0 && out->s[out->length - 1] == '\n';
        at += utf8_next(s + at, n - at, &c);
        if (starts_line && c == '.') /* is no request */
            text_add(out, "\\&");
        if (name_of(c))
            text_add(out, name_of(c));
        else if (c < 128)
            text_addf(out, "%c", (char)c);
        else
            text_addf(out, "\\[u%04X]", (unsigned)c);
    }
}

static void add_text(struct text *out, const char *s)
{
    add_bytes(out, s, strlen(s));
}

static void add_line(struct text *out, const char *s)
{
    add_text(out, s);
    text_add(out, "\n");
}

static void section(struct text *out, const char *name)
{
    text_addf(out, ".SH %s\n", name);
}

/* A term in bold, what follows indented under it. */
static void item(struct text *out, const char *term, const char *what)
{
    text_add(out, ".TP\n\\fB");
    add_text(out, term);
    text_add(out, "\\fR\n");
    add_line(out, what);
}

/* Prose is filled; lines that begin with a blank stay as they are, a little to the left. */
static void pages(struct text *out, const char *s)
{
    bool filled = true;

    text_add(out, ".PP\n");
    while (*s) {
        size_t n = strcspn(s, "\n");
        bool fill = *s != ' ' && (n > 0 || filled);
        if (fill != filled)
            text_add(out, fill ? ".in +5n\n.fi\n" : ".nf\n.in -5n\n");
        filled = fill;
        if (n == 0 && filled)
            text_add(out, ".PP");
        add_bytes(out, s, n);
        text_add(out, "\n");
        s += n + (s[n] == '\n');
    }
    if (!filled)
        text_add(out, ".in +5n\n.fi\n");
}

/* ---- the tables ------------------------------------------------------------------------- */

static void add_options(struct text *out, const struct option_spec *o)
{
    struct text name = TEXT_INIT;

    if (!o || !o->name)
        return;
    text_add(out, ".RS\n");
    for (; o->name; o++) {
        text_reset(&name);
        text_addf(&name, "%s=%s", o->name, o->values ? o->values : "…");
        item(out, name.s, o->help ? o->help : "");
    }
    text_add(out, ".RE\n");
    text_clear(&name);
}

static void add_program_options(struct text *out)
{
    struct text name = TEXT_INIT;

    for (const struct program_option *o = program_options; o->code; o++) {
        text_reset(&name);
        program_option_spell(o, &name);
        item(out, name.s, o->help);
    }
    text_clear(&name);
}

static void add_command(struct text *out, const struct command *c)
{
    item(out, c->usage, c->summary);
    if (c->alias) {
        text_add(out, "(also: ");
        add_text(out, c->alias);
        text_add(out, ")\n");
    }
    if (c->details) {
        text_add(out, ".RS\n");
        pages(out, c->details);
        text_add(out, ".RE\n");
    }
    add_options(out, c->options);
}

static void add_commands(struct text *out)
{
    for (const char *const *group = command_groups; *group; group++) {
        text_addf(out, ".SS %s\n", *group);
        for (const struct command *const *c = commands; *c; c++)
            if (strcmp((*c)->group, *group) == 0)
                add_command(out, *c);
    }
}

static void add_subjects(struct text *out)
{
    for (const struct subject *const *k = show_subjects; *k; k++) {
        item(out, (*k)->name, (*k)->summary);
        add_options(out, (*k)->options);
    }
}

static void add_pictures(struct text *out)
{
    for (const struct picture *const *p = pictures; *p; p++) {
        struct text name = TEXT_INIT;
        picture_usage(*p, &name);
        item(out, name.s, (*p)->summary);
        text_clear(&name);
        add_options(out, (*p)->options);
    }
}

static void add_starts(struct text *out, const struct model_class *m)
{
    text_add(out, ".RS\n");
    for (const struct init_method *i = m->inits; i && i->name; i++) {
        struct text name = TEXT_INIT;
        text_addf(&name, "init %s", i->name);
        item(out, name.s, i->help);
        text_clear(&name);
    }
    text_add(out, ".RE\n");
}

static void add_models(struct text *out)
{
    for (const struct model_class *const *m = model_classes; *m; m++) {
        struct error unused;
        struct option_spec *options = model_option_table(*m, &unused);
        item(out, (*m)->name, (*m)->summary);
        if ((*m)->source) {
            text_add(out, ".br\n");
            add_line(out, (*m)->source);
        }
        add_options(out, options);
        add_starts(out, *m);
        mem_free(options);
    }
}

static void add_settings(struct text *out)
{
    for (const struct setting *row = settings_table; row->name; row++) {
        struct text what = TEXT_INIT;
        text_addf(&what, "%s: %s", row->help, row->values);
        if (row->otherwise[0])
            text_addf(&what, " (%s)", row->otherwise);
        item(out, row->name, what.s);
        text_clear(&what);
    }
}

/* The topics that are text, each a section under its name in capitals. */
static void add_topics(struct text *out)
{
    for (const struct topic *t = topics; t->name; t++) {
        if (!t->text)
            continue;
        text_add(out, ".SH \"");
        for (const char *c = t->name; *c; c++)
            text_addf(out, "%c", *c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
        text_add(out, "\"\n");
        pages(out, t->text);
    }
}

/* ---- the page --------------------------------------------------------------------------- */

static const char beginning[] =
    ".TH EMSTEP 1 \"\" \"emstep " EMSTEP_VERSION "\" \"User Commands\"\n"
    ".nh\n"
    ".ad l\n"
    ".SH NAME\n"
    "emstep \\- an interactive laboratory for the EM algorithm\n"
    ".SH SYNOPSIS\n"
    ".B emstep\n"
    "[\\fIOPTION\\fR]... [\\fIFILE.em\\fR]... [\\fB\\-\\fR]\n"
    ".br\n"
    ".B emstep\n"
    "[\\fIOPTION\\fR]... \\fBlesson\\fR [\\fILESSON\\fR]\n"
    ".br\n"
    ".B emstep\n"
    "[\\fIOPTION\\fR]... \\fBreplay\\fR|\\fBverify\\fR \\fILESSON\\fR|\\fIFILE\\fR...\n"
    ".SH DESCRIPTION\n"
    "Loads data, takes the E-step and the M-step one at a time, shows every term of the\n"
    "theory with its numbers, and draws the lower bound touching the log-likelihood.\n"
    ".PP\n"
    "With no \\fIFILE\\fR and no \\fB\\-c\\fR: an interactive session on a terminal, else the\n"
    "commands of the standard input, which \\fB\\-\\fR names too.\n"
    ".PP\n"
    "\\fBlesson\\fR takes a lesson, \\fBreplay\\fR plays lessons and scripts before an audience\n"
    "(help replay), \\fBverify\\fR proves that all in them still holds.\n";

static const char ending[] =
    ".SH COPYRIGHT\n"
    "GNU General Public License, version 3 or later. There is no warranty.\n"
    ".SH \"SEE ALSO\"\n"
    ".BR gnuplot (1),\n"
    ".BR readline (3)\n";

void manual_write(const struct session *s, struct text *out)
{
    (void)s;
    text_add(out, beginning);
    section(out, "OPTIONS");
    add_program_options(out);
    section(out, "COMMANDS");
    add_commands(out);
    section(out, "SHOW");
    add_subjects(out);
    section(out, "PICTURES");
    add_pictures(out);
    section(out, "MODELS");
    add_models(out);
    section(out, "SETTINGS");
    add_settings(out);
    add_topics(out);
    text_add(out, ending);
}
