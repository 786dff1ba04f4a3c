/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What Tab offers, place by place. */
#include <string.h>

#include "support.h"

#include "shell/complete.h"

static volatile sig_atomic_t interrupted;
static struct session session;

static void set_up(void)
{
    struct error e = {0};
    ck_assert(session_init(&session, &interrupted, &e) == 0);
}

static void set_up_model(void)
{
    set_up();
    session.data = support_data("faithful");
    session_set_machine(&session, support_machine("faithful", "gmm", "k=2 columns=eruptions"));
    support_theta(session.machine, "pi=0.5,0.5 mu=2,4.5 Sigma=0.25,0.25");
    support_e(session.machine);
}

static void tear_down(void)
{
    session_clear(&session);
}

/* The line ends at the cursor; the word begins where Readline would break it. */
static struct text offered(const char *line)
{
    struct completion list;
    struct text out = TEXT_INIT;
    const char *breaks = complete_breaks(&session, line, strlen(line));
    size_t from = strlen(line);

    while (from > 0 && !strchr(breaks, line[from - 1]))
        from--;
    complete_word(&session, line, from, line + from, &list);
    for (size_t i = 0; i < list.count; i++)
        text_addf(&out, "%s%s", i ? " " : "", list.item[i]);
    if (list.files)
        text_add(&out, " FILES");
    completion_clear(&list);
    return out;
}

static void check_offers(const char *line, const char *words)
{
    struct text out = offered(line);
    ck_assert_msg(strcmp(out.s, words) == 0, "after '%s': '%s', not '%s'", line, out.s, words);
    text_clear(&out);
}

static const char *const bare[][2] = {
    {"lo", "load log"},
    {"hist", "history"},
    {"e", "expect export"}, /* e and its kin need a model */
    {"print 1; hist", "history"},
    {"repeat 2 { hist", "history"},
    {"set dig", "digits"},
    {"set onerror ", "stop continue"},
    {"set onerror=c", "continue"},
    {"timer ", "on off"},
    {"load faith", "faithful FILES"},
    {"load x hea", "header="},
    {"load x header=", "yes no"},
    {"load x header=yes sep=t", "tab"},
    {"source ", " FILES"},
    {"help nota", "notation"},
    {"help show b", "bound"},
    {"help plot te", "terms"},
    {"help model bi", "binomial"},
    {"log o", "off FILES"},
    {"print logl", "loglik"},
    {"print 1+sqr", "sqrt"},
    {"nonsense x", ""},
};

START_TEST(without_data)
{
    check_offers(bare[_i][0], bare[_i][1]);
}
END_TEST

static const char *const modelled[][2] = {
    {"model gm", "gmm"},
    {"model geo", "geometric.lua"},
    {"model ./ge", " FILES"},
    {"model geometric.lua w", "weights="},
    {"model gmm c", "cov= columns="},
    {"model gmm cov=t", "tied"},
    {"model gmm cov=tied co", "columns="},
    {"model gmm columns=", "eruptions waiting"},
    {"model gmm columns=eruptions,w", "eruptions,waiting"},
    {"theta mu", "mu[1]= mu[2]= mu="},
    {"theta s", "save"},
    {"theta save ", " FILES"},
    {"q l", "load labels="},
    {"q load ", "labels= seed= FILES"},
    {"prior ", "dirichlet= m0= kappa0= S0= nu0= off"},
    {"init q", "quantile"},
    {"explain j", "jensen"},
    {"explain m S", "Sigma Sigma[1] Sigma[2]"},
    {"explain Q la", "latex"},
    {"plot bo", "bound bound2"},
    {"data ", "eruptions waiting head summary"},
    {"goto 0", "0 0E"},
    {"freeze p", "pi"},
    {"m only=", "pi mu Sigma"},
    {"show b", "bound"},
    {"show bound al", "along="},
    {"show bound along=m", "mu[1] mu[2]"},
    {"print mu", "mu mu[1] mu[2]"},
    {"print prev.kl-Sig", "Sigma Sigma[1] Sigma[2]"},
};

START_TEST(with_a_model)
{
    check_offers(modelled[_i][0], modelled[_i][1]);
}
END_TEST

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

int main(void)
{
    Suite *s = suite_create("complete");
    TCase *plain = tcase_create("without data"), *model = tcase_create("with a model");
    tcase_add_checked_fixture(plain, set_up, tear_down);
    tcase_add_loop_test(plain, without_data, 0, COUNT(bare));
    tcase_add_checked_fixture(model, set_up_model, tear_down);
    tcase_add_loop_test(model, with_a_model, 0, COUNT(modelled));
    suite_add_tcase(s, plain);
    suite_add_tcase(s, model);
    return support_run(s);
}
