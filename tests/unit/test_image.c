/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PBM and PGM images as tables. */
#include "support.h"

#include <string.h>

#include "base/memory.h"
#include "data/image.h"
#include "data/table.h"
#include "plot/picture.h"

static struct dataset *parse(const char *bytes, size_t n, struct error *e)
{
    struct table_how how = {.header = -1};
    return table_parse(bytes, n, "folder/i.pbm", &how, e);
}

/* A 2 × 3 image: x = a b c / d e f */
static void check(const char *bytes, size_t n, const double *x)
{
    struct error e = {0};
    struct dataset *d = parse(bytes, n, &e);
    ck_assert_msg(d != NULL, "%s", e.message);
    ck_assert_str_eq(d->name, "i");
    ck_assert(d->nrow == 6 && d->ncol == 3);
    ck_assert_str_eq(d->column[2].name, "x");
    for (size_t i = 0; i < 6; i++) {
        ck_assert(d->column[0].value[i] == (double)(i / 3 + 1));
        ck_assert(d->column[1].value[i] == (double)(i % 3 + 1));
        support_close(d->column[2].value[i], x[i], 1e-15, "x");
    }
    dataset_free(d);
}

START_TEST(four_formats)
{
    static const double ink[] = {1, -1, 1, -1, -1, 1};
    static const double grey[] = {1, -1, 0.2, -1, 1, -0.2};
    check("P1\n# a comment\n3 2\n101\n0 0 1\n", 29, ink);
    check("P4 3 2\n\xa0\x20", 9, ink);
    check("P2\n3 2\n5\n0 5 2\n5 0 3\n", 22, grey);
    check("P5\n3 2\n5\n\0\5\2\5\0\3", 15, grey);
    check("P5 3 2 1000\n\0\0\3\xe8\1\x90\3\xe8\0\0\2\x58", 24, grey); /* two bytes a pixel */
}
END_TEST

START_TEST(refusals)
{
    static const struct {
        const char *bytes, *message;
    } odd[] = {
        {"P1\n0 4\n", "size"},           {"P1\n3\n", "size"},
        {"P1\n99999999999 1\n0", "size"}, {"P1\n100000 100000\n0101", "shorter"},
        {"P4 9999 9999\nabc", "shorter"}, {"P2\n2 1\n0\n0 0\n", "largest grey"},
        {"P2\n2 1\n70000\n0 0\n", "largest grey"}, {"P1\n2 2\n01 2 1\n", "pixel (2, 1)"},
        {"P2\n2 2\n5\n0 1 9 2\n", "pixel (2, 1)"}, {"P5\n2 1\n5\n\7\1", "pixel (1, 1)"},
    };
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        struct error e = {0};
        ck_assert_msg(parse(odd[i].bytes, strlen(odd[i].bytes), &e) == NULL, "%zu", i);
        ck_assert_msg(strstr(e.message, odd[i].message), "%zu: %s", i, e.message);
        ck_assert(strncmp(e.message, "folder/i.pbm: ", 14) == 0 && e.hint[0]);
    }
}
END_TEST

START_TEST(shipped_images)
{
    struct dataset *truth = support_data("letters"), *noisy = support_data("letters_flip10");
    size_t flipped = 0;
    ck_assert(truth->nrow == 36 * 48 && noisy->nrow == truth->nrow);
    for (size_t i = 0; i < truth->nrow; i++)
        flipped += truth->column[2].value[i] != noisy->column[2].value[i];
    ck_assert(flipped > 120 && flipped < 230); /* 173 expected, sd 12 */
    dataset_free(truth);
    dataset_free(noisy);
}
END_TEST

/* Mean field takes most of the noise away: fewer than half as many pixels differ from the truth. */
START_TEST(ising_cleans_it)
{
    struct dataset *truth = support_data("letters");
    struct machine *m = support_machine("letters_flip10", "ising",
                                        "J=0.6 noise=flip columns=row,col,x");
    size_t rows, cols, before = 0, after = 0;
    support_theta(m, "eps=0.1");
    support_e(m);
    const double *x = m->model->class->image(m->model, &rows, &cols);
    const double *mean = machine_here(m)->q->b.v, *z = truth->column[2].value;
    ck_assert(rows == 36 && cols == 48);
    for (size_t i = 0; i < rows * cols; i++) {
        before += x[i] != z[i];
        after += (mean[i] > 0.0 ? 1.0 : -1.0) != z[i];
    }
    ck_assert_msg(2 * after < before, "%zu pixels wrong before, %zu after", before, after);
    machine_free(m);
    dataset_free(truth);
}
END_TEST

static size_t boxes(const struct figure *f, int shade)
{
    return f->series[shade]->n;
}

/* Each black pixel is a box of the darkest shade, white ones are not drawn. */
START_TEST(the_picture_has_its_pixels)
{
    struct error e = {0};
    struct machine *m = support_machine("letters", "ising", "J=0.4 noise=flip columns=row,col,x");
    struct figure *f;
    size_t rows, cols, black = 0, more = 0;
    const double *x = m->model->class->image(m->model, &rows, &cols);
    for (size_t i = 0; i < rows * cols; i++)
        black += x[i] > 0.0;
    const struct picture *image = picture_find("image", &e);
    ck_assert_msg(picture_draw(image, m, &(struct options){0}, &f, &e) == 0, "%s", e.message);
    ck_assert_uint_eq(boxes(f, 3), black);
    ck_assert(boxes(f, 0) == 0 && boxes(f, 1) == 0 && boxes(f, 2) == 0);
    ck_assert(f->series[3]->x[0] == 1.0 && f->series[3]->y[0] == -0.5); /* the frame's corner */
    figure_free(f);
    support_theta(m, "eps=0.05");
    support_e(m);
    ck_assert(picture_draw(image, m, &(struct options){0}, &f, &e) == 0);
    const double *mean = machine_here(m)->q->b.v;
    for (size_t i = 0; i < rows * cols; i++)
        more += mean[i] >= 0.6;
    ck_assert(f->next && f->next->next && !f->next->next->next);
    ck_assert_uint_eq(boxes(f, 3), black);
    ck_assert_uint_eq(boxes(f->next, 3), more);
    more = 0;
    for (size_t i = 0; i < rows * cols; i++)
        more += mean[i] > 0.0;
    ck_assert_uint_eq(boxes(f->next->next, 3), more);
    figure_free(f);
    machine_free(m);
    m = support_machine("coins", "binomial", "k=2");
    ck_assert(picture_draw(image, m, &(struct options){0}, &f, &e) == -1);
    ck_assert(strstr(e.message, "binomial has no image") && e.hint[0]);
    machine_free(m);
}
END_TEST

/* only=: one of the three, and it is that one. */
START_TEST(one_image_alone)
{
    static const char *const word[] = {"only=observed", "only=m", "only=cleaned"};
    struct error e = {0};
    struct machine *m = support_machine("letters", "ising", "J=0.4 noise=flip columns=row,col,x");
    const struct picture *image = picture_find("image", &e);
    struct figure *f, *all;
    support_theta(m, "eps=0.05");
    for (int q = 0; q < 2; q++) {
        ck_assert(picture_draw(image, m, &(struct options){0}, &all, &e) == 0);
        const struct figure *one = all;
        for (int i = 0; i < 3; i++) {
            struct options o = {0};
            support_options(&o, word[i]);
            int status = picture_draw(image, m, &o, &f, &e);
            options_clear(&o);
            ck_assert_msg(status == (q == 0 && i > 0 ? -1 : 0), "%s: %s", word[i], e.message);
            if (status != 0) {
                ck_assert(strstr(e.message, "needs q") && strstr(e.hint, "an e first"));
                continue;
            }
            ck_assert(!f->next && strcmp(f->name, strchr(word[i], '=') + 1) == 0);
            ck_assert_str_eq(f->name, one->name);
            for (int s = 0; s < 4; s++)
                ck_assert_uint_eq(boxes(f, s), boxes(one, s));
            figure_free(f);
            one = one->next;
        }
        figure_free(all);
        support_e(m);
    }
    machine_free(m);
}
END_TEST

START_TEST(any_cut_is_an_error)
{
    static const char whole[] = "P5\n3 2\n5\n\0\5\2\5\0\3";
    for (size_t n = 0; n < sizeof whole - 1; n++) {
        struct error e = {0};
        struct dataset *d = parse(whole, n, &e);
        ck_assert_msg(d == NULL || n < 4, "cut after %zu", n);
        dataset_free(d);
    }
}
END_TEST

START_TEST(memory)
{
    struct error e = {0};
    struct dataset *d = NULL;
    for (long n = 0; !d && n < 60; n++) {
        mem_fail_after(n);
        d = parse("P1\n3 2\n101001\n", 14, &e);
        mem_fail_after(-1);
        ck_assert(d || strstr(e.message, "memory"));
    }
    ck_assert(d != NULL);
    dataset_free(d);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("image");
    TCase *t = tcase_create("image");
    tcase_add_test(t, four_formats);
    tcase_add_test(t, refusals);
    tcase_add_test(t, shipped_images);
    tcase_add_test(t, ising_cleans_it);
    tcase_add_test(t, the_picture_has_its_pixels);
    tcase_add_test(t, one_image_alone);
    tcase_add_test(t, any_cut_is_an_error);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, memory);
    suite_add_tcase(s, t);
    return support_run(s);
}
