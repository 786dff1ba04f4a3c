/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/theme.h"

enum { CHARACTERS = 2 }; /* in Unicode, in ASCII */

struct role {
    unsigned rgb, print;    /* in colour; in black and white */
    double width, size, fill;
    enum dash dash;
    int filled, open;       /* gnuplot's point types */
    bool plain;
    const char *line[CHARACTERS], *full[CHARACTERS], *hollow[CHARACTERS], *area[CHARACTERS];
};

static const struct role roles[] = {
    [INK_TRUTH] = {0x0072b2, 0x000000, 4, 1.4, 0.25, DASH_SOLID, 7, 6, false,
                   {"●", "*"}, {"●", "O"}, {"○", "o"}, {"▒", "%"}},
    [INK_BOUND] = {0xe69f00, 0x707070, 3, 1.5, 0.25, DASH_DASHED, 9, 8, false,
                   {"∘", "."}, {"▲", "^"}, {"△", "^"}, {"▒", "%"}},
    [INK_GAP] = {0xd55e00, 0x404040, 2, 1.4, 0.25, DASH_SOLID, 13, 12, false,
                 {"┊", ":"}, {"◆", "#"}, {"◇", "#"}, {"░", ":"}},
    [INK_TOUCH] = {0x202020, 0x000000, 2, 1.7, 0.25, DASH_SOLID, 7, 6, true,
                   {"·", "."}, {"◆", "@"}, {"◇", "@"}, {"▒", "%"}},
    [INK_STEP] = {0xe69f00, 0x707070, 2, 2.0, 0.25, DASH_SOLID, 9, 8, false,
                  {"·", "."}, {"▲", "^"}, {"△", "^"}, {"▒", "%"}},
    [INK_PAST] = {0xf0c56b, 0xa8a8a8, 2.2, 1.4, 0.25, DASH_DASHED, 9, 8, false,
                  {"-", "-"}, {"▵", "^"}, {"▵", "^"}, {"▒", "%"}},
    [INK_PATH] = {0x202020, 0x000000, 1.6, 1.0, 0.25, DASH_SOLID, 7, 6, true,
                  {"·", "."}, {"●", "o"}, {"○", "o"}, {"▒", "%"}},
    [INK_FAINT] = {0x8c8c8c, 0x8c8c8c, 1.5, 0.8, 0.35, DASH_DOTTED, 7, 6, false,
                   {"·", "."}, {"·", "."}, {"·", "."}, {"░", ":"}},
};

struct component {
    unsigned print;
    enum dash dash;
    int filled, open;
    const char *line[CHARACTERS], *full[CHARACTERS], *hollow[CHARACTERS], *area[CHARACTERS];
};

static const struct component components[] = {
    {0x000000, DASH_SOLID, 7, 6, {"•", "*"}, {"●", "o"}, {"○", "o"}, {"▓", "#"}},
    {0x606060, DASH_LONG, 9, 8, {"∘", "+"}, {"▲", "+"}, {"△", "+"}, {"▒", "%"}},
    {0x303030, DASH_SHORT, 5, 4, {"▪", "x"}, {"■", "x"}, {"□", "x"}, {"░", ":"}},
    {0x808080, DASH_MIXED, 13, 12, {"◦", "="}, {"◆", "%"}, {"◇", "%"}, {"▚", "="}},
    {0x181818, DASH_DOUBLE, 11, 10, {"▫", "~"}, {"▼", "v"}, {"▽", "v"}, {"≡", "~"}},
    {0x505050, DASH_DASHED, 15, 14, {"×", "&"}, {"★", "&"}, {"☆", "&"}, {"▞", "&"}},
    {0x989898, DASH_FINE, 3, 3, {"+", "@"}, {"+", "@"}, {"+", "@"}, {"╬", "@"}},
    {0x282828, DASH_MIXED, 2, 2, {"¤", "$"}, {"¤", "$"}, {"¤", "$"}, {"║", "$"}},
};
enum { COMPONENTS = sizeof components / sizeof *components };

/* The greys of an image; white is not drawn. */
static const struct {
    unsigned rgb;
    const char *area[CHARACTERS];
} shades[] = {
    {0xc8c8c8, {"░", ":"}}, {0x909090, {"▒", "+"}}, {0x585858, {"▓", "%"}}, {0x101010, {"█", "#"}}};
enum { SHADES = sizeof shades / sizeof *shades };

struct look theme_look(enum theme theme)
{
    static const struct look looks[] = {
        [THEME_DEFAULT] = {1000, 700, 14, 1, 0.8, 0.75},
        [THEME_PROJECTOR] = {1200, 840, 23, 1.7, 1, 1},
        [THEME_PRINT] = {1000, 700, 14, 0.9, 0.8, 0.75},
    };
    return looks[theme];
}

const char *dash_pattern(enum dash dash)
{
    static const char *const patterns[] = {
        [DASH_SOLID] = "solid",
        [DASH_DASHED] = "(13,9)",
        [DASH_DOTTED] = "(1,8)",
        [DASH_LONG] = "(20,6)",
        [DASH_SHORT] = "(5,5)",
        [DASH_MIXED] = "(14,5,2,5)",
        [DASH_DOUBLE] = "(26,4,2,4,2,4)",
        [DASH_FINE] = "(8,5)",
    };
    return patterns[dash];
}

/* By the weights of ITU-R BT.601. */
static unsigned grey(unsigned rgb)
{
    unsigned y = (299 * (rgb >> 16 & 0xff) + 587 * (rgb >> 8 & 0xff) + 114 * (rgb & 0xff)) / 1000;

    return y << 16 | y << 8 | y;
}

unsigned theme_colour(enum theme theme, unsigned rgb)
{
    rgb &= 0xffffff;
    return theme == THEME_PRINT ? grey(rgb) : rgb;
}

static struct pen component_pen(enum theme theme, const struct series *s, bool ascii)
{
    const struct component *c = &components[(unsigned)s->component % COMPONENTS];
    bool print = theme == THEME_PRINT;

    return (struct pen){
        .rgb = print ? c->print : figure_component_colour(s->component),
        .width = 3,
        .dash = c->dash, /* in grey-scale the colours alone do not tell */
        .shape = s->filled ? c->filled : c->open,
        .size = 1.3,
        .fill = 0.45,
        .line = c->line[ascii],
        .point = s->filled ? c->full[ascii] : c->hollow[ascii],
        .area = c->area[ascii],
    };
}

static struct pen shade_pen(const struct series *s, bool ascii)
{
    unsigned at = (unsigned)s->component % SHADES;

    return (struct pen){
        .rgb = shades[at].rgb,
        .width = 1,
        .dash = DASH_SOLID,
        .shape = 5,
        .size = 1,
        .fill = 1,
        .plain = true,
        .line = shades[at].area[ascii],
        .point = shades[at].area[ascii],
        .area = shades[at].area[ascii],
    };
}

/* Contours, from low to high: one hue, ever darker, so that grey-scale tells the heights apart; the
 * dark end is still seen on a black terminal. */
static struct pen height_pen(enum theme theme, const struct series *s, bool ascii)
{
    static const struct {
        int low[3], high[3];
        const char *line[CHARACTERS];
    } hues[] = {{{0x9b, 0xcd, 0xee}, {0x00, 0x55, 0x90}, {"•", "*"}},
                {{0xf5, 0xc4, 0x62}, {0xa0, 0x55, 0x00}, {"∘", "."}}};
    bool bound = s->ink == INK_BOUND_HEIGHT;
    int at = (int)((unsigned)s->component % HEIGHTS);
    unsigned rgb = 0;

    for (int c = 0; c < 3; c++) {
        int low = hues[bound].low[c], high = hues[bound].high[c];

        rgb = rgb << 8 | (unsigned)(low + (high - low) * at / (HEIGHTS - 1));
    }
    return (struct pen){
        .rgb = theme_colour(theme, rgb),
        .width = 2,
        .dash = bound ? DASH_DASHED : DASH_SOLID,
        .shape = 7,
        .size = 1,
        .fill = 0.25,
        .line = hues[bound].line[ascii],
        .point = hues[bound].line[ascii],
        .area = hues[bound].line[ascii],
    };
}

static struct pen role_pen(enum theme theme, const struct series *s, bool ascii)
{
    const struct role *r = &roles[s->ink];

    return (struct pen){
        .rgb = theme == THEME_PRINT ? r->print : r->rgb,
        .width = r->width,
        .dash = r->dash,
        .shape = s->filled ? r->filled : r->open,
        .size = r->size,
        .fill = r->fill,
        .plain = r->plain,
        .line = r->line[ascii],
        .point = s->filled ? r->full[ascii] : r->hollow[ascii],
        .area = r->area[ascii],
    };
}

/* A crowd of points is drawn small. */
static double crowding(size_t n)
{
    return n > 20000 ? 0.2 : n > 2000 ? 0.4 : n > 300 ? 0.7 : 1;
}

struct pen theme_pen(enum theme theme, const struct series *s, bool ascii)
{
    bool height = s->ink == INK_TRUTH_HEIGHT || s->ink == INK_BOUND_HEIGHT;
    struct pen p = s->ink == INK_COMPONENT ? component_pen(theme, s, ascii)
                   : s->ink == INK_SHADE   ? shade_pen(s, ascii)
                   : height                ? height_pen(theme, s, ascii)
                                           : role_pen(theme, s, ascii);
    double weight = theme_look(theme).weight;

    if (s->dashed)
        p.dash = DASH_FINE;
    p.width *= weight;
    p.size *= weight * crowding(s->n);
    return p;
}
