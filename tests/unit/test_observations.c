/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a model takes of a data set: columns by name and number, weights, and what is refused. */
#include "support.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "data/table.h"

static const char table[] = "a,2,word,w,b\n"
                            "1,10,red,1,NA\n"
                            "2,20,blue,2.5,6\n"
                            "3,30,red,0,7\n";

static struct dataset *data(const char *bytes)
{
    struct error e = {0};
    struct table_how how = {.header = -1};
    struct dataset *d = table_parse(bytes, strlen(bytes), "t.csv", &how, &e);
    ck_assert_msg(d != NULL, "%s", e.message);
    return d;
}

static int take(struct observations *o, const char *bytes, const char *words, struct error *e)
{
    struct options options;
    struct dataset *d = data(bytes);
    support_options(&options, words);
    *o = (struct observations){0};
    int r = observations_select(o, d, &options, e);
    options_clear(&options);
    dataset_free(d);
    return r;
}

static void refused(const char *bytes, const char *words, const char *message, const char *hint)
{
    struct observations o;
    struct error e = {0};
    ck_assert_msg(take(&o, bytes, words, &e) == -1, "'%s' was taken", words);
    observations_clear(&o);
    ck_assert_msg(strstr(e.message, message), "message: %s", e.message);
    ck_assert_msg(hint[0] == '\0' || strstr(e.hint, hint), "hint: %s", e.hint);
}

START_TEST(all_numbers_when_none_is_named)
{
    struct observations o;
    struct error e = {0};
    ck_assert(take(&o, table, "", &e) == 0);
    ck_assert_uint_eq(o.n, 3);
    ck_assert_uint_eq(o.d, 4); /* a, 2, w, b: not the words */
    ck_assert_uint_eq(o.nmissing, 1);
    ck_assert(isnan(o.x[3][0]) && o.x[3][1] == 6.0);
    ck_assert(!o.weighted && o.total_weight == 3.0 && o.weight[2] == 1.0);
    ck_assert_str_eq(observations_name(&o, 1), "2");
    observations_clear(&o);
}
END_TEST

START_TEST(weights_are_no_data)
{
    struct observations o;
    struct error e = {0};
    ck_assert(take(&o, table, "weights=w", &e) == 0);
    ck_assert_uint_eq(o.d, 3);
    ck_assert(o.weighted && o.total_weight == 3.5 && o.weight[1] == 2.5 && o.weight[2] == 0.0);
    observations_clear(&o);
}
END_TEST

/* columns=2 is the column of that name, though it stands second too; 5 is a place. */
START_TEST(a_name_wins_over_a_number)
{
    struct observations o;
    struct error e = {0};
    ck_assert(take(&o, "x,1,y\n7,8,9\n7,8,9\n", "columns=1,3", &e) == 0);
    ck_assert(o.d == 2 && o.x[0][0] == 8.0 && o.x[1][0] == 9.0);
    observations_clear(&o);
    ck_assert(take(&o, table, "columns=5,a", &e) == 0);
    ck_assert(o.d == 2 && isnan(o.x[0][0]) && o.x[1][0] == 1.0);
    observations_clear(&o);
}
END_TEST

START_TEST(missing_entries_are_told)
{
    struct observations o;
    struct error e = {0};
    ck_assert(take(&o, table, "columns=a,b", &e) == 0);
    ck_assert(observations_complete(&o, "gmm", &e) == -1);
    ck_assert_msg(strstr(e.message, "row 1 of column 'b' is missing"), "%s", e.message);
    ck_assert(e.hint[0]);
    observations_clear(&o);
    ck_assert(take(&o, table, "columns=a", &e) == 0);
    ck_assert(observations_complete(&o, "gmm", &e) == 0);
    observations_clear(&o);
}
END_TEST

START_TEST(what_is_refused)
{
    refused(table, "columns=word", "column 'word' of t is text", "");
    refused(table, "columns=c", "no column 'c'", "data");
    refused(table, "columns=9", "no column 9: its columns are 1 … 5", "");
    refused(table, "columns=0", "no column 0", "");
    refused(table, "columns=a,a", "named twice", "once");
    refused(table, "columns=", "names no column", "");
    refused(table, "weights=word", "is text", "");
    refused(table, "weights=b", "row 1 of the weights 'b' is missing", "finite");
    refused("a,w\n1,-1\n2,3\n", "weights=w", "row 1 of the weights 'w' is −1", "not negative");
    refused("a,w\n1,0\n2,0\n", "weights=w", "sum to 0", "positive");
    refused("a,w\n1,inf\n2,0\n", "columns=w", "inf", "");
    refused("a\nx\ny\n", "", "no column of numbers", "");
}
END_TEST

/* A column of words is answered with the columns of numbers, one that a word spoilt with na=. */
START_TEST(text_is_refused_with_a_way_out)
{
    refused(table, "columns=word", "column 'word' of t is text: its row 1 is 'red'",
            "columns of numbers: a, 2, w, b");
    refused("x,y\n1,5\n2,6\nNone,7\n", "columns=x", "column 'x' of t is text: its row 3 is 'None'",
            "na=None");
    refused("x\n1\n0x1F\n", "columns=x", "its row 2 is '0x1F'", "numbers look like 1.5");
    refused("x\nu\nv\n", "columns=x", "is text", "no column of numbers");
    refused("a,b\n1,2\n3,-inf\n", "", "row 2 of column 'b' is -inf", "NA");
}
END_TEST

START_TEST(the_caret_stands_under_the_value)
{
    struct observations o;
    struct options options;
    struct error e = {0};
    struct dataset *d = data(table);
    support_options(&options, "columns=a,word");
    options.item[0].value_at[1] = (struct span){10, 4};
    ck_assert_int_eq(observations_select(&o, d, &options, &e), -1);
    ck_assert_uint_eq(e.at.offset, 10);
    ck_assert_uint_eq(e.at.length, 4);
    ck_assert_int_eq(d->refs, 1); /* let go of again */
    options_clear(&options);
    dataset_free(d);
}
END_TEST

START_TEST(models_of_words_take_text)
{
    struct observations o;
    struct options options;
    struct error e = {0};
    struct dataset *d = data(table);
    support_options(&options, "columns=word");
    ck_assert(observations_with_text(&o, d, &options, &e) == 0);
    ck_assert(observations_is_text(&o, 0));
    ck_assert(o.d == 1 && o.x[0][0] == 1.0 && o.x[0][1] == 2.0 && o.x[0][2] == 1.0);
    ck_assert_str_eq(observations_word(&o, 0, 2.0), "blue");
    ck_assert_ptr_null(observations_word(&o, 0, 1.5));
    ck_assert_ptr_null(observations_word(&o, 0, 0.0));
    ck_assert_ptr_null(observations_word(&o, 0, 3.0));
    ck_assert_ptr_null(observations_word(&o, 0, NAN));
    observations_clear(&o);
    options_clear(&options);
    support_options(&options, "");
    ck_assert(observations_with_text(&o, d, &options, &e) == 0);
    ck_assert_uint_eq(o.d, 4); /* the numbers, where there are some */
    observations_clear(&o);
    options_clear(&options);
    dataset_free(d);
}
END_TEST

/* Every allocation fails once: an error that says so, and nothing is lost. */
START_TEST(memory)
{
    struct dataset *d = data(table);
    struct options options;
    support_options(&options, "columns=a,b weights=w");
    int r = -1;
    for (long n = 0; r != 0 && n < 100; n++) {
        struct observations o = {0};
        struct error e = {0};
        mem_fail_after(n);
        r = observations_select(&o, d, &options, &e);
        mem_fail_after(-1);
        if (r != 0)
            ck_assert_msg(strstr(e.message, "memory"), "%s", e.message);
        observations_clear(&o);
    }
    ck_assert_int_eq(r, 0);
    options_clear(&options);
    dataset_free(d);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("observations");
    TCase *t = tcase_create("observations");
    tcase_add_test(t, all_numbers_when_none_is_named);
    tcase_add_test(t, weights_are_no_data);
    tcase_add_test(t, a_name_wins_over_a_number);
    tcase_add_test(t, missing_entries_are_told);
    tcase_add_test(t, what_is_refused);
    tcase_add_test(t, text_is_refused_with_a_way_out);
    tcase_add_test(t, the_caret_stands_under_the_value);
    tcase_add_test(t, models_of_words_take_text);
    tcase_add_test(t, memory);
    suite_add_tcase(s, t);
    return support_run(s);
}
