/* SPDX-License-Identifier: GPL-3.0-or-later */
/* --json: every command answers with one object on one line, whose members are those promised. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "support.h"

#include "shell/command.h"
#include "shell/session.h"

static volatile sig_atomic_t interrupted;
static struct session session;

static void set_up(void)
{
    struct error e = {0};
    ck_assert(session_init(&session, &interrupted, &e) == 0);
    session.json = true;
}

static void tear_down(void)
{
    session_clear(&session);
}

/* ---- what the session prints ------------------------------------------------------------ */

/* Runs text with stdout in a file; how many lines it printed, the last one parsed. */
static size_t answers(const char *text, json_t **last)
{
    char *line = NULL;
    size_t room = 0;
    size_t n = 0;
    FILE *file = tmpfile();
    int before = dup(1);

    ck_assert(file && before >= 0);
    fflush(stdout);
    dup2(fileno(file), 1);
    int stopped = session_run_text(&session, text, "-c", 1);
    fflush(stdout);
    dup2(before, 1);
    close(before);
    ck_assert_msg(stopped == 0, "%s: failed", text);
    rewind(file);
    *last = NULL;
    for (; getline(&line, &room, file) > 0; n++) {
        json_error_t why;
        json_decref(*last);
        *last = json_loads(line, JSON_REJECT_DUPLICATES, &why);
        ck_assert_msg(json_is_object(*last), "%s: %s in %.900s", text, why.text, line);
    }
    free(line);
    fclose(file);
    return n;
}

static void quietly(const char *text)
{
    json_t *last;
    answers(text, &last);
    json_decref(last);
}

static bool is_of_kind(const json_t *j, char kind)
{
    switch (kind) {
    case 'r':
        return json_is_real(j);
    case 'i':
        return json_is_integer(j);
    case 's':
        return json_is_string(j);
    case 'b':
        return json_is_boolean(j);
    case 'o':
        return json_is_object(j);
    case 'a':
        return json_is_array(j);
    case 'z':
        return json_is_null(j);
    default:
        return false;
    }
}

/* "t:i loglik:r": each member is there and of its kind. */
static void check_members(const json_t *j, const char *members, const char *of)
{
    while (*members) {
        char name[40];
        size_t n = strcspn(members, ":");
        ck_assert(n < sizeof name && members[n] == ':');
        snprintf(name, sizeof name, "%.*s", (int)n, members);
        ck_assert_msg(is_of_kind(json_object_get(j, name), members[n + 1]),
                      "%s: no member '%s' of kind %c", of, name, members[n + 1]);
        members += n + 2;
        members += strspn(members, " ");
    }
}

/* ---- every command ---------------------------------------------------------------------- */

#define DATA "load faithful"
#define MODEL DATA "; model gmm k=2 columns=eruptions"
#define THETA MODEL "; theta pi=0.5,0.5 mu=2,4.5 Sigma=0.25,0.25"
#define STEPPED THETA "; e; m"
#define STATE "t:i phase:s exact:b loglik:r "
#define TERMS STATE "elbo:r Q:r H:r entropy:r kl:r residual_qh:r residual_elbo_kl:r "

static const struct {
    const char *before, *text, *command, *members;
} rows[] = {
    {"", "load faithful", "load", "name:s rows:i columns:a missing:i"},
    {"", "datasets", "datasets", "datasets:a"},
    {DATA, "data", "data", "name:s rows:i columns:a missing:i"},
    {DATA, "data head", "data", "rows:a"},
    {DATA, "data eruptions", "data", "summary:a"},
    {STEPPED "; sample 20; init", "show truth", "show truth",
     "truth:o theta:o match:a share:r loglik:r loglik_truth:r"},
    {STEPPED, "sample 20", "sample", "model:s rows:i drawn:i columns:a"},
    {STEPPED, "restarts 3", "restarts", TERMS "starts:i method:s optima:a degenerate:a"},
    {MODEL, "select k=1:2", "select", "table:a best:o starts:i method:s"},
    {STEPPED, "show criteria", "show criteria", "loglik:r parameters:i n:r aic:r bic:r icl:r"},
    {"", "models", "models", "models:a"},
    {DATA, "model gmm k=2", "model", "model:s about:s rows:i"},
    {MODEL, "init", "init", STATE "theta:o"},
    {MODEL, "theta pi=0.5,0.5 mu=2,4.5 Sigma=0.25,0.25", "theta", STATE "theta:o"},
    {STEPPED, "theta", "theta", "theta:o"},
    {THETA, "freeze pi", "freeze", "frozen:a"},
    {THETA "; freeze pi", "unfreeze pi", "unfreeze", "frozen:a"},
    {THETA, "prior dirichlet=2", "prior", "prior:o"},
    {THETA, "e", "e", TERMS},
    {THETA "; e", "e", "e", TERMS "notes:a"}, /* nothing changed, and it says so */
    {THETA "; prior dirichlet=2", "e", "e", TERMS "logprior:r objective:r"},
    {THETA "; e", "m", "m", TERMS},
    {THETA, "step 2", "step", TERMS},
    {THETA, "run max=3", "run", TERMS "iterations:i verdict:s seconds:r rule:s"},
    {THETA, "q uniform", "q", TERMS},
    {STEPPED, "back", "back", TERMS},
    {STEPPED "; back", "forward", "forward", TERMS},
    {STEPPED, "goto 0", "goto", STATE},
    {STEPPED, "mark here", "mark", "marked:s"},
    {STEPPED, "mark", "mark", "marks:o"},
    {STEPPED, "show terms", "show terms", TERMS},
    {STEPPED, "show theta", "show theta", "theta:o"},
    {STEPPED, "show q", "show q", "q:o"},
    {STEPPED, "show posterior", "show posterior", "q:o"},
    {STEPPED, "show points n=3", "show points", "sort:s points:a sum:o"},
    {STEPPED, "show ratio n=3", "show ratio", "ratio:a max_over_min:r"},
    {STEPPED, "show trace", "show trace", "trace:a"},
    {STEPPED, "show bound n=5", "show bound", "s:a loglik:a elbo:a touch:o"},
    {THETA "; q uniform", "show bound along=pi[1] n=5", "show bound", "touch:z"},
    {STEPPED, "show gradient", "show gradient",
     "along:a loglik:a Q:a Q_formula:a elbo:a exact:b fisher_residual:r fisher_holds:b"},
    {THETA "; run", "show rate", "show rate", "eigenvalues:a rate:r fraction_missing:r"},
    {THETA "; run", "show se", "show se", "errors:o"},
    {"", "show settings", "show settings", "settings:o"},
    {STEPPED, "why", "why", "label:s step:s reasons:a"},
    {THETA, "explain e 3", "explain", "title:s about:s items:a remarks:a"},
    {STEPPED, "explain Q", "explain", "title:z about:z items:a remarks:a"},
    {STEPPED, "ledger", "ledger", "claims:a given_up:a"},
    {STEPPED, "plot terms", "plot", "kinds:a output:z text:s"},
    {STEPPED "; plot terms", "replot", "replot", "kinds:a output:z text:s"},
    {STEPPED, "compare 0", "compare",
     "a:s b:s terms:a theta:o match:a renumbered:b same:b q:z"},
    {STEPPED, "predict 3", "predict", "posterior:a log_density:r"},
    {"", "print 1/3", "print", "value:r"},
    {"", "print 1, 2", "print", "value:a"},
    {"", "let a=1", "let", "a:i"},
    {"", "expect 1 < 2", "expect", "holds:b"},
    {"", "repeat 1 { print 1 }", "print", "value:i"},
    {"", "record", "record", "record:b"},
    {"", "log", "log", "log:b"},
    {"", "history", "history", "lines:a"},
    {"", "lessons", "lessons", "lessons:a"},
    {"", "lesson status two-coins", "lesson", "lessons:a"},
    {"", "set", "set", "settings:o"},
    {"", "set digits", "set", "digits:s"},
    {"", "timer", "timer", "timer:b"},
    {"", "help", "help", "text:s"},
};
enum { ROWS = sizeof rows / sizeof *rows };

START_TEST(one_object_each)
{
    json_t *j;
    quietly(rows[_i].before);
    ck_assert_msg(answers(rows[_i].text, &j) == 1, "%s: not one line", rows[_i].text);
    const char *command = json_string_value(json_object_get(j, "command"));
    ck_assert_msg(command && strcmp(command, rows[_i].command) == 0, "%s: \"command\" is %s",
                  rows[_i].text, command ? command : "not there");
    check_members(j, rows[_i].members, rows[_i].text);
    json_decref(j);
}
END_TEST

/* source answers with what it runs, quit with nothing, drill with an object a question; save, open
 * and drill have tests of their own. */
START_TEST(no_command_is_left_out)
{
    static const char elsewhere[] = " source quit save open drill export animate ";
    for (const struct command *const *c = commands; *c; c++) {
        size_t n = strlen((*c)->name);
        const char *at = strstr(elsewhere, (*c)->name);
        bool tried = at && at[-1] == ' ' && at[n] == ' ';
        for (size_t i = 0; i < ROWS; i++)
            tried = tried || (strncmp(rows[i].text, (*c)->name, n) == 0 &&
                              strchr(" ", rows[i].text[n]));
        ck_assert_msg(tried, "no row tries %s", (*c)->name);
    }
}
END_TEST

/* ---- what stands in them ---------------------------------------------------------------- */

START_TEST(the_numbers_are_whole)
{
    json_t *j;
    quietly(STEPPED);
    answers("show terms", &j);
    const struct state *here = machine_here(session.machine);
    ck_assert(json_real_value(json_object_get(j, "loglik")) == here->terms.value[TERM_LOGLIK]);
    ck_assert(json_real_value(json_object_get(j, "kl")) == here->terms.value[TERM_KL]);
    ck_assert_str_eq(json_string_value(json_object_get(j, "phase")), "M");
    ck_assert_int_eq(json_integer_value(json_object_get(j, "t")), 1);
    json_decref(j);
}
END_TEST

START_TEST(what_is_not_finite_is_a_string)
{
    static const char *const wanted[] = {"inf", "-inf", "nan"};
    json_t *j;
    answers("print 1/0, -1/0, 0/0", &j);
    for (size_t i = 0; i < 3; i++)
        ck_assert_str_eq(json_string_value(json_array_get(json_object_get(j, "value"), i)),
                         wanted[i]);
    json_decref(j);
}
END_TEST

START_TEST(the_touch)
{
    json_t *j;
    quietly(STEPPED);
    answers("show bound n=3", &j);
    const json_t *touch = json_object_get(j, "touch");
    check_members(touch, "s:r value:r slope_elbo:r slope_loglik:r", "touch");
    double a = json_real_value(json_object_get(touch, "slope_elbo"));
    double b = json_real_value(json_object_get(touch, "slope_loglik"));
    support_close(a, b, 1e-6, "slopes at the touch");
    for (size_t i = 0; i < 3; i++)
        ck_assert(json_array_size(json_object_get(j, i == 0 ? "s" : i == 1 ? "loglik" : "elbo")) ==
                  3);
    json_decref(j);
}
END_TEST

START_TEST(the_claims)
{
    json_t *j;
    size_t i;
    const json_t *claim;
    quietly(STEPPED);
    answers("ledger", &j);
    ck_assert(json_array_size(json_object_get(j, "claims")) > 5);
    json_array_foreach(json_object_get(j, "claims"), i, claim)
    {
        check_members(claim, "claim:s left:r right:r holds:b", "ledger");
        ck_assert(json_is_true(json_object_get(claim, "holds")));
    }
    json_decref(j);
    quietly("q uniform; m");
    answers("ledger", &j);
    ck_assert(json_array_size(json_object_get(j, "given_up")) > 0);
    json_decref(j);
}
END_TEST

/* Names, as a stranger may have given them. */
START_TEST(any_name_stays_what_it_is)
{
    static const char name[] = "\"; {}\\ \xe2\x84\x93 @%";
    json_t *j;
    quietly("load faithful name='\"; {}\\ \xe2\x84\x93 @%'");
    answers("data", &j);
    ck_assert_str_eq(json_string_value(json_object_get(j, "name")), name);
    json_decref(j);
}
END_TEST

START_TEST(rows_of_a_file)
{
    char path[] = "/tmp/emstep-predict-XXXXXX", text[80];
    static const char table[] = "eruptions\n2\n3\n4.5\n";
    int fd = mkstemp(path);
    json_t *j;
    ck_assert(fd >= 0 && write(fd, table, sizeof table - 1) == (ssize_t)sizeof table - 1);
    close(fd);
    quietly(STEPPED);
    snprintf(text, sizeof text, "predict %s", path);
    ck_assert_uint_eq(answers(text, &j), 3);
    check_members(j, "command:s posterior:a log_density:r", "predict FILE");
    json_decref(j);
    unlink(path);
}
END_TEST

START_TEST(saved_and_opened)
{
    char path[] = "/tmp/emstep-save-XXXXXX", text[80];
    int fd = mkstemp(path);
    json_t *j;
    ck_assert(fd >= 0);
    close(fd);
    quietly(STEPPED);
    snprintf(text, sizeof text, "save %s", path);
    ck_assert_uint_eq(answers(text, &j), 1);
    check_members(j, "command:s file:s", "save");
    json_decref(j);
    snprintf(text, sizeof text, "open %s", path);
    ck_assert_uint_eq(answers(text, &j), 1);
    check_members(j, "command:s name:s rows:i " TERMS, "open");
    json_decref(j);
    unlink(path);
}
END_TEST

/* Commands that write a file of their own: what they are called with, and what they answer. */
static const struct {
    const char *before, *ending, *members;
} writers[] = {
    {"export ", ".html", "command:s output:s commands:i let_go:i pictures:a"},
    {"animate terms output=", ".gif",
     "command:s kinds:a output:s frames:i first:s last:s every:i"},
};

START_TEST(written)
{
    char path[60], text[120];
    int ending = (int)strlen(writers[_i].ending);
    json_t *j;
    snprintf(path, sizeof path, "/tmp/emstep-written-XXXXXX%s", writers[_i].ending);
    int fd = mkstemps(path, ending);
    ck_assert(fd >= 0);
    close(fd);
    quietly(STEPPED);
    snprintf(text, sizeof text, "%s%s", writers[_i].before, path);
    ck_assert_uint_eq(answers(text, &j), 1);
    check_members(j, writers[_i].members, text);
    json_decref(j);
    unlink(path);
}
END_TEST

/* A grid too wide for its log-likelihood. */
START_TEST(out_of_reach_is_null)
{
    char path[] = "/tmp/emstep-ising-XXXXXX", text[120];
    int fd = mkstemp(path);
    FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
    json_t *j;
    ck_assert(file);
    fputs("x\n", file);
    for (int i = 0; i < 900; i++)
        fprintf(file, "%g\n", (i / 5 % 2 ? 1.0 : -1.0) + 0.1 * (i % 7));
    fclose(file);
    snprintf(text, sizeof text, "load %s; model ising rows=30 cols=30; init; e", path);
    quietly(text);
    answers("show terms", &j);
    check_members(j, "loglik:z kl:z H:z elbo:r Q:r entropy:r intractable:a", "wide ising");
    ck_assert_uint_eq(json_array_size(json_object_get(j, "intractable")), 3);
    json_decref(j);
    unlink(path);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("json");
    TCase *c = tcase_create("answers");
    tcase_add_checked_fixture(c, set_up, tear_down);
    tcase_add_loop_test(c, one_object_each, 0, ROWS);
    tcase_add_test(c, no_command_is_left_out);
    tcase_add_test(c, the_numbers_are_whole);
    tcase_add_test(c, what_is_not_finite_is_a_string);
    tcase_add_test(c, the_touch);
    tcase_add_test(c, the_claims);
    tcase_add_test(c, any_name_stays_what_it_is);
    tcase_add_test(c, rows_of_a_file);
    tcase_add_test(c, saved_and_opened);
    tcase_add_loop_test(c, written, 0, sizeof writers / sizeof *writers);
    tcase_add_test(c, out_of_reach_is_null);
    suite_add_tcase(s, c);
    return support_run(s);
}
