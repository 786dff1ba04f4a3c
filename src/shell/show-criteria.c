/* SPDX-License-Identifier: GPL-3.0-or-later */
/* show criteria */
#include <math.h>

#include "em/block_json.h"
#include "em/criteria.h"
#include "shell/show.h"

static void line(struct session *s, const char *name, double v, const char *formula)
{
    char shown[NUMBER_TEXT];
    text_addf(&s->out, "  %-4s ", name);
    text_pad_left(&s->out, number_text(shown, v, (int)s->set.digits), s->set.digits + 4);
    text_addf(&s->out, "   %s\n", formula);
}

static void say(struct session *s, const struct criteria *c)
{
    char p[NUMBER_TEXT], n[NUMBER_TEXT];
    text_addf(&s->out, "  p = %s free parameter%s, n = %s\n",
              number_text(p, (double)c->parameters, 6), c->parameters == 1 ? "" : "s",
              number_text(n, c->size, (int)s->set.digits));
    line(s, "AIC", c->aic, "−2ℓ + 2p");
    line(s, "BIC", c->bic, "−2ℓ + p log n");
    if (!isnan(c->icl))
        line(s, "ICL", c->icl, "BIC − 2 Σ w log max_k p(z=k|x)");
    text_add(&s->out, "  small is good; they are meant at a maximum of ℓ\n");
}

static int run_criteria(struct session *s, const struct call *call, struct error *e)
{
    struct criteria c;
    (void)call;
    if (criteria_make(s->machine, machine_here(s->machine)->theta, &c, e) != 0)
        return -1;
    json_t *reply = session_reply(s, NULL);
    if (!reply) {
        say(s, &c);
        return 0;
    }
    json_object_set_new(reply, "loglik", json_number(c.loglik));
    json_object_set_new(reply, "parameters", json_integer((json_int_t)c.parameters));
    json_object_set_new(reply, "n", json_number(c.size));
    json_object_set_new(reply, "aic", json_number(c.aic));
    json_object_set_new(reply, "bic", json_number(c.bic));
    json_object_set_new(reply, "icl", json_number(c.icl));
    return 0;
}

const struct subject show_criteria = {
    .lets_q_be = true,
    .name = "criteria",
    .summary = "AIC, BIC and ICL of this θ; small is good",
    .needs = NEED_MODEL | NEED_THETA,
    .run = run_criteria,
};
