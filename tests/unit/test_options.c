/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <check.h>
#include <float.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/options.h"
#include "base/suggest.h"

/* "k=2 cov=full mu[1,2]=3,4" as the shell would read it; spans are places in the text. */
static struct option read_word(const char *text, size_t offset, size_t length)
{
    const char *word = text + offset;
    size_t name = strcspn(word, "[="), equals = strcspn(word, "=");
    struct option o = {.name = mem_copy_bytes(word, name), .at = {offset, length}};

    for (size_t i = name; i < equals && word[i] != ']'; i++)
        if (word[i] == '[' || word[i] == ',')
            o.index[o.nindex++] = (size_t)(word[i + 1] - '0');
    for (size_t i = equals + 1; i < length; i++) {
        size_t n = strcspn(word + i, ", ");

        o.value = mem_resize(o.value, o.nvalue + 1, sizeof *o.value);
        o.value_at = mem_resize(o.value_at, o.nvalue + 1, sizeof *o.value_at);
        o.value[o.nvalue] = mem_copy_bytes(word + i, n);
        o.value_at[o.nvalue++] = (struct span){offset + i, n};
        i += n;
    }
    return o;
}

static struct options read_options(const char *text)
{
    struct options o = {0};

    for (size_t i = 0; text[i];) {
        size_t length = strcspn(text + i, " ");

        o.item = mem_resize(o.item, o.count + 1, sizeof *o.item);
        o.item[o.count++] = read_word(text, i, length);
        i += length + (text[i + length] == ' ');
    }
    return o;
}

static const struct option_spec table[] = {
    {"k", OPTION_COUNT, "K", "components"},
    {"columns", OPTION_COLUMNS, "COLUMN,…", "which"},
    {"weights", OPTION_COLUMN, "COLUMN", "row weights"},
    {"cov", OPTION_CHOICE, "full|tied|diag|spherical", "covariance"},
    {"tol", OPTION_REAL, "T", "tolerance"},
    {"at", OPTION_REALS, "S,…", "places"},
    {"output", OPTION_FILE, "FILE", "where to"},
    {NULL, OPTION_WORD, NULL, NULL},
};

static const struct {
    const char *text, *message, *hint, *about;
} wrong[] = {
    {"kk=2", "gmm has no option 'kk'; did you mean 'k'?",
     "options of gmm: k= columns= weights= cov= tol= at= output=", "kk=2"},
    {"k=2 colunms=1", "gmm has no option 'colunms'; did you mean 'columns'?", NULL, "colunms=1"},
    {"zzz=1", "gmm has no option 'zzz'", NULL, "zzz=1"},
    {"k=2 tol=1 k=2", "k= is given twice", "", "k=2"},
    {"tol=1 k[1]=2", "option k= takes no [index]", "", "k[1]=2"},
    {"tol=1 k=2.5", "k: '2.5' is not a whole number, 0 or more", "", "2.5"},
    {"tol=1 k=\u22122", "k: '\u22122' is not a whole number, 0 or more", "", "\u22122"},
    {"tol=1 k=", "k= has no value", "", "k="},
    {"tol=1 k=2,3", "k= takes one value, not 2", "", "3"},
    {"k=2 tol=x", "tol: 'x' is not a number", "", "x"},
    {"k=2 tol=", "tol= has no value", "", "tol="},
    {"k=2 at=1,2x,3", "at: '2x' is not a number", "", "2x"},
    {"k=2 cov=ful", "cov has no choice 'ful'; did you mean 'full'?",
     "cov= is one of full, tied, diag, spherical", "ful"},
    {"k=2 cov=spher", "cov has no choice 'spher'; did you mean 'spherical'?", NULL, "spher"},
    {"k=2 cov=fulll", "cov has no choice 'fulll'; did you mean 'full'?", NULL, "fulll"},
    {"k=2 cov=full|tied", "cov has no choice 'full|tied'", NULL, "full|tied"},
    {"k=2 cov=", "cov= has no value", "", "cov="},
    {"k=2 output=", "output= has no value", "", "output="},
    {"k=2 weights=a,b", "weights= takes one value, not 2", "", "b"},
};

START_TEST(a_wrong_option_is_an_error_at_its_place)
{
    struct options o = read_options(wrong[_i].text);
    struct error e = {0};
    size_t offset = (size_t)(strrchr(wrong[_i].text, wrong[_i].about[0]) - wrong[_i].text);

    ck_assert_int_eq(options_check(&o, table, "gmm", &e), -1);
    ck_assert_str_eq(e.message, wrong[_i].message);
    if (wrong[_i].hint)
        ck_assert_str_eq(e.hint, wrong[_i].hint);
    ck_assert_uint_eq(e.at.length, strlen(wrong[_i].about));
    ck_assert_mem_eq(wrong[_i].text + e.at.offset, wrong[_i].about, e.at.length);
    if (strlen(wrong[_i].about) == 1)
        ck_assert_uint_eq(e.at.offset, offset);
    options_clear(&o);
    ck_assert_uint_eq(o.count, 0);
}
END_TEST

START_TEST(right_options_pass_and_leave_the_error_alone)
{
    struct options o = read_options("k=2 columns=a,b weights=w cov=tied tol=1e-3 at=1,\u22122 "
                                    "output=x.svg");
    struct options empty = read_options("columns= at=");
    struct error e = {.message = "untouched"};

    ck_assert_int_eq(options_check(&o, table, "gmm", &e), 0);
    ck_assert_int_eq(options_check(&empty, table, "gmm", &e), 0);
    ck_assert_str_eq(e.message, "untouched");
    options_clear(&o);
    options_clear(&empty);
}
END_TEST

START_TEST(a_command_without_options_says_so)
{
    static const struct option_spec none[] = {{NULL, OPTION_WORD, NULL, NULL}};
    struct options o = read_options("k=2");
    struct error e = {0};

    ck_assert_int_eq(options_check(&o, none, "back", &e), -1);
    ck_assert_str_eq(e.message, "back has no option 'k'");
    ck_assert_str_eq(e.hint, "back takes no options");
    options_clear(&o);
}
END_TEST

START_TEST(readers_find_values_and_leave_defaults)
{
    struct options o = read_options("k=3 tol=\u22120.5 cov=diag output=a.csv");
    struct error e = {0};
    size_t k = 7, other = 7;
    double tol = 7, from = 7;
    int cov = 7, theme = 7;

    ck_assert_int_eq(options_count(&o, "k", 1, 3, &k, &e), 0);
    ck_assert_int_eq(options_count(&o, "n", 1, 3, &other, &e), 0);
    ck_assert_int_eq(options_real(&o, "tol", -1, 1, &tol, &e), 0);
    ck_assert_int_eq(options_real(&o, "from", -1, 1, &from, &e), 0);
    ck_assert_int_eq(options_choice(&o, "cov", "full|tied|diag|spherical", &cov, &e), 0);
    ck_assert_int_eq(options_choice(&o, "theme", "a|b", &theme, &e), 0);
    ck_assert_uint_eq(k, 3);
    ck_assert_uint_eq(other, 7);
    ck_assert(tol == -0.5 && from == 7);
    ck_assert_int_eq(cov, 2);
    ck_assert_int_eq(theme, 7);
    ck_assert_str_eq(options_word(&o, "output", "-"), "a.csv");
    ck_assert_str_eq(options_word(&o, "name", "-"), "-");
    ck_assert_ptr_null(options_find(&o, "outpu"));
    options_clear(&o);
}
END_TEST

static const struct {
    const char *text;
    double low, high;
    const char *message;
} ranges[] = {
    {"v=1.5", 0, 1, "v is 1.5; it must be at most 1"},
    {"v=-0.1", 0, 1, "v is \u22120.1; it must be at least 0"},
    {"v=0", DBL_MIN, INFINITY, "v is 0; it must be above 0"},
    {"v=inf", 0, INFINITY, "v is inf; it must be finite"},
    {"v=-inf", -INFINITY, 0, "v is -inf; it must be finite"},
    {"v=nan", 0, 1, "v: 'nan' is not a number"},
    {"v=1,2", 0, 1, "v= takes one value, not 2"},
};

START_TEST(a_number_out_of_range_is_an_error)
{
    struct options o = read_options(ranges[_i].text);
    struct error e = {0};
    double v = 42;

    ck_assert_int_eq(options_real(&o, "v", ranges[_i].low, ranges[_i].high, &v, &e), -1);
    ck_assert_str_eq(e.message, ranges[_i].message);
    ck_assert_uint_eq(e.at.offset, strcmp(ranges[_i].text, "v=1,2") == 0 ? 4 : 2);
    ck_assert(v == 42);
    options_clear(&o);
}
END_TEST

START_TEST(a_count_out_of_range_is_an_error)
{
    struct options o = read_options("k=5");
    struct error e = {0};
    size_t v = 42;

    ck_assert_int_eq(options_count(&o, "k", 6, 9, &v, &e), -1);
    ck_assert_str_eq(e.message, "k is 5; it must be at least 6");
    ck_assert_int_eq(options_count(&o, "k", 1, 4, &v, &e), -1);
    ck_assert_str_eq(e.message, "k is 5; it must be at most 4");
    ck_assert_uint_eq(e.at.offset, 2);
    ck_assert_uint_eq(v, 42);
    ck_assert_int_eq(options_count(&o, "k", 5, 5, &v, &e), 0);
    ck_assert_uint_eq(v, 5);
    options_clear(&o);
}
END_TEST

START_TEST(a_value_that_is_not_there_is_an_error)
{
    struct options o = read_options("mu[1,2]=3,4");
    struct error e = {0};
    double v = 42;

    ck_assert_uint_eq(o.item[0].nindex, 2);
    ck_assert_int_eq(option_real(&o.item[0], 1, &v, &e), 0);
    ck_assert(v == 4);
    ck_assert_int_eq(option_real(&o.item[0], 2, &v, &e), -1);
    ck_assert_str_eq(e.message, "mu= has no value");
    options_clear(&o);
}
END_TEST

/* Suggestions */

static const char *const verbs[] = {"load", "model", "models", "plot",    "print", "predict",
                                    "show", "step",  "e",      "m",       "back",  "q",
                                    "run",  "theta", "ledger", "waiting", "ledger", NULL};

static const struct {
    const char *typed, *message;
} suggestions[] = {
    {"plto", "no; did you mean 'plot'?"},
    {"PLOT", "no; did you mean 'plot'?"},
    {"modells", "no; did you mean 'models' or 'model'?"},
    {"modl", "no; did you mean 'model'?"},
    {"lodger", "no; did you mean 'ledger'?"},
    {"wait", "no; did you mean 'waiting'?"},
    {"pr", "no; did you mean 'print' or 'predict'?"},
    {"x", "no"},
    {"", "no"},
    {"plot", "no"},
    {"something else", "no"},
};

START_TEST(near_words_are_suggested)
{
    struct error e = {0};

    error_set_at(&e, (struct span){2, 3}, "no");
    error_hint(&e, "help");
    e.kind = ERROR_EXPECT;
    suggest(&e, suggestions[_i].typed, verbs);
    ck_assert_str_eq(e.message, suggestions[_i].message);
    ck_assert_str_eq(e.hint, "help");
    ck_assert_int_eq(e.kind, ERROR_EXPECT);
    ck_assert_uint_eq(e.at.offset, 2);
}
END_TEST

START_TEST(endless_words_are_not_suggested)
{
    static char many[10000];
    const char *list[] = {many, "short", NULL}, *none[] = {NULL};
    struct error e = {0};

    memset(many, 'a', sizeof many - 1);
    error_set(&e, "no");
    suggest(&e, "aaaaaaaaaaaa", list);
    suggest(&e, many, list);
    suggest(&e, "x", none);
    ck_assert_str_eq(e.message, "no");
}
END_TEST

/* What an allocation that fails leaves behind: an error or the whole answer, never a crash. */
START_TEST(errors_are_made_without_memory)
{
    struct options o = read_options("kk=2");
    struct error e = {0};

    mem_fail_after(0);
    ck_assert_int_eq(options_check(&o, table, "gmm", &e), -1);
    mem_fail_after(-1);
    ck_assert_str_eq(e.message, "gmm has no option 'kk'; did you mean 'k'?");
    ck_assert_str_eq(e.hint, "");
    options_clear(&o);
}
END_TEST

#define COUNT(a) ((int)(sizeof(a) / sizeof *(a)))

int main(void)
{
    Suite *s = suite_create("options");
    TCase *c = tcase_create("options"), *near = tcase_create("suggestions");
    SRunner *r = srunner_create(s);
    int failed;

    tcase_add_loop_test(c, a_wrong_option_is_an_error_at_its_place, 0, COUNT(wrong));
    tcase_add_test(c, right_options_pass_and_leave_the_error_alone);
    tcase_add_test(c, a_command_without_options_says_so);
    tcase_add_test(c, readers_find_values_and_leave_defaults);
    tcase_add_loop_test(c, a_number_out_of_range_is_an_error, 0, COUNT(ranges));
    tcase_add_test(c, a_count_out_of_range_is_an_error);
    tcase_add_test(c, a_value_that_is_not_there_is_an_error);
    tcase_add_test(c, errors_are_made_without_memory);
    suite_add_tcase(s, c);
    tcase_add_loop_test(near, near_words_are_suggested, 0, COUNT(suggestions));
    tcase_add_test(near, endless_words_are_not_suggested);
    suite_add_tcase(s, near);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? 0 : 1;
}
