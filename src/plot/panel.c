/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Figures to gnuplot commands, for windows and image files. */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "plot/dashes.h"
#include "plot/quote.h"
#include "plot/script.h"

/* gnuplot's "character" in pixels, for each point of DejaVu Sans. */
static const double CHARACTER = 0.857, LINE = 1.55;
/* The width of a letter on average: less than that of the digits, which the character has. */
static const double LETTER = 0.68;
/* Steps of the layout's grid to a character and to a line. */
enum { STEPS = 8 };
/* More points than this are thinned to one a pixel. */
enum { CROWD = 20000 };
/* Of a panel in a picture's own grid, in those of a picture of one panel. */
static const double GRID_WIDTH = 0.42, GRID_HEIGHT = 0.5, ROW_HEIGHT = 0.65;
/* … of panels under one another, in sizes of the font: their keys need lines. */
static const double STACK_HEIGHT = 31;
/* A tick of a small panel takes so many characters, or lines; its points are so much smaller. */
static const double TICK_COLUMNS = 5, TICK_ROWS = 1.8, GRID_POINTS = 0.7;
/* The left margin of panels in a grid, in characters: their axes stand under one another. */
enum { GRID_MARGIN = 9 };

/* A part of the sheet, in shares of it. */
struct place {
    double x, y, width, height;
};

struct panel {
    struct script *s;
    const struct figure *f;
    enum theme theme;
    struct look look;
    struct place place;
    const char *title, *note;
    bool alone, in_grid;     /* on the sheet; among others of one picture */
    double columns, rows;    /* of the plot's area, in characters and lines */
    struct view fine, pixels;
    bool key_below;          /* the key has no room in the plot's area */
};

void sheet_grid(const struct figure *first, size_t *rows, size_t *columns)
{
    *rows = *columns = 1;
    for (const struct figure *f = first; f; f = f->next) {
        *rows = f->row >= *rows ? f->row + 1 : *rows;
        *columns = f->column >= *columns ? f->column + 1 : *columns;
    }
}

/* Sheets grow with what is on them, but less than in proportion. */
struct sheet sheet_of(const struct figure *const *picture, size_t n, enum theme theme)
{
    struct look look = theme_look(theme);
    size_t across = (size_t)ceil(sqrt((double)n)), down = (n + across - 1) / across;
    double wide = across > 1 ? look.across : 1;
    double high = down > 1 ? look.down : across > 1 ? fmax(look.down, 0.85) : 1;
    double wider = 1, higher = ROW_HEIGHT, stack = STACK_HEIGHT * look.font / look.height;

    for (size_t i = 0; i < n; i++) {
        size_t rows, columns;

        sheet_grid(picture[i], &rows, &columns);
        wider = fmax(wider, GRID_WIDTH * (double)columns);
        if (columns == 1)
            higher = fmax(higher, fmax(1, stack * (double)rows));
        else if (rows > 1)
            higher = fmax(higher, fmax(1, GRID_HEIGHT * (double)rows));
    }
    return (struct sheet){across, down, (int)(wide * wider * (double)across * look.width),
                          (int)(high * higher * (double)down * look.height)};
}

/* Words */

static size_t count_lines(const struct text *t)
{
    size_t n = t->length > 0;

    for (size_t i = 0; i < t->length; i++)
        n += t->s[i] == '\n';
    return n;
}

static void set_title(const struct panel *p)
{
    struct text words = TEXT_INIT;
    double room = p->columns * CHARACTER / LETTER, larger = (p->look.font + 2.0) / p->look.font;
    bool note = p->note && p->note[0];
    double lines;

    if (p->title)
        words_wrap(p->title, (size_t)fmax(room / larger, 10), 3, &words);
    lines = fmax((double)count_lines(&words), p->title ? (double)p->f->title_lines : 0);
    text_addf(p->s->out, "set tmargin %.2f\n",
              larger * lines + (note ? 2.1 : 1.3));
    text_add(p->s->out, "set title ");
    quote_bytes(words.s, words.length, p->s->out);
    text_addf(p->s->out, " noenhanced font \",%d\" offset character 0,%.2f\n", p->look.font + 2,
              note ? 0.8 : 0);
    text_reset(&words);
    if (note) {
        words_wrap(p->note, (size_t)fmax(room, 10), 1, &words);
        text_add(p->s->out, "set label ");
        quote_bytes(words.s, words.length, p->s->out);
        text_add(p->s->out, " noenhanced at graph 0.5,1 center offset character 0,1 "
                            "textcolor rgb \"#606060\"\n");
    }
    p->s->out->failed |= words.failed;
    text_clear(&words);
}

static void set_axis_label(const struct panel *p, char name, const struct axis *a)
{
    if (!a->label)
        return;
    text_addf(p->s->out, "set %clabel ", name);
    gnuplot_quote(a->label, p->s->out);
    text_add(p->s->out, " noenhanced\n");
}

/* Words are thin: a light colour is darkened. */
static unsigned words_colour(unsigned rgb)
{
    unsigned r = rgb >> 16 & 0xff, g = rgb >> 8 & 0xff, b = rgb & 0xff;

    if (299 * r + 587 * g + 114 * b > 130 * 1000) {
        r = r * 7 / 10;
        g = g * 7 / 10;
        b = b * 7 / 10;
    }
    return r << 16 | g << 8 | b;
}

static void set_text(const struct panel *p, const struct series *s, size_t i, struct spot spot)
{
    static const char *const align[] = {"right", "center", "left"};
    unsigned rgb = words_colour(theme_pen(p->theme, s, false).rgb);

    if (spot.left_out)
        return;
    text_add(p->s->out, "set label ");
    gnuplot_quote(s->text[i], p->s->out);
    text_addf(p->s->out, " noenhanced front at first %.17g, first %.17g %s", s->x[i], s->y[i],
              align[spot.align + 1]);
    text_addf(p->s->out, " offset character %.2f,%.2f textcolor rgb \"#%06x\"%s\n", spot.dx,
              spot.dy, rgb, s->inlaid ? " boxed" : "");
}

static bool has_inlaid(const struct figure *f)
{
    for (size_t i = 0; i < f->nseries; i++)
        if (f->series[i]->inlaid)
            return true;
    return false;
}

static void set_texts(const struct panel *p, const struct layout *l)
{
    size_t k = 0;

    if (has_inlaid(p->f))
        text_add(p->s->out, "set style textbox opaque noborder margins 0.4,0.2 "
                            "fillcolor rgb \"#ffffff\"\n");
    for (struct text_at at = {0, 0}; layout_next_text(p->f, &p->fine, &at); at.i++)
        set_text(p, p->f->series[at.series], at.i, l->spot[k++]);
}

static void set_key(const struct panel *p, const struct layout *l)
{
    static const char *const corner[] = {"top left", "top right", "bottom left", "bottom right"};

    if (l->key == KEY_NONE && !p->key_below)
        text_add(p->s->out, "unset key\n");
    else
        text_addf(p->s->out, "set key %s Left reverse noenhanced samplen 3 spacing 1.25\n",
                  p->key_below ? "outside bottom center horizontal height 0.5" : corner[l->key]);
}

static void set_place(const struct panel *p)
{
    const char *ratio = p->f->square ? "ratio -1" : "noratio";

    if (p->alone)
        text_add(p->s->out, p->f->square ? "set size ratio -1\n" : "");
    else
        text_addf(p->s->out, "set size %s %.6g,%.6g\nset origin %.6g,%.6g\n", ratio,
                  p->place.width, p->place.height, p->place.x, p->place.y);
    if (p->in_grid && !p->f->bare)
        text_addf(p->s->out, "set lmargin %d\n", GRID_MARGIN);
    if (p->f->bare)
        text_add(p->s->out, "unset border\nunset xtics\nunset ytics\nunset grid\n");
}

static void set_frame(const struct panel *p)
{
    text_add(p->s->out,
             "reset\n"
             "set encoding utf8\n"
             "set minussign\n"
             "set border 3 linecolor rgb \"#505050\" linewidth 1.2\n"
             "set tics nomirror in scale 0.8 textcolor rgb \"#404040\"\n"
             "if (GPVAL_TERM ne \"dumb\") set grid back linetype 1 dashtype solid linewidth 0.7 "
             "linecolor rgb \"#e6e6e6\"\n");
    script_axis(p->s, 'x', &p->f->x, p->fine.xlow, p->fine.xhigh, (size_t)p->columns);
    script_axis(p->s, 'y', &p->f->y, p->fine.ylow, p->fine.yhigh, (size_t)p->rows);
    if (p->in_grid && p->f->x.ntick == 0)
        script_step(p->s, 'x', p->fine.xlow, p->fine.xhigh, p->columns / TICK_COLUMNS);
    if (p->in_grid && p->f->y.ntick == 0)
        script_step(p->s, 'y', p->fine.ylow, p->fine.yhigh, p->rows / TICK_ROWS);
    set_place(p);
    set_title(p);
    set_axis_label(p, 'x', &p->f->x);
    set_axis_label(p, 'y', &p->f->y);
}

/* Numbers */

enum { WIDEST = 6 };

/* Row i of a series: what `using` takes, in its order. */
static size_t row_of(const struct panel *p, const struct series *s, size_t i, double v[WIDEST])
{
    struct box b;

    v[0] = s->x[i];
    v[1] = s->y[i];
    switch (s->style) {
    case STYLE_BAND:
        v[2] = s->y2 ? s->y2[i] : 0;
        return 3;
    case STYLE_BARS:
        b = series_bar(s, i);
        v[2] = b.xlow;
        v[3] = b.xhigh;
        v[4] = b.ylow;
        v[5] = b.yhigh;
        return 6;
    case STYLE_ARROW:
        v[2] = s->x2 ? s->x2[i] - s->x[i] : 0;
        v[3] = s->y2 ? s->y2[i] - s->y[i] : 0;
        return 4;
    default:
        if (!s->colour)
            return 2;
        v[2] = theme_colour(p->theme, s->colour[i]);
        return 3;
    }
}

static bool drawable(const double *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!view_drawable(v[i]))
            return false;
    return true;
}

/* One bit a pixel, for crowds; seen says whether this one was there before. */
struct seen {
    unsigned char *bit;
    size_t last;
};

static bool seen_before(const struct panel *p, struct seen *seen, bool line, const double *v)
{
    double c = round(view_column(&p->pixels, v[0])), r = round(view_row(&p->pixels, v[1]));
    size_t at;
    bool before;

    if (!seen->bit || !(c >= 0 && r >= 0 && c <= (double)p->pixels.columns &&
                        r <= (double)p->pixels.rows))
        return false;
    at = (size_t)r * (p->pixels.columns + 1) + (size_t)c;
    before = line ? seen->last == at : (seen->bit[at / 8] >> at % 8 & 1) != 0;
    seen->last = at;
    seen->bit[at / 8] |= (unsigned char)(1u << at % 8);
    return before;
}

static bool is_line(const struct series *s)
{
    return s->style == STYLE_LINE || s->style == STYLE_LINE_POINTS || s->style == STYLE_STEPS ||
           s->style == STYLE_BAND;
}

static bool can_thin(const struct series *s)
{
    return s->n > CROWD && (s->style == STYLE_LINE || s->style == STYLE_POINTS ||
                            s->style == STYLE_LINE_POINTS);
}

/* The series as a table; a hole breaks a line and is left out elsewhere. */
static bool add_table(const struct panel *p, const struct series *s)
{
    static const double hole[WIDEST] = {NAN, NAN, NAN, NAN, NAN, NAN};
    struct seen seen = {NULL, (size_t)-1};
    size_t n = row_of(p, s, 0, (double[WIDEST]){0}), cells;
    bool line = is_line(s), broken = true;

    cells = (p->pixels.columns + 1) * (p->pixels.rows + 1);
    if (can_thin(s))
        seen.bit = NEW_ARRAY(cells / 8 + 1, unsigned char);
    script_table_begin(p->s);
    for (size_t i = 0; i < s->n; i++) {
        double v[WIDEST];

        row_of(p, s, i, v);
        if (drawable(v, n) && !seen_before(p, &seen, line, v)) {
            script_row(p->s, v, n);
            broken = false;
        } else if (line && !drawable(v, n) && !broken) {
            script_row(p->s, hole, n);
            broken = true;
        }
    }
    mem_free(seen.bit);
    return script_table_end(p->s, n);
}

/* Styles */

static void add_line(const struct panel *p, const struct pen *pen, const char *with)
{
    script_clause(p->s, "with %s linecolor rgb \"#%06x\" linewidth %.2f dashtype %s", with,
                  pen->rgb, pen->width, dash_pattern(pen->dash));
}

static void add_points(const struct panel *p, const struct series *s, const struct pen *pen,
                       bool real)
{
    script_clause(p->s, "with %s pointtype %d pointsize %.2f ",
                  s->style == STYLE_LINE_POINTS ? "linespoints" : "points", pen->shape,
                  pen->size * (p->in_grid ? GRID_POINTS : 1));
    if (s->style == STYLE_LINE_POINTS)
        script_clause(p->s, "linewidth %.2f dashtype %s ", pen->width, dash_pattern(pen->dash));
    else
        script_clause(p->s, "linewidth %.2f ", 2 * p->look.weight);
    if (s->colour && real)
        script_clause(p->s, "linecolor rgb variable");
    else
        script_clause(p->s, "linecolor rgb \"#%06x\"", pen->rgb);
}

static void add_style(const struct panel *p, const struct series *s, bool real)
{
    struct pen pen = theme_pen(p->theme, s, false);

    switch (s->style) {
    case STYLE_LINE:
        add_line(p, &pen, "lines");
        break;
    case STYLE_STEPS:
        add_line(p, &pen, "steps");
        break;
    case STYLE_POINTS:
    case STYLE_LINE_POINTS:
        add_points(p, s, &pen, real);
        break;
    case STYLE_BAND:
        script_clause(p->s, "with filledcurves linecolor rgb \"#%06x\" "
                            "fillstyle transparent solid %.2f noborder", pen.rgb, pen.fill);
        break;
    case STYLE_BARS:
        script_clause(p->s, "with boxxyerror linecolor rgb \"#%06x\" linewidth %.2f "
                            "fillstyle transparent solid %.2f border", pen.rgb, p->look.weight,
                      pen.fill);
        break;
    case STYLE_ARROW:
        script_clause(p->s, "with vectors %s filled size character 1,16 ",
                      s->two_headed ? "heads" : "head");
        script_clause(p->s, "linecolor rgb \"#%06x\" linewidth %.2f", pen.rgb, pen.width);
        break;
    case STYLE_TEXT:
        break;
    }
}

static const char *using_of(const struct series *s)
{
    switch (s->style) {
    case STYLE_BAND:
        return "using 1:2:3 ";
    case STYLE_BARS:
        return "using 1:2:3:4:5:6 ";
    case STYLE_ARROW:
        return "using 1:2:3:4 ";
    default:
        return s->colour ? "using 1:2:3 " : "using 1:2 ";
    }
}

static void add_title(const struct panel *p, const struct series *s)
{
    script_clause(p->s, s->label ? " title " : " notitle");
    if (s->label)
        gnuplot_quote(s->label, &p->s->clauses);
}

/* In the key a line with a gap round its point, or round a dot where it has none. */
static void add_cut_key(const struct panel *p, const struct series *s, const struct pen *pen)
{
    bool points = s->style == STYLE_LINE_POINTS;

    script_no_table(p->s);
    script_clause(p->s, "with linespoints linecolor rgb \"#%06x\" linewidth %.2f pointinterval -1 "
                        "pointtype %d pointsize %.2f",
                  pen->rgb, pen->width, points ? pen->shape : 7, points ? pen->size : 0.1);
    add_title(p, s);
}

/* A dashed line where gnuplot draws none: in pieces, then its points. */
static void add_cut(const struct panel *p, const struct series *s, const struct pen *pen)
{
    script_table_begin(p->s);
    dashes_add(p->s, s, &p->pixels, pen->dash, p->look.weight);
    if (script_table_end(p->s, 2))
        script_clause(p->s, "using 1:2 with lines linecolor rgb \"#%06x\" linewidth %.2f notitle",
                      pen->rgb, pen->width);
    if (s->style == STYLE_LINE_POINTS && add_table(p, s)) {
        struct series points = *s;

        points.style = STYLE_POINTS;
        script_clause(p->s, "%s", using_of(s));
        add_style(p, &points, true);
        script_clause(p->s, " notitle");
    }
    if (s->label)
        add_cut_key(p, s, pen);
}

/* An empty series keeps its entry in the key: as a line or points of nothing. */
static void add_series(const struct panel *p, const struct series *s)
{
    struct pen pen = theme_pen(p->theme, s, false);
    struct series nothing = *s;

    if (p->s->undashed && pen.dash != DASH_SOLID && s->n > 1 &&
        (s->style == STYLE_LINE || s->style == STYLE_LINE_POINTS)) {
        add_cut(p, s, &pen);
        return;
    }
    bool real = s->n > 0 && add_table(p, s);

    if (!real && !s->label)
        return;
    if (real) {
        script_clause(p->s, "%s", using_of(s));
    } else {
        script_no_table(p->s);
        nothing.style = is_line(s) ? STYLE_LINE : STYLE_POINTS;
    }
    add_style(p, &nothing, real);
    add_title(p, s);
}

/* How much of p there is in its place, now that the place, the title and the note are known. */
static void measure(struct panel *p, const struct sheet *sheet)
{
    const struct figure *f = p->f;
    double width = (double)sheet->width * p->place.width;
    double height = (double)sheet->height * p->place.height;
    double head = p->title ? 0 : -1.5, aspect = LINE / CHARACTER;

    p->columns = fmax(width / (CHARACTER * p->look.font) - (f->y.label ? 11 : 9), 10);
    p->rows = fmax(height / (LINE * p->look.font) - (f->x.label ? 5.5 : 4) - head -
                   (p->note ? 1 : 0), 5);
    p->fine = view_of(f, (size_t)(STEPS * p->columns), (size_t)(STEPS * p->rows), aspect);
    p->pixels = p->fine;
    p->pixels.columns = (size_t)width;
    p->pixels.rows = (size_t)height;
}

/* gnuplot sets all entries as wide as the widest. */
static double key_lines_below(const struct panel *p, const struct layout *l)
{
    double across = fmax(floor(p->columns / (l->key_width + 1)), 1);

    return 1.3 * ceil((double)l->key_entries / across);
}

/* Where no corner is free for the key the window grows upwards, no more than is needed; where that
 * would be half of it, the key goes below. */
static int lay_out(struct panel *p, struct layout *l)
{
    const struct view whole = p->fine;

    for (double head = 0; layout_of(p->f, &p->fine, STEPS, true, l) == 0; head++) {
        double most = fmin(l->key_lines + 1, p->rows / 2);

        if (!l->crowded)
            return 0;
        p->fine = whole;
        p->key_below = p->f->square || p->f->key == KEY_BELOW || head + 1 > most;
        if (p->key_below)
            break;
        view_add_head(&p->fine, head + 1, p->rows);
        layout_clear(l);
    }
    if (!p->key_below)
        return -1;
    p->rows = fmax(p->rows - key_lines_below(p, l) - 1, 5);
    p->fine.rows = (size_t)(STEPS * p->rows);
    layout_clear(l);
    return layout_of(p->f, &p->fine, STEPS, false, l);
}

static void add_panel(struct panel p, const struct sheet *sheet)
{
    struct layout l;

    measure(&p, sheet);
    if (lay_out(&p, &l) != 0) {
        p.s->out->failed = true;
        return;
    }
    set_frame(&p);
    set_key(&p, &l);
    set_texts(&p, &l);
    for (size_t i = 0; i < p.f->nseries; i++)
        if (p.f->series[i]->style != STYLE_TEXT)
            add_series(&p, p.f->series[i]);
    script_plot(p.s);
    layout_clear(&l);
}

/* The words over a picture's grid, centred at the top of its place: a line of them,
 * `lines` down. */
static void add_head_line(const struct panel *p, const struct text *words, double share, int font,
                          const char *colour)
{
    text_add(p->s->out, "set label ");
    quote_bytes(words->s, words->length, p->s->out);
    text_addf(p->s->out, " noenhanced at screen %.6g,%.6g center font \",%d\" "
                         "textcolor rgb \"%s\"\n",
              p->place.x + 0.5 * p->place.width, share, font, colour);
}

/* Title and note over all panels of a grid.  Returns the share of the sheet that they take. */
static double add_head(const struct panel *p, const struct sheet *sheet)
{
    struct text title = TEXT_INIT, note = TEXT_INIT;
    double font = p->look.font, line = LINE * font / sheet->height;
    double room = (double)sheet->width * p->place.width / (LETTER * font),
           larger = (font + 2) / font;
    double top = p->place.y + p->place.height;

    words_wrap(p->f->title ? p->f->title : "", (size_t)fmax(room / larger, 10), 3, &title);
    words_wrap(p->f->note ? p->f->note : "", (size_t)fmax(room, 10), 1, &note);
    double lines = larger * fmax((double)count_lines(&title), (double)p->f->title_lines);
    text_add(p->s->out, "reset\nunset border\nunset tics\nunset key\n");
    add_head_line(p, &title, top - 0.8 * line, p->look.font + 2, "black");
    add_head_line(p, &note, top - (lines + 0.8) * line, p->look.font, "#606060");
    text_add(p->s->out, "plot [0:1] [0:1] NaN notitle\n");
    p->s->out->failed |= title.failed || note.failed;
    lines += (double)count_lines(&note) + 0.5;
    text_clear(&title);
    text_clear(&note);
    return lines * line;
}

static void add_grid(struct panel p, const struct sheet *sheet)
{
    struct place whole = p.place;
    size_t rows, columns;

    sheet_grid(p.f, &rows, &columns);
    whole.height -= add_head(&p, sheet);
    for (const struct figure *first = p.f; p.f; p.f = p.f->next) {
        p.place.width = whole.width / (double)columns;
        p.place.height = whole.height / (double)rows;
        p.place.x = whole.x + p.place.width * (double)p.f->column;
        p.place.y = whole.y + p.place.height * (double)(rows - 1 - p.f->row);
        p.title = p.f == first ? NULL : p.f->title;
        p.note = p.f == first ? NULL : p.f->note;
        add_panel(p, sheet);
    }
}

void script_picture(struct script *s, const struct figure *const *picture, size_t n,
                    enum theme theme)
{
    struct sheet sheet = sheet_of(picture, n, theme);
    struct panel p = {.s = s, .theme = theme, .look = theme_look(theme)};

    p.alone = n == 1 && !picture[0]->next;
    text_add(s->out, p.alone ? "" : "set multiplot\n");
    for (size_t i = 0; i < n; i++) {
        p.f = picture[i];
        p.title = p.f->title;
        p.note = p.f->note;
        p.in_grid = p.f->next != NULL;
        p.place = (struct place){(double)(i % sheet.across) / (double)sheet.across,
                                 1 - (double)(i / sheet.across + 1) / (double)sheet.down,
                                 1 / (double)sheet.across, 1 / (double)sheet.down};
        if (p.in_grid)
            add_grid(p, &sheet);
        else
            add_panel(p, &sheet);
    }
    text_add(s->out, p.alone ? "" : "unset multiplot\n");
}
