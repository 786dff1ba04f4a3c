/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE
#include <check.h>
#undef fail
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "plot/dashes.h"
#include "plot/gnuplot.h"
#include "plot/quote.h"
#include "plot/render.h"

/* Each test works in a folder of its own, where a canary would appear. */

static char folder[] = "/tmp/emstep-plot-XXXXXX";

static void make_folder(void)
{
    memcpy(folder + sizeof folder - 7, "XXXXXX", 6);
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
}

static void remove_folder(void)
{
    char command[64];

    ck_assert_int_eq(chdir("/"), 0);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    ck_assert_int_eq(system(command), 0);
}

static const struct render_how plain = {.terminal = "text", .columns = 80, .lines = 24};

static struct plotter *plotter(void)
{
    struct error e = {0};
    struct plotter *p = plotter_new(NULL, NULL, &e);

    ck_assert_ptr_nonnull(p);
    return p;
}

static void write_to(struct plotter *p, const struct figure *f, const char *path)
{
    struct error e = {0};

    if (plotter_write(p, &f, 1, &plain, path, &e) != 0)
        ck_abort_msg("%s: %s", path, e.message);
}

static struct text read_all(const char *path)
{
    struct text t = TEXT_INIT;
    struct error e = {0};

    if (file_read(path, (size_t)1 << 28, &t, &e) != 0)
        ck_abort_msg("%s", e.message);
    return t;
}

static void check_error(struct plotter *p, const struct figure *f, const char *path,
                        const char *words)
{
    struct error e = {0};

    ck_assert_int_eq(plotter_write(p, &f, 1, &plain, path, &e), -1);
    if (!strstr(e.message, words))
        ck_abort_msg("'%s' is not in '%s'", words, e.message);
}

static double seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ℓ, a bound under it, and their points. */
static struct figure *curves(void)
{
    struct figure *f = figure_new("a claim", "θ", "log-likelihood");
    struct series *l = figure_add(f, STYLE_LINE, INK_TRUTH, "loglik", "ℓ(θ)", 41);
    struct series *b = figure_add(f, STYLE_LINE, INK_BOUND, "elbo", "ELBO", 41);

    for (size_t i = 0; i < 41; i++) {
        double x = (double)i / 40;

        l->x[i] = b->x[i] = x;
        l->y[i] = -10 * (x - 0.6) * (x - 0.6) - 2.385;
        b->y[i] = l->y[i] - 5 * (x - 0.2) * (x - 0.2);
    }
    return f;
}

static struct figure *one_series(enum mark_style style, size_t n)
{
    struct figure *f = figure_new("one series", "x", "y");
    struct series *s = figure_add(f, style, INK_COMPONENT, "s", "its label", n);

    s->width = 0.5;
    if (style == STYLE_BAND || style == STYLE_ARROW)
        series_second(f, s, false);
    if (style == STYLE_ARROW)
        series_second(f, s, true);
    return f;
}

/* Quoting */

static const char *const hostile[] = {
    "\"; system(\"touch pwned\"); \"",
    "'; system('touch pwned'); '",
    "`touch pwned`",
    "\"`touch pwned`\"",
    "@ARG1 @pwned $(touch pwned)",
    "\\\"; system(\\\"touch pwned\\\"); \\\"",
    "a\nsystem \"touch pwned\"\n!touch pwned\n",
    "a\r\n!touch pwned\r\n",
    "END\n!touch pwned",
    "%s %d %n %%h %1.2f",
    "{/Symbol a}_{x}^2 ~a{.8-}",
    "| touch pwned",
    "< touch pwned",
    "back\\slash \\045 \\\\ \\n",
    "\033]0;title\007\033[31mred\033[0m",
    "ℓ(θ₁) − ½ ‖x‖² ✓ 東京",
    "\xff\xfe not UTF-8 \xc0\x80",
    "# comment \\",
    "<svg onload=\"x()\"> & &amp;",
};
enum { HOSTILE = sizeof hostile / sizeof *hostile };

static struct text shown(const char *s)
{
    struct text t = TEXT_INIT;

    text_add_shown(&t, s, 400);
    return t;
}

START_TEST(quoting_leaves_only_harmless_characters)
{
    struct text t = TEXT_INIT;

    gnuplot_quote("aZ09.,_-+=()", &t);
    ck_assert_str_eq(t.s, "\"aZ09.,_-+=()\"");
    text_reset(&t);
    gnuplot_quote("\" '`@\\$%7", &t);
    ck_assert_str_eq(t.s, "\"\\0042\\0040\\0047\\140\\100\\134\\0044\\00457\"");
    text_reset(&t);
    gnuplot_quote("θ", &t);
    ck_assert_str_eq(t.s, "\"\\316\\270\"");
    text_clear(&t);
}
END_TEST

START_TEST(gnuplot_reads_back_what_was_quoted)
{
    struct gnuplot g;
    struct error e = {0};
    struct text command = TEXT_INIT, none = TEXT_INIT, answer = TEXT_INIT;
    struct text want = shown(hostile[_i]);

    gnuplot_init(&g, "gnuplot", NULL);
    text_add(&command, "set macros\npwned = 'x'\nset print '-'\nprint ");
    gnuplot_quote(hostile[_i], &command);
    ck_assert_int_eq(gnuplot_run(&g, command.s, &none, 10, &answer, &e), 0);
    text_add(&want, "\n");
    ck_assert_str_eq(answer.s, want.s);
    ck_assert_int_ne(access("pwned", F_OK), 0);
    gnuplot_clear(&g, NULL);
    text_clear(&command);
    text_clear(&answer);
    text_clear(&want);
}
END_TEST

static struct figure *hostile_figure(const char *s)
{
    struct figure *f = figure_new(s, s, s);
    struct series *p = figure_add(f, STYLE_LINE_POINTS, INK_COMPONENT, s, s, 2);

    p->x[1] = p->y[1] = 1;
    figure_note(f, s);
    figure_text(f, 0.5, 0.25, INK_GAP, s);
    figure_tick(f, &f->x, 0, s);
    figure_tick(f, &f->y, 1, s);
    return f;
}

/* As SVG writes it. */
static struct text escaped(const char *s)
{
    struct text t = TEXT_INIT;

    for (; *s; s++) {
        if (*s == '&')
            text_add(&t, "&amp;");
        else if (*s == '<')
            text_add(&t, "&lt;");
        else
            text_add_bytes(&t, s, 1);
    }
    return t;
}

static size_t count(const char *s, const char *what)
{
    size_t n = 0;

    for (; (s = strstr(s, what)); s += strlen(what))
        n++;
    return n;
}

START_TEST(words_are_shown_and_never_run)
{
    static const char *const files[] = {"a.svg", "a.png", "a.gif", "a.pdf",
                                        "a.txt", "a.gp",  "a.csv"};
    struct plotter *p = plotter();
    struct figure *f = hostile_figure(hostile[_i]);
    struct text svg, words = shown(hostile[_i]), want = escaped(words.s);

    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        write_to(p, f, files[i]);
    ck_assert_int_eq(system("gnuplot -d a.gp >/dev/null 2>&1"), 0);
    ck_assert_int_eq(system("gnuplot -d -e \"set term svg enhanced; set output 'b.svg'\" a.gp"), 0);
    ck_assert_int_ne(access("pwned", F_OK), 0);
    /* title, note, text, two axis labels, two ticks, the key, and the series' own <title> */
    for (size_t i = 0; i < 2; i++) {
        svg = read_all(i ? "b.svg" : "a.svg");
        ck_assert_uint_ge(count(svg.s, want.s), 8);
        text_clear(&svg);
    }
    text_clear(&want);
    text_clear(&words);
    figure_free(f);
    plotter_free(p);
}
END_TEST

START_TEST(text_pictures_carry_no_control_characters)
{
    static const struct render_how how = {.terminal = "text", .columns = 90, .lines = 30,
                                          .colour = true};
    struct plotter *p = plotter();
    const struct figure *f = hostile_figure(hostile[_i]);
    struct text out = TEXT_INIT;
    struct error e = {0};

    ck_assert_int_eq(plotter_show(p, &f, 1, &how, &out, &e), 0);
    for (const char *s = out.s; *s; s++) {
        size_t n = strspn(s + 1, "[0123456789;");

        if (*s == '\033' && s[1 + n] == 'm')
            continue;
        ck_assert_msg((unsigned char)*s >= 0x20 || *s == '\n', "control %d", *s);
        ck_assert_int_ne(*s, 0x7f);
    }
    ck_assert(text_is_utf8(out.s, out.length));
    text_clear(&out);
    figure_free((struct figure *)(uintptr_t)f);
    plotter_free(p);
}
END_TEST

START_TEST(titles_break_at_blanks)
{
    struct text t = TEXT_INIT;

    words_wrap("one two three four five six", 16, 3, &t);
    ck_assert_str_eq(t.s, "one two three\nfour five six");
    text_reset(&t);
    words_wrap("onelongword andmore", 6, 1, &t);
    ck_assert_str_eq(t.s, "onelo…");
    text_clear(&t);
}
END_TEST

/* Images */

START_TEST(images_are_what_their_endings_say)
{
    static const struct {
        const char *path, *magic;
    } files[] = {{"a.png", "\x89PNG"}, {"a.svg", "<?xml"}, {"a.pdf", "%PDF"}, {"a.gif", "GIF8"}};
    struct plotter *p = plotter();
    struct figure *f = curves();

    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct text t;

        write_to(p, f, files[i].path);
        t = read_all(files[i].path);
        ck_assert_uint_gt(t.length, 1000);
        ck_assert_int_eq(memcmp(t.s, files[i].magic, strlen(files[i].magic)), 0);
        text_clear(&t);
    }
    figure_free(f);
    plotter_free(p);
}
END_TEST

/* A curve that is dashed or not, else the same, as a .gif or a sixel picture. */
static struct text drawn_line(struct plotter *p, bool dashed, bool sixel)
{
    struct render_how how = {.terminal = "sixel"};
    struct figure *f = figure_new("a line", "x", "y");
    struct series *s = figure_add(f, STYLE_LINE, INK_TRUTH, "a", NULL, 2);
    const struct figure *panel = f;
    struct text out = TEXT_INIT;
    struct error e = {0};

    s->dashed = dashed;
    s->x[1] = s->y[1] = 1;
    ck_assert_int_eq(sixel ? plotter_show(p, &panel, 1, &how, &out, &e)
                           : plotter_draw(p, &panel, 1, &how, "gif", &out, &e), 0);
    figure_free(f);
    return out;
}

/* gnuplot draws them solid there. */
START_TEST(dashes_are_seen_in_gif_and_sixel)
{
    struct plotter *p = plotter();
    struct text solid = drawn_line(p, false, _i), dashed = drawn_line(p, true, _i);

    ck_assert_uint_gt(solid.length, 1000);
    ck_assert(solid.length != dashed.length || memcmp(solid.s, dashed.s, solid.length) != 0);
    text_clear(&solid);
    text_clear(&dashed);
    plotter_free(p);
}
END_TEST

START_TEST(a_line_is_cut_into_dashes)
{
    enum { POINTS = 41 };
    double x[POINTS], y[POINTS], pixels = 400, covered = 0, longest = 0;
    struct series s = {.style = STYLE_LINE, .n = POINTS, .x = x, .y = y};
    struct view v = {0, 1, 0, 1, (size_t)pixels, (size_t)pixels};
    struct text out = TEXT_INIT, data = TEXT_INIT;
    struct script script;

    for (size_t i = 0; i < POINTS; i++) {
        x[i] = (double)i / (POINTS - 1);
        y[i] = i == POINTS / 2 ? NAN : 0.5;
    }
    script_init(&script, &out, &data);
    script_table_begin(&script);
    dashes_add(&script, &s, &v, DASH_DASHED, 1);
    ck_assert(script_table_end(&script, 2));
    size_t rows = data.length / (2 * sizeof(double));
    double from = NAN, last = NAN;
    for (size_t i = 0; i < rows; i++) {
        double at[2];

        memcpy(at, data.s + i * sizeof at, sizeof at);
        if (isnan(at[0])) {
            from = last = NAN;
            continue;
        }
        ck_assert_double_eq(at[1], 0.5);
        ck_assert(fabs(at[0] - 0.5) >= 0.025 - 1e-9); /* the hole */
        from = isnan(from) ? at[0] : from;
        covered += isnan(last) ? 0 : at[0] - last;
        longest = fmax(longest, at[0] - from);
        last = at[0];
    }
    ck_assert_double_eq_tol(longest * pixels, 13, 1e-6);
    ck_assert_double_eq_tol(covered / 0.95, 13.0 / 22, 0.03);
    script_clear(&script);
    text_clear(&out);
    text_clear(&data);
}
END_TEST

/* The axes' corner and ends from the frame's path: left,top  left,foot  right,foot. */
struct frame {
    double left, right, top, foot;
};

static struct frame frame_of(const char *svg)
{
    struct frame f;
    const char *s = svg;

    while ((s = strstr(s, " d='M"))) {
        double x, y;

        s += 5;
        if (sscanf(s, "%lf,%lf L%lf,%lf L%lf,%lf M", &f.left, &f.top, &x, &f.foot, &f.right,
                   &y) == 6 && x == f.left && y == f.foot && f.right > f.left)
            return f;
    }
    ck_abort_msg("no frame");
}

/* The curve's points in units of the axes [0,1] × [-8,0]. */
static size_t read_curve(const char *svg, const char *id, double *x, double *y, size_t most)
{
    struct frame f = frame_of(svg);
    const char *s = strstr(svg, id), *end;
    size_t n = 0;

    ck_assert_ptr_nonnull(s);
    s = strstr(s, " d='M");
    ck_assert_ptr_nonnull(s);
    end = strchr(s + 4, '\'');
    for (s += 4; n < most && (s = strpbrk(s, "ML'")) && s < end; s++) {
        double px, py;

        if (sscanf(s + 1, "%lf,%lf", &px, &py) != 2)
            continue;
        x[n] = (px - f.left) / (f.right - f.left);
        y[n++] = -8 * (py - f.top) / (f.foot - f.top);
    }
    return n;
}

START_TEST(curves_lie_where_the_numbers_are)
{
    struct plotter *p = plotter();
    struct figure *f = curves();
    struct text svg;

    f->key = KEY_NONE;
    f->x.ranged = f->y.ranged = true;
    f->x.low = 0;
    f->x.high = 1;
    f->y.low = -8;
    f->y.high = 0;
    write_to(p, f, "a.svg");
    svg = read_all("a.svg");
    for (size_t k = 0; k < 2; k++) {
        double x[64], y[64];

        ck_assert_uint_eq(read_curve(svg.s, k ? "gnuplot_plot_2" : "gnuplot_plot_1", x, y, 64), 41);
        for (size_t i = 0; i < 41; i++) {
            ck_assert_double_eq_tol(x[i], f->series[k]->x[i], 1e-4);
            ck_assert_double_eq_tol(y[i], f->series[k]->y[i], 8e-4);
        }
    }
    text_clear(&svg);
    figure_free(f);
    plotter_free(p);
}
END_TEST

START_TEST(the_key_covers_no_curve)
{
    struct plotter *p = plotter();
    struct figure *f = figure_new("falling and rising", NULL, NULL);
    struct series *s = figure_add(f, STYLE_LINE, INK_TRUTH, "v", "down and up again", 101);
    struct text svg;
    struct frame frame;
    double x[128], y[128], highest = -8;
    size_t n;

    for (size_t i = 0; i <= 100; i++) {
        s->x[i] = (double)i;
        s->y[i] = i % 2 ? -1 : 1; /* all four corners are taken */
    }
    write_to(p, f, "a.svg");
    svg = read_all("a.svg");
    frame = frame_of(svg.s);
    n = read_curve(svg.s, "gnuplot_plot_1", x, y, 128);
    ck_assert_uint_eq(n, 103); /* the key's sample comes first */
    for (size_t i = 2; i < n; i++)
        highest = fmax(highest, y[i]);
    ck_assert_double_gt(-highest / 8 * (frame.foot - frame.top), 45); /* pixels for the key */
    text_clear(&svg);
    figure_free(f);
    plotter_free(p);
}
END_TEST

START_TEST(every_style_is_drawn_everywhere)
{
    static const char *const files[] = {"a.svg", "a.png", "a.txt", "a.gp"};
    static const struct render_how themes[] = {{.theme = THEME_DEFAULT},
                                               {.theme = THEME_PROJECTOR},
                                               {.theme = THEME_PRINT}};
    struct plotter *p = plotter();

    for (enum mark_style style = STYLE_LINE; style <= STYLE_ARROW; style++)
        for (size_t n = 0; n < 4; n++) {
            struct figure *f = one_series(style, n);
            const struct figure *panel = f;
            struct series *s = f->series[0];
            struct error e = {0};

            for (size_t i = 0; i < n; i++) {
                s->x[i] = (double)i;
                s->y[i] = 1 + (double)(i * i);
                if (s->x2)
                    s->x2[i] = 3;
            }
            if (style == STYLE_POINTS)
                series_colours(f, s);
            for (size_t k = 0; k < 12; k++)
                if (plotter_write(p, &panel, 1, &themes[k / 4], files[k % 4], &e) != 0)
                    ck_abort_msg("style %d, n = %zu, %s: %s", style, n, files[k % 4], e.message);
            ck_assert_int_eq(system("gnuplot -d a.gp >/dev/null 2>gp.err && test ! -s gp.err"), 0);
            figure_free(f);
        }
    plotter_free(p);
}
END_TEST

START_TEST(odd_numbers_are_drawn_or_left_out)
{
    static const double odd[] = {0,     NAN,  INFINITY, -INFINITY, 1e308, -1e308, 1e-320,
                                 2.385, 1e17, -1e-300,  5,         5};
    enum { N = sizeof odd / sizeof *odd };
    struct plotter *p = plotter();

    for (enum mark_style style = STYLE_LINE; style <= STYLE_ARROW; style++) {
        struct figure *f = one_series(style, N * N);

        for (size_t i = 0; i < N * N; i++) {
            f->series[0]->x[i] = odd[i % N];
            f->series[0]->y[i] = odd[i / N];
        }
        write_to(p, f, "a.svg");
        write_to(p, f, "a.txt");
        write_to(p, f, "a.png");
        figure_free(f);
    }
    plotter_free(p);
}
END_TEST

START_TEST(constant_columns_have_a_window)
{
    static const double at[] = {0, -333.686, 1e-300, 1e140, -1e15};
    struct plotter *p = plotter();

    for (size_t k = 0; k < sizeof at / sizeof *at; k++) {
        struct figure *f = one_series(STYLE_LINE_POINTS, 3);

        for (size_t i = 0; i < 3; i++)
            f->series[0]->x[i] = f->series[0]->y[i] = at[k];
        write_to(p, f, "a.svg");
        write_to(p, f, "a.txt");
        figure_free(f);
    }
    plotter_free(p);
}
END_TEST

START_TEST(close_ticks_are_told_apart)
{
    struct plotter *p = plotter();
    struct figure *f = one_series(STYLE_LINE, 2);
    struct text svg;

    f->series[0]->x[1] = 1;
    for (size_t i = 0; i < 2; i++) {
        f->series[0]->y[0] = i ? -276.36000012 : -276.3625;
        f->series[0]->y[1] = i ? -276.36000019 : -276.3611;
        write_to(p, f, "a.svg");
        svg = read_all("a.svg");
        ck_assert_ptr_nonnull(strstr(svg.s, i ? "−276.36000016<" : "−276.3614<"));
        text_clear(&svg);
    }
    figure_free(f);
    plotter_free(p);
}
END_TEST

START_TEST(a_million_points_take_a_moment)
{
    enum { N = 1000000 };
    static const char *const files[] = {"a.png", "a.svg", "a.txt"};
    struct plotter *p = plotter();
    struct figure *f = one_series(STYLE_POINTS, N);
    unsigned *colour = series_colours(f, f->series[0]);

    for (size_t i = 0; i < N; i++) {
        double u = fmod((double)i * 0.6180339887, 1), v = fmod((double)i * 0.7548776662, 1);

        f->series[0]->x[i] = sqrt(-2 * log(u + 1e-9)) * cos(6.283185 * v);
        f->series[0]->y[i] = sqrt(-2 * log(u + 1e-9)) * sin(6.283185 * v);
        colour[i] = figure_component_colour((int)(i % 3));
    }
    for (size_t k = 0; k < 3; k++) {
        double start = seconds();
        struct stat st;

        write_to(p, f, files[k]);
        ck_assert_double_lt(seconds() - start, 20);
        ck_assert_int_eq(stat(files[k], &st), 0);
        ck_assert_int_lt(st.st_size, 20000000);
    }
    figure_free(f);
    plotter_free(p);
}
END_TEST

START_TEST(panels_share_one_picture)
{
    struct plotter *p = plotter();
    struct figure *a = curves(), *b = one_series(STYLE_BARS, 3), *c = one_series(STYLE_BAND, 3);
    const struct figure *const panel[] = {a, b, c};
    struct error e = {0};
    struct text t = TEXT_INIT;

    for (size_t i = 0; i < 3; i++)
        for (int k = 0; k < 2; k++)
            (k ? b : c)->series[0]->x[i] = (k ? b : c)->series[0]->y[i] = (double)i;
    ck_assert_int_eq(plotter_write(p, panel, 3, &plain, "a.svg", &e), 0);
    t = read_all("a.svg");
    ck_assert_uint_eq(count(t.s, "<text>one series</text>"), 2);
    ck_assert_uint_eq(count(t.s, "<text>a claim</text>"), 1);
    text_reset(&t);
    ck_assert_int_eq(plotter_show(p, panel, 3, &plain, &t, &e), 0);
    ck_assert_uint_eq(count(t.s, "one series"), 2);
    ck_assert_uint_eq(count(t.s, "a claim"), 1);
    ck_assert_int_eq(plotter_write(p, panel, 3, &plain, "a.gp", &e), 0);
    ck_assert_int_eq(system("gnuplot -d a.gp >/dev/null 2>gp.err && test ! -s gp.err"), 0);
    text_clear(&t);
    figure_free(a);
    figure_free(b);
    figure_free(c);
    plotter_free(p);
}
END_TEST

START_TEST(a_script_runs_alone)
{
    struct plotter *p = plotter();
    struct figure *f = curves();
    struct text t;

    write_to(p, f, "a.gp");
    write_to(p, f, "a.svg");
    ck_assert_int_eq(system("gnuplot -d -e \"set term svg rounded noenhanced font 'DejaVu Sans,14' "
                            "fontscale 1.33 background rgb 'white' size 1000,700; "
                            "set output 'b.svg'\" a.gp 2>gp.err && test ! -s gp.err"), 0);
    ck_assert_int_eq(system("cmp a.svg b.svg"), 0);
    ck_assert_int_eq(system("env -u DISPLAY gnuplot -d a.gp >b.txt 2>&1"), 0);
    t = read_all("b.txt");
    ck_assert_ptr_nonnull(strstr(t.s, "a claim"));
    text_clear(&t);
    figure_free(f);
    plotter_free(p);
}
END_TEST

/* Text pictures */

static struct text sketch(const struct figure *f, const struct render_how *how)
{
    struct plotter *p = plotter();
    struct text out = TEXT_INIT;
    struct error e = {0};

    if (plotter_show(p, &f, 1, how, &out, &e) != 0)
        ck_abort_msg("%s", e.message);
    plotter_free(p);
    return out;
}

static size_t widest_line(const char *s)
{
    size_t widest = 0;

    for (; *s; s += strcspn(s, "\n"), s += *s == '\n') {
        size_t w = text_width_n(s, strcspn(s, "\n"));

        widest = w > widest ? w : widest;
    }
    return widest;
}

START_TEST(text_pictures_fit_the_terminal)
{
    static const int sizes[][2] = {{20, 24}, {33, 10}, {80, 24}, {132, 50}, {400, 100}};
    struct figure *f = curves();

    figure_text(f, 0.9, -3, INK_TOUCH, "words that are too long for the narrowest of them all");
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct render_how how = {.terminal = "text", .columns = sizes[i][0], .lines = sizes[i][1]};
        struct text t = sketch(f, &how);

        ck_assert_uint_lt(widest_line(t.s), (size_t)sizes[i][0]);
        ck_assert_uint_gt(count(t.s, "●"), 5);
        ck_assert_uint_gt(count(t.s, "∘"), 5);
        if (sizes[i][1] >= 24)
            ck_assert_uint_lt(count(t.s, "\n"), (size_t)sizes[i][1]);
        ck_assert_ptr_null(strchr(t.s, '\033'));
        text_clear(&t);
    }
    figure_free(f);
}
END_TEST

/* Two curves that rise from the lower left corner to their peaks and fall, with words at the point
 * where they touch, near the axis. */
static struct figure *steep_curves(void)
{
    struct figure *f = figure_new("narrow", "x", "y");

    for (int k = 0; k < 2; k++) {
        struct series *s = figure_add(f, STYLE_LINE, k ? INK_BOUND : INK_TRUTH, "y", "y", 101);

        for (size_t i = 0; i < s->n; i++) {
            s->x[i] = -0.5 + 1.8 * (double)i / 100;
            s->y[i] = -1130 - 170 * (1 - 0.1 * k) * pow(s->x[i] - 1, 2) - 17.0 * k;
        }
    }
    struct series *guide = figure_add(f, STYLE_LINE, INK_FAINT, "guide", NULL, 2);
    guide->x[0] = guide->x[1] = 1;
    guide->y[0] = -1500;
    guide->y[1] = -1147;
    figure_text(f, 0, -1300, INK_FAINT, "slopes 251.3 = 251.3");
    return f;
}

START_TEST(words_in_a_narrow_picture_keep_off_the_axis)
{
    struct figure *f = steep_curves();

    for (int columns = 36; columns <= 44; columns++)
        for (int lines = 14; lines <= 24; lines++) {
            struct render_how how = {.terminal = "text", .columns = columns, .lines = lines};
            struct text t = sketch(f, &how);
            const char *words = strstr(t.s, "slopes 251.3 = 251.3"), *line = words;

            ck_assert_msg(words != NULL, "%s", t.s);
            while (line > t.s && line[-1] != '\n')
                line--;
            ck_assert_msg(text_width_n(line, (size_t)(words - line)) >= text_width("   −1200 ┤"),
                          "%s", t.s);
            text_clear(&t);
        }
    figure_free(f);
}
END_TEST

/* As many as there are colours. */
START_TEST(components_are_told_apart_in_characters)
{
    enum { COLOURS = 8 };

    for (int i = 0; i < COLOURS; i++)
        for (int k = 0; k < i; k++)
            for (int ascii = 0; ascii < 2; ascii++) {
                struct series a = {.ink = INK_COMPONENT, .component = i}, b = a;

                b.component = k;
                ck_assert_uint_ne(figure_component_colour(i), figure_component_colour(k));
                ck_assert_str_ne(theme_pen(THEME_DEFAULT, &a, ascii).area,
                                 theme_pen(THEME_DEFAULT, &b, ascii).area);
                ck_assert_str_ne(theme_pen(THEME_DEFAULT, &a, ascii).line,
                                 theme_pen(THEME_DEFAULT, &b, ascii).line);
            }
}
END_TEST

START_TEST(ticks_of_a_low_picture_are_even)
{
    struct figure *f = steep_curves();

    for (int lines = 12; lines <= 30; lines++) {
        struct render_how how = {.terminal = "text", .columns = 60, .lines = lines};
        struct text t = sketch(f, &how);
        double last = NAN, step = NAN;

        for (const char *s = t.s; (s = strstr(s, "−1")); s++) {
            double at = strtod(s + strlen("−"), NULL);

            ck_assert_msg(isnan(step) || fabs(at - last - step) < 1e-9, "%s", t.s);
            step = at - last;
            last = at;
        }
        ck_assert_msg(!isnan(step), "%s", t.s);
        text_clear(&t);
    }
    figure_free(f);
}
END_TEST

START_TEST(text_pictures_have_colour_and_ascii)
{
    struct render_how how = plain;
    struct figure *f = curves();
    struct text t;

    how.colour = true;
    t = sketch(f, &how);
    ck_assert_ptr_nonnull(strstr(t.s, "\033[38;5;"));
    ck_assert_ptr_null(strchr(t.s, '\f'));
    text_clear(&t);
    how.colour = false;
    how.ascii = true;
    t = sketch(f, &how);
    for (const char *s = t.s; *s; s++) /* but for the figure's own words */
        ck_assert_msg((*s & 0x80) == 0 || strstr(s, "ℓ") == s || strstr(s, "θ") == s ||
                          ((unsigned char)*s & 0xc0) == 0x80, "%.9s", s);
    text_clear(&t);
    figure_free(f);
}
END_TEST

START_TEST(arrows_bars_and_bands_have_characters)
{
    struct figure *f = one_series(STYLE_ARROW, 1);
    struct series *s = f->series[0];
    struct text t;

    s->x[0] = s->x2[0] = 1;
    s->y2[0] = 5;
    s->two_headed = true;
    s = figure_add(f, STYLE_BARS, INK_FAINT, "bars", "bars", 3);
    s->width = 1;
    for (size_t i = 0; i < 3; i++) {
        s->x[i] = (double)i;
        s->y[i] = 4;
    }
    t = sketch(f, &plain);
    ck_assert_uint_eq(count(t.s, "▲"), 1);
    ck_assert_uint_eq(count(t.s, "▼"), 1);
    ck_assert_uint_gt(count(t.s, "░"), 400);
    text_clear(&t);
    figure_free(f);
}
END_TEST

/* The line from row to row runs through every row. */
START_TEST(a_guide_hides_no_row)
{
    struct figure *f = figure_new("rows", "row", "x");
    struct series *guide = figure_add(f, STYLE_LINE, INK_FAINT, "guide", NULL, 9);
    struct series *rows = figure_add(f, STYLE_POINTS, INK_COMPONENT, "rows", NULL, 9);
    unsigned *colour = series_colours(f, rows);
    struct text t;

    rows->filled = true;
    for (size_t i = 0; i < 9; i++) {
        guide->x[i] = rows->x[i] = (double)i;
        guide->y[i] = rows->y[i] = i % 2 ? 1 : 0;
        colour[i] = 0x0072b2;
    }
    t = sketch(f, &plain);
    ck_assert_uint_eq(count(t.s, "●"), 9);
    text_clear(&t);
    figure_free(f);
}
END_TEST

START_TEST(a_panel_of_two_levels_is_low)
{
    struct figure *f = curves(), *levels = one_series(STYLE_STEPS, 2);
    struct series *s = levels->series[0];
    struct text t;

    s->x[1] = s->y[0] = 1;
    s->y[1] = 2;
    figure_panel(f, levels, 1, 0, "levels");
    t = sketch(f, &plain);
    size_t high = count(t.s, "\n");
    text_clear(&t);
    figure_tick(levels, &levels->y, 1, "1");
    figure_tick(levels, &levels->y, 2, "2");
    t = sketch(f, &plain);
    ck_assert_uint_lt(count(t.s, "\n"), high);
    text_clear(&t);
    figure_free(f);
}
END_TEST

/* Shows the curves at a terminal that says `answer` when it is asked what it is, or nothing. */
static struct text at_terminal(const char *answer)
{
    struct winsize size = {.ws_row = 30, .ws_col = 70};
    struct text out = TEXT_INIT;
    char buffer[4096];
    ssize_t k;
    int pty, status;
    pid_t pid = forkpty(&pty, NULL, NULL, &size);

    if (pid == 0) {
        static const struct render_how how = {.terminal = "auto", .on_terminal = true};
        struct figure *f = curves();
        struct text picture;

        setenv("TERM", "xterm", 1);
        unsetenv("DISPLAY");
        unsetenv("WAYLAND_DISPLAY");
        picture = sketch(f, &how);
        ck_assert_uint_eq(fwrite(picture.s, 1, picture.length, stdout), picture.length);
        fflush(stdout);
        _exit(0);
    }
    while ((k = read(pty, buffer, sizeof buffer)) > 0) {
        text_add_bytes(&out, buffer, (size_t)k);
        if (answer && strstr(out.s, "\033[c"))
            ck_assert_int_gt(write(pty, answer, strlen(answer)), 0);
        if (answer && strstr(out.s, "\033[c"))
            answer = NULL;
    }
    close(pty);
    waitpid(pid, &status, 0);
    ck_assert_int_eq(status, 0);
    return out;
}

START_TEST(a_terminal_is_asked_what_it_shows)
{
    struct text t = at_terminal("\033[?62;4;22c");

    ck_assert_ptr_nonnull(strstr(t.s, "\033P"));
    ck_assert_ptr_null(strstr(t.s, "●"));
    text_clear(&t);
    t = at_terminal("\033[?64;14;42c");
    ck_assert_ptr_null(strstr(t.s, "\033P"));
    ck_assert_ptr_nonnull(strstr(t.s, "●"));
    text_clear(&t);
    t = at_terminal(NULL);
    ck_assert_ptr_nonnull(strstr(t.s, "●"));
    ck_assert_uint_lt(widest_line(strstr(t.s, "a claim")), 70);
    text_clear(&t);
}
END_TEST

START_TEST(a_window_needs_a_display)
{
    struct plotter *p = plotter();
    const struct figure *f = curves();
    struct render_how how = plain;
    struct text t = TEXT_INIT;
    struct error e = {0};

    unsetenv("DISPLAY");
    unsetenv("WAYLAND_DISPLAY");
    how.terminal = "window";
    ck_assert_int_eq(plotter_show(p, &f, 1, &how, &t, &e), -1);
    ck_assert_ptr_nonnull(strstr(e.message, "no display"));
    how.terminal = "wall";
    ck_assert_int_eq(plotter_show(p, &f, 1, &how, &t, &e), -1);
    ck_assert_ptr_nonnull(strstr(e.message, "'wall'"));
    ck_assert_uint_eq(t.length, 0);
    figure_free((struct figure *)(uintptr_t)f);
    plotter_free(p);
}
END_TEST

START_TEST(no_picture_is_no_picture)
{
    struct render_how how = plain;
    struct figure *f = curves();
    struct text t;

    how.terminal = "none";
    t = sketch(f, &how);
    ck_assert_uint_eq(t.length, 0);
    figure_free(f);
}
END_TEST

/* CSV */

static struct text csv(const struct figure *f)
{
    struct text t = TEXT_INIT;

    figure_to_csv(&f, 1, &t);
    ck_assert(!t.failed);
    return t;
}

START_TEST(curves_over_one_x_are_a_wide_table)
{
    struct figure *f = figure_new("t", "x", "y");
    struct series *a = figure_add(f, STYLE_LINE, INK_TRUTH, "log\"lik", NULL, 4);
    struct series *b = figure_add(f, STYLE_LINE, INK_BOUND, NULL, "ELBO, here", 4);
    static const double y[] = {1.0 / 3, NAN, -INFINITY, INFINITY};
    struct text t;

    for (size_t i = 0; i < 4; i++) {
        a->x[i] = b->x[i] = 0.1 * (double)i;
        a->y[i] = y[i];
        b->y[i] = -333.686;
    }
    t = csv(f);
    ck_assert_str_eq(t.s, "x,\"log\"\"lik\",\"ELBO, here\"\n"
                          "0,0.33333333333333331,-333.686\n"
                          "0.1,nan,-333.686\n"
                          "0.2,-inf,-333.686\n"
                          "0.30000000000000004,inf,-333.686\n");
    text_clear(&t);
    figure_free(f);
}
END_TEST

START_TEST(anything_else_is_a_long_table)
{
    struct figure *f = figure_new("t", "x", "y");
    struct series *a = figure_add(f, STYLE_BAND, INK_GAP, "gap", NULL, 2);
    struct text t;

    series_second(f, a, false)[1] = 2.5;
    a->x[1] = 1;
    a->y[1] = 1e-320;
    figure_text(f, 3, 4, INK_TOUCH, "two\nlines");
    t = csv(f);
    ck_assert_str_eq(t.s, "series,x,y,y2,text\n"
                          "gap,0,0,0,\n"
                          "gap,1,9.99988867182683e-321,2.5,\n"
                          "words,3,4,,\"two\nlines\"\n");
    text_clear(&t);
    figure_free(f);
}
END_TEST

START_TEST(numbers_survive_csv)
{
    enum { N = 500 };
    struct figure *f = one_series(STYLE_LINE, N);
    struct text t;
    char *s;

    for (size_t i = 0; i < N; i++)
        f->series[0]->y[i] = sin((double)i) * pow(10, (double)i - 250);
    t = csv(f);
    s = strchr(t.s, '\n');
    for (size_t i = 0; i < N; i++) {
        s = strchr(s + 1, ',') + 1;
        ck_assert_double_eq(strtod(s, &s), f->series[0]->y[i]);
    }
    text_clear(&t);
    figure_free(f);
}
END_TEST

/* What goes wrong */

START_TEST(files_that_cannot_be_written)
{
    struct plotter *p = plotter();
    struct figure *f = curves();
    static const char *const endings[] = {"png", "svg", "txt", "csv", "gp"};
    char path[64];

    for (size_t i = 0; i < 5; i++) {
        snprintf(path, sizeof path, "no/such/folder/a.%s", endings[i]);
        check_error(p, f, path, "no/such/folder");
    }
    check_error(p, f, "a.bmp", "a.bmp");
    check_error(p, f, "png", "png");
    check_error(p, f, "a.png/b", "a.png/b");
    write_to(p, f, "a.png");
    figure_free(f);
    plotter_free(p);
}
END_TEST

START_TEST(a_full_disk_leaves_the_old_file)
{
    struct plotter *p = plotter();
    struct figure *f = one_series(STYLE_LINE, 2);
    struct rlimit all, tight;
    struct text before, after;

    f->series[0]->x[1] = 1;
    write_to(p, f, "a.svg");
    before = read_all("a.svg");
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &all);
    tight = all;
    tight.rlim_cur = 1000;
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &tight), 0);
    check_error(p, f, "a.svg", "a.svg");
    tight.rlim_cur = 8; /* and no room for the numbers */
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &tight), 0);
    check_error(p, f, "a.svg", "numbers");
    setrlimit(RLIMIT_FSIZE, &all);
    after = read_all("a.svg");
    ck_assert_str_eq(before.s, after.s);
    write_to(p, f, "a.svg");
    text_clear(&before);
    text_clear(&after);
    figure_free(f);
    plotter_free(p);
}
END_TEST

START_TEST(a_missing_gnuplot_is_named)
{
    struct error e = {0};
    struct plotter *p = plotter_new("/nowhere/gnuplot", NULL, &e);
    const struct figure *f = curves();

    ck_assert_int_eq(plotter_write(p, &f, 1, &plain, "a.png", &e), -1);
    ck_assert_ptr_nonnull(strstr(e.message, "/nowhere/gnuplot"));
    ck_assert_ptr_nonnull(strstr(e.hint, "apt-get install gnuplot-nox"));
    write_to(p, f, "a.csv");
    write_to(p, f, "a.gp");
    figure_free((struct figure *)(uintptr_t)f);
    plotter_free(p);
}
END_TEST

static void make_fake(const char *body)
{
    FILE *out = fopen("fake", "w");

    fprintf(out, "#!/bin/sh\n%s\n", body);
    fclose(out);
    chmod("fake", 0755);
}

/* Says every acknowledgement, and "$1" before each on stdout. */
#define ANSWERING \
    "while read -r line; do case $line in\n" \
    "\"print 'ACK\"*.sprintf*) set -- $line; echo \"ACK $3 $4 0 \" | tr -d \"'\" >&2;;\n" \
    "\"print 'ACK\"*) %s set -- $line; echo \"ACK $3 $4\" | tr -d \"'\";;\n" \
    "esac; done"

static void check_fake(const char *body, const char *words, double most)
{
    struct error e = {0};
    struct plotter *p;
    struct figure *f = curves();
    double start = seconds();

    make_fake(body);
    p = plotter_new("./fake", NULL, &e);
    check_error(p, f, "a.png", words);
    check_error(p, f, "a.txt", words);
    ck_assert_double_lt(seconds() - start, most);
    ck_assert_int_ne(access("a.png", F_OK), 0);
    plotter_free(p);
    figure_free(f);
}

START_TEST(a_gnuplot_that_is_none_is_found_out)
{
    char body[600];

    check_fake("echo out of order >&2; exit 3", "out of order", 2);
    check_fake("exit 0", "ended", 2);
    check_fake("head -c 50000 /dev/urandom; head -c 5000 /dev/urandom >&2", "ended", 2);
    check_fake("exec cat /dev/zero", "without end", 20);
    check_fake("cat /dev/zero >&2", "without end", 20);
    snprintf(body, sizeof body, ANSWERING, "");
    check_fake(body, "drew nothing", 2);
    snprintf(body, sizeof body, ANSWERING, "printf 'junk \\033[2J\\nBOX 9 1 x 70000';");
    check_fake(body, "drew nothing", 2);
    snprintf(body, sizeof body, ANSWERING, "printf '\\nBOX 99999999999 1 -4 70000';");
    check_fake(body, "drew nothing", 2);
}
END_TEST

START_TEST(a_gnuplot_that_hangs_is_stopped)
{
    check_fake("exec sleep 60", "within 5 s", 13);
}
END_TEST

START_TEST(junk_in_a_text_picture_stays_text)
{
    char body[600];
    struct error e = {0};
    struct plotter *p;
    const struct figure *f = curves();
    struct text t = TEXT_INIT;

    snprintf(body, sizeof body, ANSWERING,
             "printf '\\033]0;x\\007\\033[2J\\033[9999999999999mhi\\377\\nBOX 5 30 2 9\\n';");
    make_fake(body);
    p = plotter_new("./fake", NULL, &e);
    ck_assert_int_eq(plotter_show(p, &f, 1, &plain, &t, &e), 0);
    ck_assert_ptr_null(strchr(t.s, '\033'));
    ck_assert_ptr_null(strchr(t.s, '\007'));
    ck_assert(text_is_utf8(t.s, t.length));
    text_clear(&t);
    plotter_free(p);
    figure_free((struct figure *)(uintptr_t)f);
}
END_TEST

static struct text nothing = TEXT_INIT;

static void kill_soon(pid_t pid, int signal_number)
{
    if (fork() == 0) {
        usleep(200000);
        kill(pid, signal_number);
        _exit(0);
    }
}

START_TEST(a_killed_gnuplot_is_started_again)
{
    struct gnuplot g;
    struct error e = {0};
    struct text out = TEXT_INIT;
    double start = seconds();

    gnuplot_init(&g, "gnuplot", NULL);
    ck_assert_int_eq(gnuplot_run(&g, "set print '-'\nprint 1", &nothing, 5, &out, &e), 0);
    kill_soon(g.child.pid, SIGKILL); /* in mid-plot */
    ck_assert_int_eq(gnuplot_run(&g, "pause 20", &nothing, 15, &out, &e), -1);
    ck_assert_ptr_nonnull(strstr(e.message, "ended in mid-plot"));
    ck_assert_ptr_nonnull(strstr(e.hint, "starts a new"));
    ck_assert_double_lt(seconds() - start, 5);
    ck_assert_int_eq(gnuplot_run(&g, "set print '-'\nprint 2", &nothing, 5, &out, &e), 0);
    kill(g.child.pid, SIGKILL); /* between plots */
    usleep(100000);
    ck_assert_int_eq(gnuplot_run(&g, "set print '-'\nprint 3", &nothing, 5, &out, &e), 0);
    ck_assert_str_eq(out.s, "1\n2\n3\n");
    text_clear(&out);
    gnuplot_clear(&g, NULL);
}
END_TEST

START_TEST(gnuplots_own_errors_are_told)
{
    struct gnuplot g;
    struct error e = {0};
    struct text out = TEXT_INIT;
    pid_t pid;

    gnuplot_init(&g, "gnuplot", NULL);
    ck_assert_int_eq(gnuplot_run(&g, "set multiplot\nplot [1:1", &nothing, 5, &out, &e), -1);
    ck_assert_msg(strncmp(e.message, "gnuplot: ", 9) == 0, "%s", e.message);
    ck_assert_uint_eq(out.length, 0);
    pid = g.child.pid;
    ck_assert_int_eq(gnuplot_run(&g, "set print '-'\nprint 1+1", &nothing, 5, &out, &e), 0);
    ck_assert_str_eq(out.s, "2\n");
    ck_assert_int_eq(g.child.pid, pid);
    /* swallows the acknowledgement */
    ck_assert_int_eq(gnuplot_run(&g, "$a << NEVER", &nothing, 0.5, &out, &e), -1);
    ck_assert_ptr_nonnull(strstr(e.message, "did not answer"));
    ck_assert_int_eq(gnuplot_run(&g, "set print '-'\nprint 1+2", &nothing, 5, &out, &e), 0);
    ck_assert_str_eq(out.s, "2\n3\n");
    text_clear(&out);
    gnuplot_clear(&g, NULL);
}
END_TEST

static volatile sig_atomic_t pressed;

static void press(int signal_number)
{
    (void)signal_number;
    pressed = 1;
}

START_TEST(control_c_cancels_the_plot_alone)
{
    struct gnuplot g;
    struct error e = {0};
    struct text out = TEXT_INIT;
    double start;
    pid_t pid;

    signal(SIGUSR1, press);
    gnuplot_init(&g, "gnuplot", &pressed);
    ck_assert_int_eq(gnuplot_run(&g, "set print '-'\nprint 1", &nothing, 5, &out, &e), 0);
    pid = g.child.pid;
    start = seconds();
    kill_soon(getpid(), SIGUSR1);
    ck_assert_int_eq(gnuplot_run(&g, "pause 20", &nothing, 15, &out, &e), -1);
    ck_assert_int_eq(e.kind, ERROR_INTERRUPTED);
    ck_assert_double_lt(seconds() - start, 3);
    pressed = 0;
    ck_assert_int_eq(gnuplot_run(&g, "set print '-'\nprint 2", &nothing, 5, &out, &e), 0);
    ck_assert_str_eq(out.s, "1\n2\n");
    ck_assert_int_eq(g.child.pid, pid);
    text_clear(&out);
    gnuplot_clear(&g, NULL);
}
END_TEST

START_TEST(long_commands_and_long_answers_do_not_deadlock)
{
    struct gnuplot g;
    struct error e = {0};
    struct text command = TEXT_INIT, out = TEXT_INIT;

    gnuplot_init(&g, "gnuplot", NULL);
    text_add(&command, "set print '-'\n");
    for (int i = 0; i < 20000; i++)
        text_add(&command, "print 'a line that fills both pipes before either is read'\n");
    ck_assert_int_eq(gnuplot_run(&g, command.s, &nothing, 30, &out, &e), 0);
    ck_assert_uint_eq(count(out.s, "\n"), 20000);
    text_clear(&command);
    text_clear(&out);
    gnuplot_clear(&g, NULL);
}
END_TEST

START_TEST(no_descriptor_is_left_open)
{
    struct error e = {0};
    int before = dup(0), after;

    close(before);
    for (int i = 0; i < 3; i++) {
        struct plotter *p = plotter();
        struct figure *f = curves();

        write_to(p, f, "a.svg");
        plotter_free(p);
        p = plotter_new("/nowhere/gnuplot", NULL, &e);
        check_error(p, f, "a.svg", "nowhere");
        plotter_free(p);
        figure_free(f);
    }
    after = dup(0);
    close(after);
    ck_assert_int_eq(before, after);
}
END_TEST

START_TEST(running_out_of_memory_is_an_error)
{
    static const char *const files[] = {"a.svg", "a.txt", "a.csv", "a.gp"};
    struct plotter *p = plotter();
    const struct figure *f = curves();

    write_to(p, f, "a.svg");
    for (size_t k = 0; k < 4; k++) {
        int status = -1;

        for (long n = 0; n < 2000 && status != 0; n++) {
            struct error e = {0};

            mem_fail_after(n);
            status = plotter_write(p, &f, 1, &plain, files[k], &e);
            mem_fail_after(-1);
            ck_assert(status == 0 || e.message[0]);
        }
        ck_assert_int_eq(status, 0);
    }
    plotter_free(p);
    figure_free((struct figure *)(uintptr_t)f);
}
END_TEST

START_TEST(figures_survive_running_out_of_memory)
{
    bool whole = false;

    for (long n = 0; n < 200 && !whole; n++) {
        struct error e = {0};
        struct figure *f;
        struct series *s;

        mem_fail_after(n);
        f = figure_new("title", "x", "y");
        if (f) {
            for (size_t k = 0; k < 20; k++) {
                s = figure_add(f, STYLE_LINE, INK_TRUTH, "name", "label", 5);
                for (size_t i = 0; i < s->n; i++)
                    s->y[i] = 1;
                series_second(f, s, true)[0] = 1;
                series_colours(f, s)[0] = 1;
            }
            figure_text(f, 1, 2, INK_TOUCH, "words");
            figure_tick(f, &f->x, 1, "one");
        }
        whole = figure_done(f, &e) == 0;
        mem_fail_after(-1);
        ck_assert(whole || e.message[0]);
        figure_free(f);
    }
    ck_assert(whole);
}
END_TEST

START_TEST(colours_mix)
{
    ck_assert_uint_eq(figure_mixed_colour((double[]){1, 0}, 2), figure_component_colour(0));
    ck_assert_uint_eq(figure_mixed_colour((double[]){0, 3}, 2), figure_component_colour(1));
    ck_assert_uint_eq(figure_mixed_colour((double[]){1, 1}, 2), 0x738959);
    ck_assert_uint_eq(figure_mixed_colour((double[]){NAN, 0}, 2), 0x808080);
    ck_assert_uint_eq(figure_component_colour(9), figure_component_colour(1));
}
END_TEST

static TCase *make_case(const char *name, double limit)
{
    TCase *c = tcase_create(name);

    tcase_add_checked_fixture(c, make_folder, remove_folder);
    tcase_set_timeout(c, limit);
    return c;
}

static void add_drawing(Suite *s)
{
    TCase *c = make_case("drawing", 120);

    tcase_add_test(c, images_are_what_their_endings_say);
    tcase_add_test(c, curves_lie_where_the_numbers_are);
    tcase_add_test(c, the_key_covers_no_curve);
    tcase_add_test(c, every_style_is_drawn_everywhere);
    tcase_add_test(c, odd_numbers_are_drawn_or_left_out);
    tcase_add_test(c, constant_columns_have_a_window);
    tcase_add_test(c, close_ticks_are_told_apart);
    tcase_add_test(c, a_million_points_take_a_moment);
    tcase_add_test(c, panels_share_one_picture);
    tcase_add_test(c, a_script_runs_alone);
    tcase_add_test(c, text_pictures_fit_the_terminal);
    tcase_add_loop_test(c, dashes_are_seen_in_gif_and_sixel, 0, 2);
    tcase_add_test(c, a_line_is_cut_into_dashes);
    tcase_add_test(c, words_in_a_narrow_picture_keep_off_the_axis);
    tcase_add_test(c, components_are_told_apart_in_characters);
    tcase_add_test(c, ticks_of_a_low_picture_are_even);
    tcase_add_test(c, text_pictures_have_colour_and_ascii);
    tcase_add_test(c, arrows_bars_and_bands_have_characters);
    tcase_add_test(c, a_guide_hides_no_row);
    tcase_add_test(c, a_panel_of_two_levels_is_low);
    tcase_add_test(c, a_terminal_is_asked_what_it_shows);
    tcase_add_test(c, a_window_needs_a_display);
    tcase_add_test(c, no_picture_is_no_picture);
    tcase_add_test(c, curves_over_one_x_are_a_wide_table);
    tcase_add_test(c, anything_else_is_a_long_table);
    tcase_add_test(c, numbers_survive_csv);
    tcase_add_test(c, colours_mix);
    suite_add_tcase(s, c);
}

static void add_failing(Suite *s)
{
    TCase *c = make_case("failing", 120);

    tcase_add_test(c, files_that_cannot_be_written);
    tcase_add_test(c, a_full_disk_leaves_the_old_file);
    tcase_add_test(c, a_missing_gnuplot_is_named);
    tcase_add_test(c, a_gnuplot_that_is_none_is_found_out);
    tcase_add_test(c, a_gnuplot_that_hangs_is_stopped);
    tcase_add_test(c, junk_in_a_text_picture_stays_text);
    tcase_add_test(c, a_killed_gnuplot_is_started_again);
    tcase_add_test(c, gnuplots_own_errors_are_told);
    tcase_add_test(c, control_c_cancels_the_plot_alone);
    tcase_add_test(c, long_commands_and_long_answers_do_not_deadlock);
    tcase_add_test(c, no_descriptor_is_left_open);
    tcase_add_test(c, running_out_of_memory_is_an_error);
    tcase_add_test(c, figures_survive_running_out_of_memory);
    suite_add_tcase(s, c);
}

int main(void)
{
    Suite *s = suite_create("plot");
    TCase *words = make_case("words", 60);
    SRunner *runner;
    int failed;

    tcase_add_test(words, quoting_leaves_only_harmless_characters);
    tcase_add_loop_test(words, gnuplot_reads_back_what_was_quoted, 0, HOSTILE);
    tcase_add_loop_test(words, words_are_shown_and_never_run, 0, HOSTILE);
    tcase_add_loop_test(words, text_pictures_carry_no_control_characters, 0, HOSTILE);
    tcase_add_test(words, titles_break_at_blanks);
    suite_add_tcase(s, words);
    add_drawing(s);
    add_failing(s);
    runner = srunner_create(s);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
