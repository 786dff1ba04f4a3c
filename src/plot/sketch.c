/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Figures to the dumb terminal's commands. */
#include "plot/sketch.h"

#include <math.h>

#include "base/memory.h"
#include "plot/quote.h"
#include "plot/sketch_text.h"

/* What lies at the bottom, over it, and on top. */
enum ground { GUIDES, DATA, CLAIMS };

/* Of a place, in this pass and in all. */
enum { SEEN = 1, LINED = 2 };

/* Columns and rows of a drawing whose ticks gnuplot would crowd, one over another, and those that one
 * is given then. */
enum { NARROW = 60, TICK_COLUMNS = 7, LOW = 16 };
static const double TICK_ROWS = 1.5;

struct drawing {
    const struct sketch *k;
    struct script *s;
    struct view view;      /* a step is a character */
    unsigned char *mark;   /* SEEN, LINED: one for each place */
};

/* One pass over one series for one of its parts. */
struct pass {
    struct drawing *d;
    const struct series *series;
    enum part part;
    enum dash dash;
    int direction;         /* of an arrow's heads: only these */
};

/* Heads: where an arrow points to.  0 right, 1 up, 2 left, 3 down. */
static int heading(double columns, double rows)
{
    if (fabs(rows) >= fabs(columns))
        return rows >= 0 ? 1 : 3;
    return columns >= 0 ? 0 : 2;
}

/* The way that the head of arrow i at this place looks. */
static int head_of(const struct pass *p, size_t i, double column, double row)
{
    const struct series *s = p->series;
    const struct view *v = &p->d->view;
    double dc = view_column(v, s->x2[i]) - view_column(v, s->x[i]);
    double dr = view_row(v, s->y2[i]) - view_row(v, s->y[i]);
    bool at_end = fabs(view_column(v, s->x2[i]) - column) + fabs(view_row(v, s->y2[i]) - row) <=
                  fabs(view_column(v, s->x[i]) - column) + fabs(view_row(v, s->y[i]) - row);

    return at_end ? heading(dc, dr) : heading(-dc, -dr);
}

static bool is_closed(const struct series *s)
{
    return s->n > 2 && s->x[0] == s->x[s->n - 1] && s->y[0] == s->y[s->n - 1];
}

/* A dashed line lets what lies under it be seen: every other place.  One that is dashed beyond its
 * role has gaps everywhere; but a ring that has them could not be told from a swarm of points. */
static bool hidden(const struct pass *p, unsigned char mark, long column, long row)
{
    bool gap = (column + row) % 2 != 0;

    if (p->part != PART_LINE || p->series->style == STYLE_ARROW || p->dash == DASH_SOLID)
        return false;
    return gap && ((p->series->dashed && !is_closed(p->series)) || mark & LINED);
}

static void add_place(void *context, enum part part, size_t i, double column, double row)
{
    struct pass *p = context;
    struct drawing *d = p->d;
    long c = lround(column), r = lround(row);
    unsigned char *mark;
    double v[3];

    if (part != p->part || c < 0 || r < 0)
        return;
    if (part == PART_HEAD && head_of(p, i, column, row) != p->direction)
        return;
    mark = &d->mark[(size_t)r * (d->view.columns + 1) + (size_t)c];
    if (*mark & SEEN || hidden(p, *mark, c, r))
        return;
    *mark |= part == PART_LINE ? SEEN | LINED : SEEN;
    v[0] = view_x(&d->view, (double)c);
    v[1] = view_y(&d->view, (double)r);
    v[2] = p->series->colour ? theme_colour(d->k->theme, p->series->colour[i]) : 0;
    script_row(d->s, v, p->series->colour ? 3 : 2);
}

static const char *shaft(const struct pass *p, bool ascii)
{
    static const char *const bars[2][2] = {{"─", "-"}, {"│", "|"}};
    const struct series *s = p->series;
    const struct view *v = &p->d->view;

    if (s->n == 0 || !s->x2 || !s->y2)
        return ".";
    return bars[fabs(view_row(v, s->y2[0]) - view_row(v, s->y[0])) >=
                fabs(view_column(v, s->x2[0]) - view_column(v, s->x[0]))][ascii];
}

static const char *glyph_of(const struct pass *p, const struct pen *pen)
{
    static const char *const heads[4][2] = {{"▶", ">"}, {"▲", "^"}, {"◀", "<"}, {"▼", "v"}};
    bool ascii = p->d->k->ascii;

    switch (p->part) {
    case PART_AREA:
        return pen->area;
    case PART_LINE:
        return p->series->style == STYLE_ARROW ? shaft(p, ascii) : pen->line;
    case PART_POINT:
        return pen->point;
    case PART_HEAD:
        break;
    }
    return heads[p->direction][ascii];
}

static void run_pass(struct pass *p)
{
    struct drawing *d = p->d;
    const struct series *s = p->series;
    struct pen pen = theme_pen(d->k->theme, s, d->k->ascii);

    for (size_t i = 0; i < (d->view.columns + 1) * (d->view.rows + 1); i++)
        d->mark[i] &= (unsigned char)~SEEN;
    p->dash = pen.dash;
    script_table_begin(d->s);
    view_trace(&d->view, s, add_place, p);
    if (!script_table_end(d->s, s->colour ? 3 : 2))
        return;
    script_clause(d->s, "using 1:2%s with points pointtype \"%s\" ", s->colour ? ":3" : "",
                  glyph_of(p, &pen));
    if (s->colour)
        script_clause(d->s, "linecolor rgb variable notitle");
    else if (pen.plain)
        script_clause(d->s, "linetype -1 notitle");
    else
        script_clause(d->s, "linecolor rgb \"#%06x\" notitle", pen.rgb);
}

/* Rows of data: what is said about them is drawn over them. */
static bool is_data(const struct series *s)
{
    return s->style == STYLE_POINTS && (s->colour || s->ink == INK_FAINT);
}

/* What leads the eye from row to row: not to hide a row. */
static bool is_guide(const struct series *s)
{
    return s->style == STYLE_LINE && s->ink == INK_FAINT;
}

static enum ground ground_of(const struct series *s)
{
    return is_guide(s) ? GUIDES : is_data(s) ? DATA : CLAIMS;
}

static void run_passes(struct drawing *d, enum part part, enum ground ground)
{
    for (size_t i = 0; i < d->k->figure->nseries; i++) {
        struct pass p = {d, d->k->figure->series[i], part, DASH_SOLID, 0};
        int ways = part == PART_HEAD && p.series->style == STYLE_ARROW ? 4 : 1;

        for (p.direction = 0; p.direction < ways && ground_of(p.series) == ground; p.direction++)
            run_pass(&p);
    }
}

/* Areas lie under lines, lines under points. */
static void add_marks(struct drawing *d)
{
    run_passes(d, PART_LINE, GUIDES);
    run_passes(d, PART_POINT, DATA);
    for (enum part part = PART_AREA; part <= PART_POINT; part++)
        run_passes(d, part, CLAIMS);
}

static void add_words(struct drawing *d, const struct layout *l)
{
    static const char *const align[] = {"right", "center", "left"};
    const struct figure *f = d->k->figure;
    struct text *out = d->s->out;
    size_t n = 0;

    for (struct text_at at = {0, 0}; layout_next_text(f, &d->view, &at); at.i++) {
        const struct series *s = f->series[at.series];
        struct pen pen = theme_pen(d->k->theme, s, d->k->ascii);
        struct spot spot = l->spot[n++];

        if (spot.left_out)
            continue;
        text_add(out, "set label ");
        gnuplot_quote(s->text[at.i], out);
        text_addf(out, " front at first %.17g, first %.17g %s offset character %g,%g", s->x[at.i],
                  s->y[at.i], align[spot.align + 1], spot.dx, spot.dy);
        if (pen.plain)
            text_add(out, " textcolor linetype -1\n");
        else
            text_addf(out, " textcolor rgb \"#%06x\"\n", pen.rgb);
    }
}

static void add_frame(const struct sketch *k, struct text *out)
{
    text_addf(out, "set term dumb nofeed noenhanced size %zu,%zu %s\nreset\nset encoding utf8\n",
              k->columns, sketch_drawing_lines(k), k->colour ? "ansi256" : "mono");
    text_add(out, k->ascii ? "" : "set minussign\n");
    text_add(out, "set border 3 back\nset tics nomirror out scale 1\nset rmargin 3\nset tmargin 0\n"
                  "unset key\n");
    if (k->figure->x.label) {
        text_add(out, "set xlabel ");
        gnuplot_quote(k->figure->x.label, out);
        text_add(out, "\n");
    }
}

static void add_axes(const struct sketch *k, const struct view *v, struct script *s)
{
    script_axis(s, 'x', &k->figure->x, v->xlow, v->xhigh, v->columns);
    script_axis(s, 'y', &k->figure->y, v->ylow, v->yhigh, v->rows);
    if (k->columns < NARROW && k->figure->x.ntick == 0)
        script_step(s, 'x', v->xlow, v->xhigh, (double)v->columns / TICK_COLUMNS);
    if (v->rows < LOW && k->figure->y.ntick == 0)
        script_step(s, 'y', v->ylow, v->yhigh, (double)v->rows / TICK_ROWS);
}

static struct view view_in(const struct sketch *k, size_t columns, size_t rows)
{
    return view_of(k->figure, columns, rows, 2);
}

void sketch_measure(const struct sketch *k, struct script *s)
{
    struct view v = view_in(k, k->columns, k->lines);

    add_frame(k, s->out);
    add_axes(k, &v, s);
    script_plot(s);
    text_add(s->out, "set print '-'\nprint sprintf(\"\\nBOX %d %d %d %d\", GPVAL_TERM_XMIN,"
                     "GPVAL_TERM_XMAX,GPVAL_TERM_YMIN,GPVAL_TERM_YMAX)\nset print\n");
}

void sketch_draw(const struct sketch *k, struct script *s)
{
    struct drawing d = {.k = k, .s = s};
    struct layout l;

    d.view = view_in(k, k->right - k->left, k->top - k->foot);
    d.mark = NEW_ARRAY((d.view.columns + 1) * (d.view.rows + 1), unsigned char);
    if (!d.mark || layout_of(k->figure, &d.view, 1, false, &l) != 0) {
        s->out->failed = true;
        mem_free(d.mark);
        return;
    }
    add_frame(k, s->out);
    add_axes(k, &d.view, s);
    add_words(&d, &l);
    add_marks(&d);
    script_plot(s);
    layout_clear(&l);
    mem_free(d.mark);
}
