/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE
#include "drawn.h"

#include <glob.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "plot/render.h"
#include "plot/view.h"

static char folder[300];

void drawn_enter(void)
{
    const char *under = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/drawn-XXXXXX", under ? under : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
}

static void run(const char *command)
{
    ck_assert_msg(system(command) == 0, "failed: %s", command);
}

void drawn_leave(void)
{
    char command[320];
    ck_assert_int_eq(chdir("/"), 0);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    run(command);
}

static struct text read_all(const char *path)
{
    struct text t = TEXT_INIT;
    struct error e = {0};
    ck_assert_msg(file_read(path, (size_t)1 << 28, &t, &e) == 0, "%s", e.message);
    return t;
}

/* ---- the .csv ---------------------------------------------------------------------------- */

/* The next field of a record into `out`; *s goes past it and its comma or line end. */
static void next_field(const char **s, struct text *out)
{
    bool quoted = **s == '"';
    text_reset(out);
    text_add(out, "");
    for (*s += quoted; **s; ++*s) {
        if (quoted && **s == '"' && (*s)[1] == '"')
            ++*s;
        else if (quoted ? **s == '"' : **s == ',' || **s == '\n')
            break;
        text_add_bytes(out, *s, 1);
    }
    *s += quoted;
    ck_assert_msg(**s == ',' || **s == '\n', "after a field: %.20s", *s);
    ++*s;
}

static void expect_number(const char **s, double v, const char *what)
{
    struct text field = TEXT_INIT;
    char *end;
    next_field(s, &field);
    double read = strtod(field.s, &end);
    ck_assert_msg(end > field.s && !*end, "%s: '%s' is no number", what, field.s);
    same(read, v, what);
    text_clear(&field);
}

static void expect_words(const char **s, const char *words, const char *what)
{
    struct text field = TEXT_INIT;
    next_field(s, &field);
    ck_assert_msg(strcmp(field.s, words) == 0, "%s: '%s' is not '%s'", what, field.s, words);
    text_clear(&field);
}

static bool header_has(const char *csv, const char *name)
{
    struct text field = TEXT_INIT;
    const char *end = strchr(csv, '\n');
    bool found = false;
    while (csv <= end && !found) {
        next_field(&csv, &field);
        found = strcmp(field.s, name) == 0;
    }
    text_clear(&field);
    return found;
}

static void expect_wide(const struct figure *f, const char *s, const char *what)
{
    const struct series *first = NULL;
    s = strchr(s, '\n') + 1;
    for (size_t k = 0; k < f->nseries && !first; k++)
        first = f->series[k]->style == STYLE_TEXT ? NULL : f->series[k];
    for (size_t i = 0; i < first->n; i++) {
        expect_number(&s, first->x[i], what);
        for (size_t k = 0; k < f->nseries; k++)
            if (f->series[k]->style != STYLE_TEXT)
                expect_number(&s, f->series[k]->y[i], what);
    }
    ck_assert_msg(!*s, "%s: more rows than numbers: %.40s", what, s);
}

static void expect_or_empty(const char **s, const double *v, size_t i, const char *what)
{
    if (v)
        expect_number(s, v[i], what);
    else
        expect_words(s, "", what);
}

static void expect_long(const struct figure *f, const char *s, const char *what)
{
    bool panel = header_has(s, "panel"), x2 = header_has(s, "x2"), y2 = header_has(s, "y2");
    bool words = header_has(s, "text");
    struct text skipped = TEXT_INIT;
    ck_assert_msg(panel == (f->next != NULL), "%s: column panel", what);
    s = strchr(s, '\n') + 1;
    for (; f; f = f->next)
        for (size_t k = 0; k < f->nseries; k++) {
            const struct series *r = f->series[k];
            for (size_t i = 0; i < r->n; i++) {
                if (panel)
                    next_field(&s, &skipped);
                if (r->name)
                    expect_words(&s, r->name, what);
                else
                    next_field(&s, &skipped);
                expect_number(&s, r->x[i], what);
                expect_number(&s, r->y[i], what);
                ck_assert((x2 || !r->x2) && (y2 || !r->y2) && (words || !r->text));
                if (x2)
                    expect_or_empty(&s, r->x2, i, what);
                if (y2)
                    expect_or_empty(&s, r->y2, i, what);
                if (words)
                    expect_words(&s, r->text && r->text[i] ? r->text[i] : "", what);
            }
        }
    ck_assert_msg(!*s, "%s: more rows than numbers: %.40s", what, s);
    text_clear(&skipped);
}

void drawn_csv(const struct figure *f, const char *what)
{
    struct text csv = TEXT_INIT;
    figure_to_csv(&f, 1, &csv);
    ck_assert(!csv.failed);
    if (header_has(csv.s, "series"))
        expect_long(f, csv.s, what);
    else
        expect_wide(f, csv.s, what);
    text_clear(&csv);
}

/* ---- the .gp ----------------------------------------------------------------------------- */

enum { SERIES = 400, PANELS = 40 };

/* What a script plots: its windows, and which clause of which plot each table is. */
struct script_read {
    struct window {
        double xlow, xhigh, ylow, yhigh;
    } window[PANELS];
    size_t npanel;
    struct clause {
        const char *table;    /* its first row */
        size_t panel, number; /* from 0, from 1 */
    } clause[SERIES];         /* by table number, from 1 */
    bool many;
};

static void read_clause(struct script_read *r, const char *line, size_t number)
{
    char *end;
    if (*line != '$')
        return;
    size_t table = strtoul(line + strlen("$table"), &end, 10);
    ck_assert_msg(table >= 1 && table < SERIES && r->clause[table].table, "%.40s", line);
    r->clause[table].panel = r->npanel - 1;
    r->clause[table].number = number;
}

static void read_script(char *gp, struct script_read *r)
{
    size_t number = 0;
    *r = (struct script_read){.many = strstr(gp, "\nset multiplot\n") != NULL};
    for (char *line = gp; line; line = strchr(line, '\n')) {
        struct window *w = &r->window[r->npanel];
        line += *line == '\n';
        sscanf(line, "set xrange [%lf:%lf]", &w->xlow, &w->xhigh);
        sscanf(line, "set yrange [%lf:%lf]", &w->ylow, &w->yhigh);
        if (strncmp(line, "$table", 6) == 0 && strstr(line, " << END\n") == strpbrk(line, " ")) {
            size_t table = strtoul(line + 6, NULL, 10);
            ck_assert_uint_lt(table, SERIES);
            r->clause[table].table = strchr(line, '\n') + 1;
            line = strstr(line, "\nEND\n") + 1;
        }
        if (strncmp(line, "plot ", 5) == 0) {
            ck_assert_uint_lt(++r->npanel, PANELS);
            read_clause(r, line + 5, number = 1);
        } else if (strncmp(line, "     ", 5) == 0) {
            read_clause(r, line + 5, ++number);
        }
        if (!*line)
            break;
    }
}

static bool shown(const struct series *s, size_t i)
{
    bool both = view_drawable(s->x[i]) && view_drawable(s->y[i]);
    if (s->style == STYLE_ARROW)
        return both && (!s->x2 || view_drawable(s->x2[i])) && (!s->y2 || view_drawable(s->y2[i]));
    return both && (!s->y2 || view_drawable(s->y2[i]));
}

/* Its rows are the points that can be drawn, in order, to the last digit; lines of NaN between. */
static bool expect_table(const struct series *s, const char *row, const char *what)
{
    size_t drawn = 0;
    for (size_t i = 0; i < s->n; i++) {
        double x, y;
        if (!shown(s, i))
            continue;
        while (row && strncmp(row, "NaN", 3) == 0)
            row = strchr(row, '\n') + 1;
        ck_assert_msg(row && sscanf(row, "%lf %lf", &x, &y) == 2, "%s: %s ends early", what,
                      s->name);
        same(x, s->x[i], what);
        same(y, s->y[i], what);
        row = strchr(row, '\n') + 1;
        drawn++;
    }
    while (row && strncmp(row, "NaN", 3) == 0)
        row = strchr(row, '\n') + 1;
    ck_assert_msg(drawn == 0 || strncmp(row, "END\n", 4) == 0, "%s: %s goes on: %.30s", what,
                  s->name, row);
    return drawn > 0;
}

/* ---- the .svg ---------------------------------------------------------------------------- */

enum { VERTICES = 40000 };

struct vertices {
    size_t n;
    struct vertex {
        double u, v;     /* in units of the axes, from their lower left corner */
        bool expected;
    } at[VERTICES];
};

struct frame {
    double left, right, top, foot;
};

/* The axes' path, left,top  left,foot  right,foot, at `path`. */
static bool is_frame(const char *path, struct frame *f)
{
    double x, y, u, v;
    return sscanf(path, " d='M%lf,%lf L%lf,%lf L%lf,%lf M%lf,%lf M%lf", &f->left, &f->top, &x,
                  &f->foot, &f->right, &y, &u, &v, &v) == 9 &&
           x == f->left && y == f->foot && u == f->right;
}

static const char *frame_after(const char *s, struct frame *f)
{
    while ((s = strstr(s, " d='M")) && !is_frame(s, f))
        s += 5;
    return s;
}

static void add_vertex(struct vertices *v, const struct frame *f, double x, double y)
{
    ck_assert_uint_lt(v->n, VERTICES);
    v->at[v->n++] = (struct vertex){(x - f->left) / (f->right - f->left),
                                    (y - f->foot) / (f->top - f->foot), false};
}

/* All places that lines, boxes and points between `s` and `end` go through. */
static void read_vertices(const char *s, const char *end, const struct frame *f,
                          struct vertices *v)
{
    v->n = 0;
    while (s < end) {
        double x, y;
        const char *path = strstr(s, " d='"), *polygon = strstr(s, " points = '");
        const char *use = strstr(s, "<use ");
        const char *next = path;
        next = polygon && (!next || polygon < next) ? polygon : next;
        next = use && (!next || use < next) ? use : next;
        if (!next || next >= end)
            return;
        if (next == use) {
            ck_assert_int_eq(sscanf(strchr(next, '('), "(%lf,%lf)", &x, &y), 2);
            add_vertex(v, f, x, y);
            s = next + 5;
            continue;
        }
        s = strchr(next, '\'') + 1;
        for (const char *last = strchr(s, '\''); s < last; s++) {
            if (!strchr("0123456789-.", *s))
                continue;
            char *comma;
            x = strtod(s, &comma);
            y = strtod(comma + 1, (char **)(uintptr_t)&s);
            add_vertex(v, f, x, y);
        }
    }
}

static const double CLOSE = 1e-4; /* of the axes' lengths */

static bool is_inside(double u)
{
    return u > CLOSE && u < 1 - CLOSE;
}

/* The place (x, y) of the axes is one of the vertices; places at the window's edge and outside are
 * clipped. */
static void expect_place(struct vertices *v, const struct window *w, double x, double y,
                         const struct series *s, const char *what)
{
    double u = (x - w->xlow) / (w->xhigh - w->xlow), t = (y - w->ylow) / (w->yhigh - w->ylow);
    bool found = false;
    for (size_t i = 0; i < v->n; i++) {
        struct vertex *a = &v->at[i];
        if (fabs(a->u - u) <= CLOSE && fabs(a->v - t) <= CLOSE)
            found = a->expected = true;
    }
    ck_assert_msg(found || !is_inside(u) || !is_inside(t), "%s: %s is not drawn at %.17g, %.17g",
                  what, s->name ? s->name : s->label, x, y);
}

static void expect_point(struct vertices *v, const struct window *w,
                         const struct series *s, size_t i, const char *what)
{
    if (s->style == STYLE_BARS) {
        struct box b = series_bar(s, i);
        expect_place(v, w, b.xlow, b.ylow, s, what);
        expect_place(v, w, b.xhigh, b.yhigh, s, what);
        return;
    }
    expect_place(v, w, s->x[i], s->y[i], s, what);
    if (s->style == STYLE_BAND)
        expect_place(v, w, s->x[i], s->y2 ? s->y2[i] : 0, s, what);
    if (s->style == STYLE_ARROW)
        expect_place(v, w, s->x2 ? s->x2[i] : s->x[i], s->y2 ? s->y2[i] : s->y[i], s, what);
}

/* Nothing is drawn beside the points but the sample in the key. */
static void expect_no_more(const struct vertices *v, const struct series *s, const char *what)
{
    bool line = s->style == STYLE_LINE, points = s->style == STYLE_POINTS;
    size_t more = 0, sample = !s->label ? 0 : line ? 2 : points ? 1 : 3;
    if (!line && !points && s->style != STYLE_LINE_POINTS)
        return;
    for (size_t i = 0; i < v->n; i++)
        more += !v->at[i].expected && is_inside(v->at[i].u) && is_inside(v->at[i].v);
    ck_assert_msg(more <= sample, "%s: %s is drawn at %zu places where it is not", what,
                  s->name ? s->name : s->label, more);
}

static void expect_drawn(const char *svg, const struct script_read *r, const struct clause *c,
                         const struct series *s, const char *what)
{
    static struct vertices v;
    const struct window *w = &r->window[c->panel];
    char id[60], letter[2] = {(char)('a' + c->panel), 0};
    struct frame f;
    ck_assert_uint_lt(c->panel, 26);
    snprintf(id, sizeof id, "<g id=\"gnuplot_plot_%zu%s\"", c->number, r->many ? letter : "");
    const char *start = strstr(svg, id);
    ck_assert_msg(start != NULL, "%s: no %s", what, id);
    const char *end = frame_after(start, &f), *next = strstr(start + 5, "<g id=\"gnuplot_plot_");
    ck_assert_msg(end != NULL, "%s: no frame", what);
    read_vertices(start, next && next < end ? next : end, &f, &v);
    for (size_t i = 0; i < s->n; i++)
        if (shown(s, i))
            expect_point(&v, w, s, i, what);
    expect_no_more(&v, s, what);
}

/* ---- both -------------------------------------------------------------------------------- */

static const struct render_how plain = {.terminal = "text", .columns = 80, .lines = 24};

static void write_to(struct plotter *p, const struct figure *f, const char *path)
{
    struct error e = {0};
    ck_assert_msg(plotter_write(p, &f, 1, &plain, path, &e) == 0, "%s: %s", path, e.message);
}

void drawn_files(struct plotter *p, const struct figure *f, const char *name)
{
    static struct script_read r;
    char gp_path[100], svg_path[100];
    size_t table = 0;
    snprintf(gp_path, sizeof gp_path, "%s.gp", name);
    snprintf(svg_path, sizeof svg_path, "%s.svg", name);
    write_to(p, f, gp_path);
    write_to(p, f, svg_path);
    struct text gp = read_all(gp_path), svg = read_all(svg_path);
    read_script(gp.s, &r);
    for (; f; f = f->next)
        for (size_t k = 0; k < f->nseries; k++) {
            const struct series *s = f->series[k];
            if (s->style == STYLE_TEXT || s->n == 0)
                continue;
            if (expect_table(s, table + 1 < SERIES ? r.clause[table + 1].table : NULL, name))
                expect_drawn(svg.s, &r, &r.clause[++table], s, name);
        }
    ck_assert_msg(!r.clause[table + 1].table, "%s: more tables than series", name);
    text_clear(&gp);
    text_clear(&svg);
}

/* Groups of nothing, by which gnuplot tells a picture from the first one, are passed over.  The
 * size of the sheet is in the script: from "set term pngcairo size W,H". */
static void into_svg(const char *gp_path)
{
    struct text gp = read_all(gp_path);
    char command[700];
    int width, height, stem = (int)strlen(gp_path) - 3;
    ck_assert_int_eq(sscanf(strstr(gp.s, " size "), " size %d,%d", &width, &height), 2);
    snprintf(command, sizeof command,
             "gnuplot -e \"set term svg noenhanced font 'DejaVu Sans,14' rounded fontscale 1.33 "
             "background rgb 'white' size %d,%d; set output 'again'\" %s 2>&1 && "
             "for f in again %.*s.svg; do sed '/^<g fill/{N;/\\n<.g>$/d}' $f >$f.bare; done && "
             "cmp again.bare %.*s.svg.bare", width, height, gp_path, stem, gp_path, stem, gp_path);
    run(command);
    text_clear(&gp);
}

void drawn_scripts(void)
{
    glob_t found;
    ck_assert_int_eq(glob("*.gp", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++)
        into_svg(found.gl_pathv[i]);
    globfree(&found);
    run("for f in *.gp; do gnuplot $f >drawn 2>said && test -s drawn && test ! -s said || "
        "{ cat said; exit 1; }; done");
}
