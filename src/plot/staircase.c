/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/staircase.h"

#include <math.h>
#include <stdio.h>

/* Guides of earlier bounds keep this share of the width between them. */
static const double APART = 0.05;
/* So many numbers are in the title. */
enum { CLIMBS = 4 };

bool staircase_is(const struct sweep *d)
{
    const struct bound *b = &d->b;
    double s = b->touch.s;

    if (b->nearlier == 0 || !b->touches || !b->has_loglik)
        return false;
    for (size_t i = 0; i < b->nearlier; i++) {
        const struct earlier *e = &b->earlier[i];

        if (!e->touches || !e->lands || fabs(e->landing.s - s) > 1e-9 * fmax(1, fabs(s)))
            return false;
        s = e->touch.s;
    }
    return true;
}

void staircase_claim(const struct sweep *d, struct text *out)
{
    const struct bound *b = &d->b;
    bool landed = !machine_m_is_due(d->m) && b->peak_is_m_step && !d->at_here;
    size_t n = b->nearlier + 1 + landed;
    char number[NUMBER_TEXT];

    text_addf(out, "the MM staircase: M goes to each bound's peak, E up to %s: ",
              picture_symbol(d->m, TERM_LOGLIK));
    for (size_t i = 0; i < n; i++) {
        double v = i < b->nearlier    ? b->earlier[b->nearlier - 1 - i].touch.value
                   : i == b->nearlier ? b->touch.value
                                      : b->peak_loglik;
        if (n > CLIMBS && i > 0 && i + CLIMBS <= n) {
            text_add(out, i == 1 ? " → …" : "");
            continue;
        }
        text_addf(out, "%s%s", i ? " → " : "", number_text(number, v, 4));
    }
}

/* "q₂, q₃ set by hand: their bounds touch nowhere" */
static void note_untouched(const struct bound *b, bool by_hand, const char *whence,
                           struct text *note)
{
    size_t n = 0;

    for (size_t i = b->nearlier; i-- > 0;)
        if (!b->earlier[i].exact && b->earlier[i].by_hand == by_hand) {
            text_addf(note, "%sq", n > 0 ? ", " : note->length ? "; " : "");
            text_subscript(note, (long)b->earlier[i].q_count);
            n++;
        }
    if (n > 0)
        text_addf(note, " %s: %s nowhere", whence,
                  n > 1 ? "their bounds touch" : "its bound touches");
}

void staircase_note(const struct sweep *d, struct text *note)
{
    const struct bound *b = &d->b;
    const char *between = note->length ? "; " : "";
    const char *before = "earlier bounds touch off this line, at ";

    if (b->nearlier == 0 && b->line.how.history)
        text_addf(note, "%s%s", between,
                  b->let_go ? "the earlier bounds were let go of (set history_limit)"
                            : "there is no bound before this one");
    for (size_t i = b->nearlier; i-- > 0 && b->has_loglik;)
        if (b->earlier[i].exact && !b->earlier[i].touches) {
            text_addf(note, "%s%sθ", between, before);
            text_subscript(note, (long)b->earlier[i].t);
            between = "";
            before = ", ";
        }
    note_untouched(b, true, "set by hand", note);
    note_untouched(b, false, "from an E that was not exact", note);
    if (b->nearlier > 0 && b->let_go)
        text_addf(note, "%solder bounds were let go of (set history_limit)",
                  note->length ? "; " : "");
}

void staircase_stretch(const struct sweep *d, struct extent *y)
{
    for (size_t i = 0; i < d->b.nearlier; i++) {
        const struct earlier *e = &d->b.earlier[i];

        if (e->touches && sweep_shows(d, e->touch.s))
            stretch(y, e->touch.value);
        if (e->lands && sweep_shows(d, e->landing.s))
            stretch(y, e->landing.value);
    }
}

/* ---- earlier bounds --------------------------------------------------------------------- */

/* How far curve y is from the others at point k of the line. */
static double clearance(const struct bound *b, const double *y, size_t k)
{
    double least = fabs(y[k] - b->elbo[k]);

    if (b->has_loglik)
        least = fmin(least, fabs(y[k] - b->loglik[k]));
    for (size_t i = 0; i < b->nearlier; i++)
        if (b->earlier[i].elbo != y)
            least = fmin(least, fabs(y[k] - b->earlier[i].elbo[k]));
    return least;
}

/* Its words go where it is farthest from the other curves, with room to their right. */
static size_t place_of_words(const struct sweep *d, const double *y)
{
    size_t n = d->b.n, stride = n / 100 + 1, last = 3 * n / 4, best = 0;
    double most = -1, floor = d->low + 0.1 * (d->high - d->low);

    for (size_t k = n / 20; k <= last; k += stride) {
        double room = y[k] > floor ? clearance(&d->b, y, k) : -INFINITY;

        if (room > most) {
            most = room;
            best = k;
        }
    }
    return best;
}

/* From where the M-step landed up to the next touch. */
static void add_stair(struct sweep *d, const struct earlier *e, double up_to)
{
    if (!e->lands || !sweep_shows(d, e->landing.s) || !isfinite(e->landing.value))
        return;
    if (up_to > e->landing.value)
        sweep_riser(d, INK_PAST, "stair", false, e->landing.s, e->landing.value, up_to);
    sweep_point(d, INK_PAST, true, "landing", NULL, e->landing.s, e->landing.value);
}

static void add_earlier(struct sweep *d, size_t i, double *guide)
{
    const struct earlier *e = &d->b.earlier[i];
    size_t words = place_of_words(d, e->elbo);
    char theta[PICTURE_NAME], q[PICTURE_NAME], label[80];
    double s = e->touch.s, next = i ? d->b.earlier[i - 1].touch.value : d->b.touch.value;
    bool next_touches = i ? d->b.earlier[i - 1].touches : d->b.touches;

    picture_subscripted(theta, sizeof theta, "θ", e->t);
    picture_subscripted(q, sizeof q, "q", e->q_count);
    snprintf(label, sizeof label, "earlier_q%zu", e->q_count);
    sweep_curve(d, INK_PAST, label, NULL, e->elbo);
    add_stair(d, e, next_touches ? next : -INFINITY);
    if (e->touches && sweep_shows(d, s)) {
        if (fabs(s - *guide) >= APART * sweep_width(d))
            sweep_guide(d, "earlier_guide", theta, *guide = s, e->touch.value);
        sweep_point(d, INK_TOUCH, false, "earlier_touch", NULL, s, e->touch.value);
    }
    if (e->by_hand)
        snprintf(label, sizeof label, "bound of %s, set by hand", q);
    else
        snprintf(label, sizeof label, "bound at %s", theta);
    figure_text(d->f, d->b.s[words], e->elbo[words], INK_PAST, label);
}

void staircase_draw(struct sweep *d)
{
    double guide = -INFINITY;

    for (size_t i = d->b.nearlier; i-- > 0;)
        add_earlier(d, i, &guide);
}
