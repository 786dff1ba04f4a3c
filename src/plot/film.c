/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/film.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "plot/view.h"

/* Of one panel, over all frames. */
enum { PANELS_HELD = 64, ENTRIES_HELD = 24, TITLE_LINES = 2 };

/* An entry of the key: a series without points. */
struct held_entry {
    struct series like;      /* its look alone */
    char *name, *label;      /* owned */
};

struct held_axis {
    double low, high;
    double widest;           /* of a frame; its ticks are kept */
    size_t ntick;
    double *tick;
    char **tick_label;
};

struct held {
    bool seen, note;
    struct held_axis x, y;
    struct held_entry entry[ENTRIES_HELD];
    size_t nentry;
};

struct film {
    struct held *held;       /* (npicture × PANELS_HELD) */
    size_t npicture;
};

static void forget_ticks(struct held_axis *a)
{
    for (size_t i = 0; i < a->ntick; i++)
        mem_free(a->tick_label[i]);
    mem_free(a->tick_label);
    mem_free(a->tick);
    a->tick_label = NULL;
    a->tick = NULL;
    a->ntick = 0;
}

struct film *film_new(size_t npicture)
{
    struct film *f = NEW(struct film);

    if (!f)
        return NULL;
    f->npicture = npicture;
    f->held = NEW_ARRAY(npicture * PANELS_HELD, struct held);
    if (f->held)
        return f;
    mem_free(f);
    return NULL;
}

void film_free(struct film *f)
{
    if (!f)
        return;
    for (size_t i = 0; i < f->npicture * PANELS_HELD; i++) {
        struct held *h = &f->held[i];
        forget_ticks(&h->x);
        forget_ticks(&h->y);
        for (size_t k = 0; k < h->nentry; k++) {
            mem_free(h->entry[k].name);
            mem_free(h->entry[k].label);
        }
    }
    mem_free(f->held);
    mem_free(f);
}

/* ---- looking ---------------------------------------------------------------------------- */

static int add_tick(struct held_axis *h, double at, const char *label, struct error *e)
{
    double *tick = mem_resize(h->tick, h->ntick + 1, sizeof *tick);
    h->tick = tick ? tick : h->tick;
    char **words = mem_resize(h->tick_label, h->ntick + 1, sizeof *words);
    h->tick_label = words ? words : h->tick_label;
    char *copy = tick && words ? mem_copy_text(label ? label : "") : NULL;

    if (!copy)
        return error_no_memory(e);
    h->tick[h->ntick] = at;
    h->tick_label[h->ntick++] = copy;
    return 0;
}

/* The ticks of the wider axis, and those of the other that lie beyond them: a window that moves
 * over the history. */
static int join_ticks(struct held_axis *joined, const struct axis *wide, const struct axis *other,
                      struct error *e)
{
    double first = wide->ntick ? wide->tick[0] : INFINITY;
    double last = wide->ntick ? wide->tick[wide->ntick - 1] : -INFINITY;
    size_t i = 0;

    for (; i < other->ntick && other->tick[i] < first; i++)
        if (add_tick(joined, other->tick[i], other->tick_label[i], e) != 0)
            return -1;
    for (size_t k = 0; k < wide->ntick; k++)
        if (add_tick(joined, wide->tick[k], wide->tick_label[k], e) != 0)
            return -1;
    for (; i < other->ntick; i++)
        if (other->tick[i] > last && add_tick(joined, other->tick[i], other->tick_label[i], e) != 0)
            return -1;
    return 0;
}

static int look_at_axis(struct held_axis *h, const struct axis *a, double low, double high,
                        bool first, struct error *e)
{
    struct held_axis joined = {.low = first ? low : fmin(h->low, low),
                               .high = first ? high : fmax(h->high, high),
                               .widest = first ? high - low : fmax(h->widest, high - low)};
    struct axis had = {.ntick = h->ntick, .tick = h->tick, .tick_label = h->tick_label};
    bool wider = high - low >= h->widest;
    int r = join_ticks(&joined, wider ? a : &had, wider ? &had : a, e);

    forget_ticks(h);
    *h = joined;
    return r;
}

/* The same entry may have another label in another frame: q₁, q₂. */
static bool is_entry(const struct held_entry *en, const struct series *s)
{
    return en->like.style == s->style && en->like.ink == s->ink &&
           en->like.component == s->component && strcmp(en->name, s->name ? s->name : "") == 0;
}

static size_t find_entry(const struct held *h, const struct series *s)
{
    size_t i = 0;

    while (i < h->nentry && !is_entry(&h->entry[i], s))
        i++;
    return i;
}

static bool is_in_key(const struct series *s)
{
    return s->label && s->style != STYLE_TEXT;
}

static int insert_entry(struct held *h, size_t at, const struct series *s, struct error *e)
{
    struct held_entry new = {.like = {.style = s->style, .ink = s->ink, .component = s->component,
                                      .filled = s->filled, .dashed = s->dashed},
                             .name = mem_copy_text(s->name ? s->name : ""),
                             .label = mem_copy_text(s->label)};
    if (!new.name || !new.label) {
        mem_free(new.name);
        mem_free(new.label);
        return error_no_memory(e);
    }
    memmove(&h->entry[at + 1], &h->entry[at], (h->nentry - at) * sizeof h->entry[0]);
    h->entry[at] = new;
    h->nentry++;
    return 0;
}

/* New entries stand behind the one that they follow in their frame. */
static int look_at_key(struct held *h, const struct figure *f, struct error *e)
{
    size_t next = 0;

    for (size_t i = 0; i < f->nseries; i++) {
        const struct series *s = f->series[i];
        if (!is_in_key(s))
            continue;
        size_t at = find_entry(h, s);
        if (at == h->nentry && h->nentry == ENTRIES_HELD)
            continue;
        if (at == h->nentry && insert_entry(h, at = next, s, e) != 0)
            return -1;
        next = at + 1;
    }
    return 0;
}

/* Unequal units here: the renderer makes them equal again, alike for all. */
static struct view whole_view(const struct figure *f)
{
    struct figure plain = *f;

    plain.square = false;
    return view_of(&plain, 1000, 1000, 1);
}

static struct held *held_at(const struct film *f, size_t place, size_t panel)
{
    return panel < PANELS_HELD ? &f->held[place * PANELS_HELD + panel] : NULL;
}

int film_look(struct film *f, size_t place, const struct figure *picture, struct error *e)
{
    struct held *h;

    for (size_t k = 0; picture && (h = held_at(f, place, k)); picture = picture->next, k++) {
        struct view v = whole_view(picture);
        if (look_at_axis(&h->x, &picture->x, v.xlow, v.xhigh, !h->seen, e) != 0 ||
            look_at_axis(&h->y, &picture->y, v.ylow, v.yhigh, !h->seen, e) != 0 ||
            look_at_key(h, picture, e) != 0)
            return -1;
        h->note |= picture->note && picture->note[0];
        h->seen = true;
    }
    return 0;
}

/* ---- holding ---------------------------------------------------------------------------- */

static void hold_axis(const struct held_axis *h, struct figure *f, struct axis *a)
{
    for (size_t i = 0; i < a->ntick; i++)
        mem_free(a->tick_label[i]);
    a->ntick = 0;
    for (size_t i = 0; i < h->ntick; i++)
        figure_tick(f, a, h->tick[i], h->tick_label[i]);
    a->ranged = true;
    a->low = h->low;
    a->high = h->high;
}

/* What is missing goes in front of the first that comes after it. */
static void add_missing(const struct held *h, size_t at, struct figure *f)
{
    const struct held_entry *en = &h->entry[at];
    size_t place = 0, last;

    while (place < f->nseries && (!is_in_key(f->series[place]) ||
                                  find_entry(h, f->series[place]) <= at ||
                                  find_entry(h, f->series[place]) == h->nentry))
        place++;
    struct series *s = figure_add(f, en->like.style, en->like.ink, en->name, en->label, 0);
    s->component = en->like.component;
    s->filled = en->like.filled;
    s->dashed = en->like.dashed;
    if (f->failed)
        return;
    for (last = f->nseries - 1; last > place; last--)
        f->series[last] = f->series[last - 1];
    f->series[place] = s;
}

static void hold_key(const struct held *h, struct figure *f)
{
    bool there[ENTRIES_HELD + 1] = {false};

    for (size_t i = 0; i < f->nseries; i++)
        if (is_in_key(f->series[i]))
            there[find_entry(h, f->series[i])] = true;
    for (size_t i = 0; i < h->nentry; i++)
        if (!there[i])
            add_missing(h, i, f);
    if (f->key != KEY_NONE && !f->bare)
        f->key = KEY_BELOW;
}

/* A GIF has 256 colours in all: those of points beyond FEW become the nearest of 6 × 6 × 6. */
enum { FEW = 100, LEVEL = 0x33 };

static unsigned nearest_level(unsigned rgb)
{
    unsigned near = 0;

    for (unsigned shift = 0; shift < 24; shift += 8)
        near |= ((rgb >> shift & 0xff) + LEVEL / 2) / LEVEL * LEVEL << shift;
    return near;
}

static bool are_few(const struct series *s)
{
    unsigned seen[FEW];
    size_t n = 0;

    for (size_t i = 0; i < s->n; i++) {
        size_t k = 0;
        while (k < n && seen[k] != s->colour[i])
            k++;
        if (k == FEW)
            return false;
        if (k == n)
            seen[n++] = s->colour[i];
    }
    return true;
}

static void hold_colours(struct figure *f)
{
    for (size_t i = 0; i < f->nseries; i++) {
        struct series *s = f->series[i];
        if (!s->colour || are_few(s))
            continue;
        for (size_t k = 0; k < s->n; k++)
            s->colour[k] = nearest_level(s->colour[k]);
    }
}

int film_hold(const struct film *f, size_t place, struct figure *picture, struct error *e)
{
    const struct held *h;
    struct figure *p = picture;

    for (size_t k = 0; p && (h = held_at(f, place, k)); p = p->next, k++) {
        hold_axis(&h->x, p, &p->x);
        hold_axis(&h->y, p, &p->y);
        hold_key(h, p);
        hold_colours(p);
        p->title_lines = TITLE_LINES;
        if (h->note && !p->note)
            figure_note(p, " ");
    }
    return figure_done(picture, e);
}
