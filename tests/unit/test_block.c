/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <check.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/memory.h"
#include "em/block.h"
#include "em/block_json.h"

/* A θ with every constraint: pi[2] mu[2,3] Sigma[2,2,2] rate[2] p c[2,1]. */
static struct layout layout;
static struct error e;

static void add(const char *name, int rank, size_t a, size_t b, size_t c, enum constraint how)
{
    struct block block = {.rank = rank, .dim = {a, b, c}, .constraint = how, .upper = 1};

    strcpy(block.name, name);
    layout_add(&layout, block);
}

static void make_layout(void)
{
    layout = (struct layout){0};
    add("pi", 1, 2, 0, 0, CONSTRAINT_SIMPLEX);
    add("mu", 2, 2, 3, 0, CONSTRAINT_FREE);
    add("Sigma", 3, 2, 2, 2, CONSTRAINT_SPD);
    add("rate", 1, 2, 0, 0, CONSTRAINT_POSITIVE);
    add("p", 0, 0, 0, 0, CONSTRAINT_BOUNDS);
    add("c", 2, 2, 1, 0, CONSTRAINT_FREE);
    e = (struct error){0};
}

static struct theta *make_theta(void)
{
    static const double v[] = {0.25, 0.75, 1, 2, 3, 4, 5, 6, 1, 0.5, 0.5, 1, 4, -1, -1, 2,
                               1,    2,    0.5, 7, 8};
    struct theta *t = theta_new(&layout, &e);

    ck_assert_uint_eq(layout.size, sizeof v / sizeof *v);
    memcpy(t->b.v, v, sizeof v);
    return t;
}

/* Layouts */

START_TEST(a_layout_lays_blocks_end_to_end)
{
    const struct block *sigma = layout_find(&layout, "Sigma");

    ck_assert_uint_eq(sigma->offset, 8);
    ck_assert_uint_eq(sigma->size, 8);
    ck_assert_uint_eq(layout_place(&layout, sigma), 2);
    ck_assert_uint_eq(layout_find(&layout, "p")->size, 1);
    ck_assert_ptr_null(layout_find(&layout, "sigma"));
}
END_TEST

START_TEST(a_layout_that_overflows_is_refused)
{
    add("big", 3, SIZE_MAX / 2, 3, 1, CONSTRAINT_FREE);
    ck_assert_uint_eq(layout.size, SIZE_MAX);
    add("small", 1, 1, 0, 0, CONSTRAINT_FREE);
    ck_assert_uint_eq(layout.size, SIZE_MAX);
    ck_assert_ptr_null(theta_new(&layout, &e));
    ck_assert_str_eq(e.message, "out of memory");

    make_layout();
    add("bytes", 1, SIZE_MAX / 8, 0, 0, CONSTRAINT_FREE);
    ck_assert_ptr_null(latent_new(&layout, &e));
    ck_assert_str_eq(e.message, "out of memory");

    make_layout();
    add("sum", 1, SIZE_MAX - 5, 0, 0, CONSTRAINT_FREE);
    ck_assert_uint_eq(layout.size, SIZE_MAX);
}
END_TEST

START_TEST(theta_and_latent_are_counted)
{
    struct theta *t = make_theta(), *copy = theta_copy(t, &e);
    struct latent *q = latent_new(&layout, &e), *other;

    ck_assert_ptr_eq(theta_ref(t), t);
    theta_free(t);
    ck_assert(theta_block(t, "mu")[5] == 6);
    theta_block(copy, "mu")[5] = 60;
    ck_assert(theta_block(t, "mu")[5] == 6);
    theta_free(t);
    theta_free(copy);

    latent_block(q, "pi")[1] = 3;
    other = latent_copy(q, &e);
    latent_free(latent_ref(q));
    ck_assert(latent_block(other, "pi")[1] == 3);
    ck_assert(latent_block(q, "pi")[1] == 3);
    latent_free(q);
    latent_free(other);
    theta_free(NULL);
    latent_free(NULL);
}
END_TEST

START_TEST(no_memory_is_an_error)
{
    struct theta *t = make_theta();

    for (int n = 0; n < 2; n++) {
        e = (struct error){0};
        mem_fail_after(n);
        ck_assert_ptr_null(theta_copy(t, &e));
        ck_assert_str_eq(e.message, "out of memory");
        mem_fail_after(n);
        ck_assert_ptr_null(latent_new(&layout, &e));
        mem_fail_after(-1);
    }
    theta_free(t);
}
END_TEST

START_TEST(errors_are_made_without_memory)
{
    struct theta *t = make_theta();
    struct error full;
    size_t at, index[] = {3};

    for (long n = 0; n < 4; n++) {
        mem_fail_after(n);
        ck_assert_int_eq(block_entry(&layout.block[0], index, 1, &at, &e), -1);
        full = e;
        theta_block(t, "Sigma")[1] = n % 2 ? 2 : 0.5; /* not symmetric, else not definite */
        theta_block(t, "Sigma")[2] = n % 2 ? 1 : 0.5;
        theta_block(t, "Sigma")[0] = n % 2 ? 1 : 0.01;
        mem_fail_after(n);
        ck_assert_int_eq(blocks_valid(&t->b, &e), -1);
        mem_fail_after(-1);
        ck_assert_msg(n >= 2 || strcmp(full.message, "out of memory") == 0, "%s", full.message);
        ck_assert_msg(n >= 2 || strcmp(e.message, "out of memory") == 0, "%s", e.message);
    }
    ck_assert_str_eq(full.message, "no pi[3]: an index is out of range");
    theta_free(t);
}
END_TEST

/* Entries and names */

static const struct {
    const char *block;
    size_t index[4], n;
    size_t at, count;
    const char *name;
} entries[] = {
    {"pi", {2}, 1, 1, 1, "pi[2]"},
    {"mu", {2, 3}, 2, 5, 1, "mu[2,3]"},
    {"mu", {2}, 1, 3, 3, NULL},
    {"mu", {0}, 0, 0, 6, NULL},
    {"Sigma", {2, 1, 2}, 3, 5, 1, "Sigma[2,1,2]"},
    {"Sigma", {2}, 1, 4, 4, NULL},
    {"Sigma", {2, 2}, 2, 6, 2, NULL},
    {"p", {0}, 0, 0, 1, "p"},
    {"p", {1}, 1, 0, 1, "p"},
    {"c", {2}, 1, 1, 1, "c[2]"},
    {"c", {2, 1}, 2, 1, 1, "c[2]"},
    {"pi", {2, 1, 1, 1}, 4, 1, 1, "pi[2]"},
};

START_TEST(an_index_selects_a_run)
{
    const struct block *b = layout_find(&layout, entries[_i].block);
    size_t at = 42, count = 42;

    ck_assert_int_eq(block_run(b, entries[_i].index, entries[_i].n, &at, &count, &e), 0);
    ck_assert_uint_eq(at, entries[_i].at);
    ck_assert_uint_eq(count, entries[_i].count);
}
END_TEST

START_TEST(an_entry_has_one_name)
{
    const struct block *b = layout_find(&layout, entries[_i].block);
    struct text name = TEXT_INIT;
    size_t at = 42;

    if (!entries[_i].name) {
        ck_assert_int_eq(block_entry(b, entries[_i].index, entries[_i].n, &at, &e), -1);
        ck_assert_ptr_nonnull(strstr(e.message, "an index is missing"));
        ck_assert_uint_eq(at, 42);
        return;
    }
    ck_assert_int_eq(block_entry(b, entries[_i].index, entries[_i].n, &at, &e), 0);
    ck_assert_uint_eq(at, entries[_i].at);
    block_entry_name(b, at, &name);
    ck_assert_str_eq(name.s, entries[_i].name);
    text_clear(&name);
}
END_TEST

static const struct {
    const char *block;
    size_t index[4], n;
    const char *message, *hint;
} no_entries[] = {
    {"pi", {3}, 1, "no pi[3]: an index is out of range", "pi is pi[2]; indices count from 1"},
    {"pi", {0}, 1, "no pi[0]: an index is out of range", "pi is pi[2]; indices count from 1"},
    {"mu", {1, 4}, 2, "no mu[1,4]: an index is out of range",
     "mu is mu[2,3]; indices count from 1"},
    {"pi", {1, 2}, 2, "no pi[1,2]: too many indices", "pi is pi[2]; indices count from 1"},
    {"p", {2}, 1, "no p[2]: too many indices", "p is p; indices count from 1"},
    {"c", {1, 2}, 2, "no c[1,2]: an index is out of range", "c is c[2]; indices count from 1"},
    {"Sigma", {1, 1, 1, 2}, 4, "no Sigma[1,1,1]: too many indices", NULL},
    {"mu", {SIZE_MAX, 1}, 2, "no mu[18446744073709551615,1]: an index is out of range", NULL},
};

START_TEST(an_index_out_of_range_is_an_error)
{
    const struct block *b = layout_find(&layout, no_entries[_i].block);
    size_t at = 42, count = 42;

    ck_assert_int_eq(block_run(b, no_entries[_i].index, no_entries[_i].n, &at, &count, &e), -1);
    ck_assert_str_eq(e.message, no_entries[_i].message);
    if (no_entries[_i].hint)
        ck_assert_str_eq(e.hint, no_entries[_i].hint);
    ck_assert_uint_eq(at, 42);
    ck_assert_uint_eq(count, 42);
}
END_TEST

START_TEST(shapes_leave_trailing_ones_out)
{
    static const char *const shape[] = {"pi[2]", "mu[2,3]", "Sigma[2,2,2]", "rate[2]", "p", "c[2]"};

    for (size_t i = 0; i < layout.nblock; i++) {
        struct text t = TEXT_INIT;

        block_shape(&layout.block[i], &t);
        ck_assert_str_eq(t.s, shape[i]);
        text_clear(&t);
    }
}
END_TEST

/* Constraints */

static const struct {
    const char *block;
    size_t at;
    double v;
    const char *message;
} broken[] = {
    {"mu", 4, NAN, "mu[2,2] is nan; it must be finite"},
    {"c", 1, -INFINITY, "c[2] is -inf; it must be finite"},
    {"pi", 0, NAN, "pi[1] is nan; it must be finite"},
    {"pi", 1, -0.25, "pi[2] is \u22120.25; it must be 0 or more"},
    {"pi", 1, 0.5, "pi sums to 0.75; it must sum to 1"},
    {"pi", 1, 0.75 + 2e-9, "pi sums to 1.000000002; it must sum to 1"},
    {"rate", 1, 0, "rate[2] is 0; it must be above 0"},
    {"rate", 0, -1, "rate[1] is \u22121; it must be above 0"},
    {"p", 0, 1.25, "p is 1.25; it must lie between 0 and 1"},
    {"p", 0, -1e-12, "p is \u22121e\u221212; it must lie between 0 and 1"},
    {"Sigma", 4, -4, "Sigma[2,1,1] is \u22124; a variance must be above 0"},
    {"Sigma", 1, 0.6, "Sigma is not symmetric: Sigma[1,2,1] and Sigma[1,1,2] differ"},
    {"Sigma", 4, 0.4, "Sigma[2] is not positive definite"},
    {"Sigma", 4, 0.5, "Sigma[2] is not positive definite"}, /* singular, but for rounding */
};

START_TEST(a_broken_constraint_is_named)
{
    struct theta *t = make_theta();

    theta_block(t, broken[_i].block)[broken[_i].at] = broken[_i].v;
    ck_assert_int_eq(blocks_valid(&t->b, &e), -1);
    ck_assert_str_eq(e.message, broken[_i].message);
    theta_free(t);
}
END_TEST

START_TEST(the_edges_of_the_domain_are_valid)
{
    struct theta *t = make_theta();

    ck_assert_int_eq(blocks_valid(&t->b, &e), 0);
    theta_block(t, "pi")[0] = 0;
    theta_block(t, "pi")[1] = 1 + 5e-10;
    theta_block(t, "p")[0] = 1;
    theta_block(t, "rate")[0] = 5e-324;
    theta_block(t, "Sigma")[1] += 5e-10;
    ck_assert_int_eq(blocks_valid(&t->b, &e), 0);
    theta_free(t);
}
END_TEST

START_TEST(symmetry_is_relative_to_the_variances)
{
    struct theta *t = make_theta();
    double *sigma = theta_block(t, "Sigma");

    for (size_t i = 0; i < 4; i++)
        sigma[i] *= 1e-12;
    ck_assert_int_eq(blocks_valid(&t->b, &e), 0);
    sigma[1] *= 1.01;
    ck_assert_int_eq(blocks_valid(&t->b, &e), -1);
    sigma[1] = sigma[2];
    for (size_t i = 0; i < 4; i++)
        sigma[i] *= 1e24;
    sigma[1] *= 1 + 1e-12;
    ck_assert_int_eq(blocks_valid(&t->b, &e), 0);
    theta_free(t);
}
END_TEST

START_TEST(one_sided_bounds_say_their_side)
{
    struct layout half = {0};
    struct block b = {.name = "nu", .constraint = CONSTRAINT_BOUNDS, .lower = 2,
                      .upper = INFINITY};
    struct theta *t;

    layout_add(&half, b);
    b = (struct block){.name = "s", .constraint = CONSTRAINT_BOUNDS, .lower = -INFINITY};
    layout_add(&half, b);
    t = theta_new(&half, &e);
    ck_assert_int_eq(blocks_valid(&t->b, &e), -1);
    ck_assert_str_eq(e.message, "nu is 0; it must be at least 2");
    theta_block(t, "nu")[0] = 2;
    theta_block(t, "s")[0] = 1;
    ck_assert_int_eq(blocks_valid(&t->b, &e), -1);
    ck_assert_str_eq(e.message, "s is 1; it must be at most 0");
    theta_free(t);
}
END_TEST

START_TEST(tidying_takes_rounding_out)
{
    struct theta *t = make_theta();
    double *pi = theta_block(t, "pi"), *sigma = theta_block(t, "Sigma");

    pi[1] += 4e-10;
    sigma[5] = -1 + 4e-10;
    blocks_tidy(&t->b);
    ck_assert_double_le(fabs(pi[0] + pi[1] - 1), 4e-16);
    ck_assert(sigma[5] == sigma[6]);
    ck_assert_double_le(fabs(sigma[5] + 1 - 2e-10), 1e-15);
    ck_assert_int_eq(blocks_valid(&t->b, &e), 0);
    theta_free(t);
}
END_TEST

START_TEST(tidying_leaves_what_was_typed)
{
    static const double typed[] = {0.7, 0.2, 0.1};
    struct layout three = {0};
    struct block b = {.name = "pi", .rank = 1, .dim = {3}, .constraint = CONSTRAINT_SIMPLEX};
    struct theta *t;

    layout_add(&three, b);
    t = theta_new(&three, &e);
    memcpy(t->b.v, typed, sizeof typed);
    blocks_tidy(&t->b);
    ck_assert_mem_eq(t->b.v, typed, sizeof typed);
    theta_free(t);
}
END_TEST

START_TEST(distance_counts_free_coordinates_once)
{
    struct theta *a = make_theta(), *b = make_theta();

    ck_assert(blocks_distance(&a->b, &b->b) == 0);
    theta_block(b, "pi")[0] += 3;
    theta_block(b, "pi")[1] -= 1000;   /* it follows from the first */
    theta_block(b, "Sigma")[1] += 4;
    theta_block(b, "Sigma")[2] += 1000; /* the mirror image */
    theta_block(b, "Sigma")[7] += 12;
    theta_block(b, "p")[0] += 84;
    ck_assert_double_le(fabs(blocks_distance(&a->b, &b->b) - 85), 1e-12);

    for (size_t i = 0; i < layout.size; i++)
        a->b.v[i] = 0;
    theta_block(a, "mu")[0] = 3e300;
    theta_block(a, "c")[0] = 4e300;
    ck_assert_double_le(fabs(blocks_norm(&a->b) / 5e300 - 1), 1e-15);
    theta_free(a);
    theta_free(b);
}
END_TEST

/* JSON */

START_TEST(numbers_of_json_may_be_infinite)
{
    static const double v[] = {0.1, -2, 1e300, INFINITY, -INFINITY, NAN};

    for (size_t i = 0; i < sizeof v / sizeof *v; i++) {
        json_t *j = json_number(v[i]);
        double back = 42;

        ck_assert(json_to_number(j, &back));
        ck_assert(back == v[i] || (isnan(back) && isnan(v[i])));
        ck_assert_int_eq(json_is_string(j), !isfinite(v[i]));
        json_decref(j);
    }
    ck_assert(!json_to_number(json_null(), &(double){0}));
    ck_assert(!json_to_number(NULL, &(double){0}));
}
END_TEST

START_TEST(blocks_come_back_from_json)
{
    struct theta *t = make_theta(), *back = theta_new(&layout, &e);
    json_t *j, *again;
    char *s;

    theta_block(t, "mu")[0] = 0.1 + 0.2;
    j = blocks_to_json(&t->b);
    s = json_dumps(j, JSON_REAL_PRECISION(17) | JSON_COMPACT);
    ck_assert_ptr_nonnull(strstr(s, "\"Sigma\":[[[1.0,0.5],[0.5,1.0]],[[4.0,-1.0],[-1.0,2.0]]]"));
    ck_assert_ptr_nonnull(strstr(s, "\"p\":0.5,\"c\":[[7.0],[8.0]]"));
    again = json_loads(s, 0, NULL);
    ck_assert_int_eq(blocks_from_json(&back->b, again, &e), 0);
    ck_assert_mem_eq(back->b.v, t->b.v, layout.size * sizeof(double));
    json_decref(j);
    json_decref(again);
    free(s);
    theta_free(t);
    theta_free(back);
}
END_TEST

#define REST "\"rate\":[1,2],\"p\":0.5,\"c\":[7,8]"
#define PI "\"pi\":[0.25,0.75],"
#define MU "\"mu\":[[1,2,3],[4,5,6]],"
#define SIGMA "\"Sigma\":[[[1,0.5],[0.5,1]],[[4,-1],[-1,2]]],"

static const char *const readable[] = {
    "{" PI MU SIGMA REST "}",
    "{" PI "\"mu\":[1,2,3,4,5,6]," SIGMA REST "}",
    "{" PI MU "\"Sigma\":[1,0.5,0.5,1,4,-1,-1,2]," REST "}",
    "{" PI MU SIGMA "\"p\":[0.5],\"rate\":[1,2],\"c\":[[7],[8]]}",
    "{" PI MU SIGMA "\"p\":0.5,\"rate\":[1,2],\"c\":[[7],8]}",
};

START_TEST(shapes_may_be_flat)
{
    struct theta *t = theta_new(&layout, &e), *want = make_theta();
    json_t *j = json_loads(readable[_i], JSON_REJECT_DUPLICATES, NULL);

    ck_assert_msg(blocks_from_json(&t->b, j, &e) == 0, "%s", e.message);
    ck_assert_mem_eq(t->b.v, want->b.v, layout.size * sizeof(double));
    json_decref(j);
    theta_free(t);
    theta_free(want);
}
END_TEST

static const struct {
    const char *json, *message;
} unreadable[] = {
    {"[1,2]", "this JSON is not an object of blocks"},
    {"{" PI MU SIGMA "\"p\":0.5,\"rate\":[1,2]}", "'c' is missing"},
    {"{" PI MU SIGMA REST ",\"sigma\":1}", "there is no block 'sigma' here; did you mean 'Sigma'?"},
    {"{" PI MU SIGMA REST ",\"\\u001b[31m\":1}", "there is no block '?[31m' here"},
    {"{\"pi\":[0.25,0.5,0.25]," MU SIGMA REST "}", "'pi' has a list of the wrong length"},
    {"{\"pi\":1," MU SIGMA REST "}", "'pi' is not a list of the right depth"},
    {"{\"pi\":[]," MU SIGMA REST "}", "'pi' has a list of the wrong length"},
    {"{\"pi\":[0.25,\"x\"]," MU SIGMA REST "}", "'pi' has an entry that is no number"},
    {"{\"pi\":[0.25,null]," MU SIGMA REST "}", "'pi' has an entry that is no number"},
    {"{\"pi\":[[0.25],[0.75]]," MU SIGMA REST "}", "'pi' is nested too deeply"},
    {"{\"pi\":[0.25,[0.75]]," MU SIGMA REST "}", "'pi' is nested too deeply"},
    {"{" PI "\"mu\":[[1,2,3],[4,5]]," SIGMA REST "}", "'mu' has a list of the wrong length"},
    {"{" PI "\"mu\":[[1,2,3],4]," SIGMA REST "}", "'mu' is not a list of the right depth"},
    {"{" PI "\"mu\":{}," SIGMA REST "}", "'mu' is not a list of the right depth"},
    {"{\"pi\":[0.25,0.25]," MU SIGMA REST "}", "pi sums to 0.5; it must sum to 1"},
    {"{\"pi\":[0.25,\"nan\"]," MU SIGMA REST "}", "pi[2] is nan; it must be finite"},
};

START_TEST(a_wrong_json_changes_nothing)
{
    struct theta *t = make_theta(), *before = make_theta();
    json_t *j = json_loads(unreadable[_i].json, 0, NULL);

    ck_assert_ptr_nonnull(j);
    ck_assert_int_eq(blocks_from_json(&t->b, j, &e), -1);
    ck_assert_str_eq(e.message, unreadable[_i].message);
    ck_assert_mem_eq(t->b.v, before->b.v, layout.size * sizeof(double));
    json_decref(j);
    theta_free(t);
    theta_free(before);
}
END_TEST

static void *counted_malloc(size_t n)
{
    return mem_alloc(n, 1);
}

/* jansson's memory and ours fail together, at every place in turn. */
START_TEST(json_without_memory_is_an_error)
{
    struct theta *t = make_theta(), *back = theta_new(&layout, &e);
    json_t *j = NULL;
    long n;

    json_set_alloc_funcs(counted_malloc, mem_free);
    for (n = 0; !j; n++) {
        mem_fail_after(n);
        j = blocks_to_json(&t->b);
    }
    ck_assert_int_gt(n, 20);
    for (n = 0;; n++) {
        int status;

        mem_fail_after(n);
        status = blocks_from_json(&back->b, j, &e);
        mem_fail_after(-1);
        if (status == 0)
            break;
        ck_assert_str_eq(e.message, "out of memory");
    }
    ck_assert_int_ge(n, 2);
    ck_assert_mem_eq(back->b.v, t->b.v, layout.size * sizeof(double));
    json_decref(j);
    theta_free(t);
    theta_free(back);
}
END_TEST

#define COUNT(a) ((int)(sizeof(a) / sizeof *(a)))

static TCase *layout_case(void)
{
    TCase *c = tcase_create("layouts, entries");

    tcase_add_checked_fixture(c, make_layout, NULL);
    tcase_add_test(c, a_layout_lays_blocks_end_to_end);
    tcase_add_test(c, a_layout_that_overflows_is_refused);
    tcase_add_test(c, theta_and_latent_are_counted);
    tcase_add_test(c, no_memory_is_an_error);
    tcase_add_test(c, errors_are_made_without_memory);
    tcase_add_loop_test(c, an_index_selects_a_run, 0, COUNT(entries));
    tcase_add_loop_test(c, an_entry_has_one_name, 0, COUNT(entries));
    tcase_add_loop_test(c, an_index_out_of_range_is_an_error, 0, COUNT(no_entries));
    tcase_add_test(c, shapes_leave_trailing_ones_out);
    return c;
}

static TCase *constraint_case(void)
{
    TCase *c = tcase_create("constraints");

    tcase_add_checked_fixture(c, make_layout, NULL);
    tcase_add_loop_test(c, a_broken_constraint_is_named, 0, COUNT(broken));
    tcase_add_test(c, the_edges_of_the_domain_are_valid);
    tcase_add_test(c, symmetry_is_relative_to_the_variances);
    tcase_add_test(c, one_sided_bounds_say_their_side);
    tcase_add_test(c, tidying_takes_rounding_out);
    tcase_add_test(c, tidying_leaves_what_was_typed);
    tcase_add_test(c, distance_counts_free_coordinates_once);
    return c;
}

static TCase *json_case(void)
{
    TCase *c = tcase_create("JSON");

    tcase_add_checked_fixture(c, make_layout, NULL);
    tcase_add_test(c, numbers_of_json_may_be_infinite);
    tcase_add_test(c, blocks_come_back_from_json);
    tcase_add_loop_test(c, shapes_may_be_flat, 0, COUNT(readable));
    tcase_add_loop_test(c, a_wrong_json_changes_nothing, 0, COUNT(unreadable));
    tcase_add_test(c, json_without_memory_is_an_error);
    return c;
}

int main(void)
{
    Suite *s = suite_create("block");
    SRunner *r = srunner_create(s);
    int failed;

    suite_add_tcase(s, layout_case());
    suite_add_tcase(s, constraint_case());
    suite_add_tcase(s, json_case());
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? 0 : 1;
}
