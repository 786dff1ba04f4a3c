/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading tables: what each form of file becomes, each error with its message, the shipped data. */
#include <check.h>
#include <math.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "data/table.h"

static const struct table_how any = {.header = -1};

static struct dataset *parse_n(const char *s, size_t n, const struct table_how *how)
{
    struct error e = {0};
    struct dataset *d = table_parse(s, n, "folder/t.csv", how, &e);

    ck_assert_msg(d != NULL, "%s", e.message);
    return d;
}

static struct dataset *parse(const char *s)
{
    return parse_n(s, strlen(s), &any);
}

static void refuse_n(const char *s, size_t n, const struct table_how *how, const char *message,
                     const char *hint)
{
    struct error e = {0};

    ck_assert_ptr_null(table_parse(s, n, "t.csv", how, &e));
    ck_assert_str_eq(e.message, message);
    ck_assert_msg(hint[0] && strstr(e.hint, hint), "hint: %s", e.hint);
}

static void refuse(const char *s, const char *message, const char *hint)
{
    refuse_n(s, strlen(s), &any, message, hint);
}

/* Column j is numeric and holds these nrow values, NaN for missing. */
static void check_numbers(const struct dataset *d, size_t j, const double *value)
{
    size_t missing = 0;

    ck_assert_int_eq(d->column[j].kind, COLUMN_NUMBER);
    for (size_t i = 0; i < d->nrow; i++) {
        missing += isnan(value[i]) != 0;
        if (isnan(value[i]))
            ck_assert_double_nan(d->column[j].value[i]);
        else
            ck_assert_double_eq(d->column[j].value[i], value[i]);
    }
    ck_assert_uint_eq(d->column[j].nmissing, missing);
}

static void check_size(const struct dataset *d, size_t nrow, size_t ncol)
{
    ck_assert_uint_eq(d->nrow, nrow);
    ck_assert_uint_eq(d->ncol, ncol);
}

/* Two columns a = 1, 3 and b = 2.5, −4, however they were written. */
static void check_form(struct dataset *d)
{
    check_size(d, 2, 2);
    ck_assert_str_eq(d->column[0].name, "a");
    ck_assert_str_eq(d->column[1].name, "b");
    check_numbers(d, 0, (double[]){1, 3});
    check_numbers(d, 1, (double[]){2.5, -4});
    dataset_free(d);
}

static const char *const forms[] = {
    "a,b\n1,2.5\n3,-4\n",
    "a,b\n1,2.5\n3,-4",
    "a,b\r\n1,2.5\r\n3,-4\r\n",
    "a,b\r1,2.5\r3,-4\r",
    "\ufeffa,b\n1,2.5\n3,-4\n",
    "\n\na,b\n\n1,2.5\n   \n3,-4\n\n",
    " a , b \n 1 , 2.5 \n\t3 ,-4 \n",
    "a\tb\n1\t2.5\n3\t-4\n",
    "a;b\n1;2.5\n3;-4\n",
    "a;b\n1;2,5\n3;-4\n",
    "a b\n1 2.5\n3 -4\n",
    "  a   b  \n 1 \t 2.5\t\n3\t-4 \n",
    "\"a\",\"b\"\n\"1\",\"2.5\"\n3,\"-4\"\n",
    "\"a\" \"b\"\n\"1\" 2.5\n3   \"-4\"  \n",
    "a,b\n1,2.5\n3,\u22124\n",
    "a,b\n1,25e-1\n3,-0.4E+1\n",
};

START_TEST(reads_every_form)
{
    check_form(parse(forms[_i]));
}
END_TEST

START_TEST(takes_the_given_separator)
{
    struct table_how how = {.separator = '|', .header = 1};
    const char s[] = "a|b\n1|2.5\n3|-4\n";

    check_form(parse_n(s, strlen(s), &how));
}
END_TEST

START_TEST(refuses_a_separator_that_cannot_be)
{
    static const char bad[] = {'"', '\n', '\r', '\1', '\xe9'};

    for (size_t i = 0; i < sizeof bad; i++) {
        struct table_how how = {.separator = bad[i], .header = -1};

        refuse_n("1,2\n", 4, &how, "this character cannot separate cells", "sep=");
    }
}
END_TEST

START_TEST(a_comma_wins_over_blanks_and_a_semicolon_over_commas)
{
    struct dataset *d = parse("first name,x\nJane Roe,1\nJohn Doe,2\n");

    check_size(d, 2, 2);
    ck_assert_str_eq(d->column[0].name, "first name");
    ck_assert_str_eq(d->column[0].level[1], "John Doe");
    dataset_free(d);
    d = parse("1,5;2,5\n-3,25;1e1\n");
    check_size(d, 2, 2);
    check_numbers(d, 0, (double[]){1.5, -3.25});
    check_numbers(d, 1, (double[]){2.5, 10});
    dataset_free(d);
    d = parse("1,5;2,5\n3,5;4,5\n"); /* commas split these as evenly */
    check_size(d, 2, 2);
    check_numbers(d, 0, (double[]){1.5, 3.5});
    dataset_free(d);
}
END_TEST

START_TEST(a_single_column_may_have_blanks_in_its_name)
{
    struct dataset *d = parse("waiting time\n79\n54\n");

    check_size(d, 2, 1);
    ck_assert_str_eq(d->column[0].name, "waiting time");
    check_numbers(d, 0, (double[]){79, 54});
    dataset_free(d);
}
END_TEST

START_TEST(finds_out_whether_there_is_a_header)
{
    struct dataset *d = parse("1,2\n3,4\n");

    check_size(d, 2, 2);
    ck_assert_str_eq(d->column[0].name, "V1");
    ck_assert_str_eq(d->column[1].name, "V2");
    dataset_free(d);
    d = parse("5,10\n"); /* one row */
    check_size(d, 1, 2);
    dataset_free(d);
    d = parse("u,v\nx,y\n"); /* no cell of the first line is a number */
    check_size(d, 1, 2);
    dataset_free(d);
    d = parse("NA,v\n1,2\n"); /* a number under v */
    check_size(d, 1, 2);
    ck_assert_str_eq(d->column[0].name, "NA");
    dataset_free(d);
    d = parse("setosa,5.1\nvirginica,6.3\n"); /* text over text, a number over a number */
    check_size(d, 2, 2);
    dataset_free(d);
    d = parse("x,1\n2,2\ny,3\n"); /* a number and text under x */
    check_size(d, 3, 2);
    dataset_free(d);
    d = parse(",x\nr1,1\nr2,2\n"); /* R's write.csv */
    check_size(d, 2, 2);
    ck_assert_str_eq(d->column[0].name, "V1");
    ck_assert_str_eq(d->column[1].name, "x");
    dataset_free(d);
}
END_TEST

START_TEST(believes_what_is_said_of_the_header)
{
    struct table_how no = {.header = 0}, yes = {.header = 1};
    struct dataset *d = parse_n("a\n1\n", 4, &no);

    check_size(d, 2, 1);
    ck_assert_int_eq(d->column[0].kind, COLUMN_TEXT);
    dataset_free(d);
    d = parse_n("7\n1\n", 4, &yes);
    check_size(d, 1, 1);
    ck_assert_str_eq(d->column[0].name, "7");
    dataset_free(d);
}
END_TEST

/* Numbers of 16 to 20 digits, and ties between two doubles, as strtod rounds them. */
START_TEST(many_digits_are_rounded_once)
{
    char cell[60], text[70];
    uint64_t seed = 88172645463325252u;
    for (int t = 0; t < 40000; t++) {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        unsigned long long whole = t % 2 ? seed : ((seed >> 11 | 1u << 20) << 1 | 1) << seed % 10;
        int n = snprintf(cell, sizeof cell, "%llu", whole), at = (int)(seed % 20);
        if (at > 0 && at < n && t % 4 > 0) {
            memmove(cell + at + 1, cell + at, (size_t)(n - at) + 1);
            cell[at] = '.';
        }
        snprintf(text, sizeof text, "x\n-%s\n", cell);
        struct table_how plain = {.separator = ',', .header = 1};
        struct error e = {0};
        struct dataset *d = table_parse(text, strlen(text), "t.csv", &plain, &e);
        ck_assert_msg(d && d->column[0].value[0] == -strtod(cell, NULL), "%s", cell);
        dataset_free(d);
    }
}
END_TEST

START_TEST(missing_entries)
{
    static const char *const words[] = {"-999", "n/a", NULL};
    struct table_how how = {.header = -1, .na = words};
    const char s[] = "x,y\nNA,1\n,NaN\nnan,-999\n\"\",n/a\n\"NA\",2\n";
    struct dataset *d = parse_n(s, strlen(s), &how);

    check_size(d, 5, 2);
    check_numbers(d, 0, (double[]){NAN, NAN, NAN, NAN, NAN});
    check_numbers(d, 1, (double[]){1, NAN, NAN, NAN, 2});
    dataset_free(d);
    d = parse("x,y\n1,\n,2\n"); /* empty cells at the end and the beginning of a row */
    check_numbers(d, 0, (double[]){1, NAN});
    check_numbers(d, 1, (double[]){NAN, 2});
    dataset_free(d);
}
END_TEST

static void check_levels(const struct column *c, const double *value, size_t nrow,
                         const char *const *level, size_t nlevel)
{
    ck_assert_int_eq(c->kind, COLUMN_TEXT);
    ck_assert_uint_eq(c->nlevel, nlevel);
    for (size_t k = 0; k < nlevel; k++)
        ck_assert_str_eq(c->level[k], level[k]);
    for (size_t i = 0; i < nrow; i++) {
        if (isnan(value[i]))
            ck_assert_double_nan(c->value[i]);
        else
            ck_assert_double_eq(c->value[i], value[i]);
    }
}

START_TEST(text_columns_number_their_levels)
{
    struct dataset *d = parse("s,x\nb,1\na,2\nNA,3\nb,4\n");

    check_levels(&d->column[0], (double[]){1, 2, NAN, 1}, 4, (const char *[]){"b", "a"}, 2);
    ck_assert_uint_eq(d->column[0].nmissing, 1);
    dataset_free(d);
}
END_TEST

/* The column is text from its first row on, although that shows in a later one. */
START_TEST(text_below_numbers_makes_a_text_column)
{
    struct dataset *d = parse("s,x,t\n1.50,1,u\n,2,v\n7,3,u\n?,4,w\n1.50,5,v\n");

    check_levels(&d->column[0], (double[]){1, NAN, 2, 3, 1}, 5,
                 (const char *[]){"1.50", "7", "?"}, 3);
    ck_assert_uint_eq(d->column[0].nmissing, 1);
    check_numbers(d, 1, (double[]){1, 2, 3, 4, 5});
    check_levels(&d->column[2], (double[]){1, 2, 1, 3, 2}, 5, (const char *[]){"u", "v", "w"}, 3);
    dataset_free(d);
}
END_TEST

START_TEST(quotes_hold_separators_breaks_and_quotes)
{
    struct dataset *d = parse("\"a,\"\"1\"\"\",b\n\"x\r\ny\",1\n\" z \",2\n");

    ck_assert_str_eq(d->column[0].name, "a,\"1\"");
    check_levels(&d->column[0], (double[]){1, 2}, 2, (const char *[]){"x\r\ny", " z "}, 2);
    dataset_free(d);
    d = parse("a b\n\"x y\" 1\n\"u\tv\"\t2\n");
    check_size(d, 2, 2);
    check_levels(&d->column[0], (double[]){1, 2}, 2, (const char *[]){"x y", "u\tv"}, 2);
    dataset_free(d);
}
END_TEST

/* Cells of all lengths: the short way and number_parse must agree to the last bit. */
START_TEST(numbers_are_read_as_number_parse_reads_them)
{
    uint64_t state = 12345;
    char s[64], cell[32];

    for (int i = 0; i < 100000; i++) {
        struct dataset *d;
        int whole, decimals;
        double v;

        state = state * 6364136223846793005u + 1442695040888963407u;
        whole = (int)(state >> 60) % 10;
        decimals = (int)(state >> 56 & 15);
        snprintf(cell, sizeof cell, "%s%0*llu.%0*llu", state & 1 ? "-" : "", whole + 1,
                 (unsigned long long)(state >> 33) % 1000000000u, decimals,
                 (unsigned long long)(state >> 12) % 100000000u);
        ck_assert(number_parse(cell, &v));
        snprintf(s, sizeof s, "%s\n", cell);
        d = parse(s);
        ck_assert_msg(memcmp(&v, &d->column[0].value[0], sizeof v) == 0, "%s", cell);
        dataset_free(d);
    }
}
END_TEST

START_TEST(odd_numbers)
{
    static const char *const text[] = {"0x1F", "1e999", "1_000", "1,5", "--1", "1e", ".", "-",
                                       "1 2",  "Inf",   "٣"};
    struct dataset *d = parse("inf\n-inf\n\u2212inf\n+3\n.5\n5.\n1e-400\n-0\n");

    check_numbers(d, 0, (double[]){INFINITY, -INFINITY, -INFINITY, 3, .5, 5, 0, -0.0});
    ck_assert(signbit(d->column[0].value[7]));
    dataset_free(d);
    for (size_t i = 0; i < sizeof text / sizeof *text; i++) {
        char s[64];

        snprintf(s, sizeof s, "x,y\n1,1\n\"%s\",2\n", text[i]);
        d = parse(s);
        ck_assert_msg(d->column[0].kind == COLUMN_TEXT, "%s", text[i]);
        dataset_free(d);
    }
}
END_TEST

START_TEST(a_very_long_cell_is_text_or_read)
{
    static char s[3000];
    struct dataset *d;

    memset(s, '0', sizeof s - 1);
    memcpy(s, "x\n1.5", 5);
    s[700] = '\n';
    s[701] = '2';
    s[702] = '\0';
    d = parse(s);
    check_numbers(d, 0, (double[]){1.5, 2});
    dataset_free(d);
    memset(s + 5, '0', sizeof s - 6);
    d = parse(s);
    ck_assert_int_eq(d->column[0].kind, COLUMN_TEXT);
    dataset_free(d);
}
END_TEST

START_TEST(names_itself_after_the_file)
{
    struct table_how how = {.header = -1, .name = "mine"};
    struct dataset *d = parse("1\n");

    ck_assert_str_eq(d->name, "t");
    ck_assert_str_eq(d->source, "folder/t.csv");
    ck_assert_int_eq(d->refs, 1);
    dataset_free(d);
    d = parse_n("1\n", 2, &how);
    ck_assert_str_eq(d->name, "mine");
    dataset_free(d);
}
END_TEST

static const char *const cba[] = {"c", "1", NULL};

START_TEST(keeps_the_columns_asked_for_in_that_order)
{
    struct table_how how = {.header = -1, .columns = cba};
    const char s[] = "a,b,c\n1,u,3\n4,v,6\n";
    struct dataset *d = parse_n(s, strlen(s), &how);

    check_size(d, 2, 2);
    ck_assert_str_eq(d->column[0].name, "c");
    ck_assert_str_eq(d->column[1].name, "a");
    check_numbers(d, 0, (double[]){3, 6});
    check_numbers(d, 1, (double[]){1, 4});
    dataset_free(d);
}
END_TEST

START_TEST(refuses_columns_that_are_not_there)
{
    const char s[] = "eruptions,waiting\n1,2\n";
    const char *const near[] = {"eruption", NULL}, *const far[] = {"3", NULL};
    const char *const twice[] = {"waiting", "2", NULL}, *const none[] = {NULL};
    struct table_how how = {.header = -1, .columns = near};

    refuse_n(s, strlen(s), &how, "t has no column 'eruption'; did you mean 'eruptions'?", "`data`");
    how.columns = far;
    refuse_n(s, strlen(s), &how, "t has no column 3: its columns are 1 … 2", "`data`");
    how.columns = twice;
    refuse_n(s, strlen(s), &how, "column 'waiting' is named twice", "once");
    how.columns = none;
    refuse_n(s, strlen(s), &how, "columns= names no column", "leave it out");
}
END_TEST

START_TEST(a_column_name_that_looks_like_a_number_wins)
{
    struct dataset *d = parse("2,1\nx,y\nu,v\n");
    struct error e = {0};
    size_t at = 9;

    dataset_free(d);
    d = parse_n("2,x\n1,5\n", 8, &(struct table_how){.header = 1});
    ck_assert_int_eq(dataset_find_column(d, "2", &at, &e), 0);
    ck_assert_uint_eq(at, 0);
    ck_assert_int_eq(dataset_find_column(d, "1", &at, &e), 0);
    ck_assert_uint_eq(at, 0);
    ck_assert_int_eq(dataset_find_column(d, "0", &at, &e), -1);
    ck_assert_str_eq(e.message, "t has no column 0: its columns are 1 … 2");
    dataset_free(d);
}
END_TEST

START_TEST(refuses_ragged_rows)
{
    refuse("a,b,c,d\n1,2,3,4\n5,6,7,8\n1,2,3,4,5\n", "t.csv:4:9: 5 cells, where the header has 4",
           "row names");
    refuse("a,b,c\n1,2,3\n4,5\n", "t.csv:3:4: 2 cells, where the header has 3", "NA stands");
    refuse("a,b,c\n1,2,3\n4\n", "t.csv:3:2: 1 cell, where the header has 3", "NA stands");
    refuse("1,2\n3,4\n5,6,7,8,9\n", "t.csv:3:5: 5 cells, where the first row has 2", "sep=");
    refuse("x y\nr1 1 2\nr2 3 4\n", "t.csv:2:6: 3 cells, where the header has 2", "row names");
    refuse("é,b\né,2\né,ü,3\n", "t.csv:3:5: 3 cells, where the header has 2", "row names");
    refuse("a,b\r\n1,2\r\n3\r\n", "t.csv:3:2: 1 cell, where the header has 2", "NA stands");
    refuse("a,b\r1,2\r3\r", "t.csv:3:2: 1 cell, where the header has 2", "NA stands");
    refuse("a,b\n\"x\ny\",1\n\"u\nv\",2,3\n", "t.csv:5:6: 3 cells, where the header has 2",
           "quote");
}
END_TEST

START_TEST(refuses_bad_quotes)
{
    refuse("a,b\n1,\"2\n3,4\n", "t.csv:2:3: this quote is never closed", "close it");
    refuse("a,b\n1,2\"x\n3,4\n", "t.csv:2:4: a quote inside a cell that does not begin with one",
           "double");
    refuse("a,b\n1,\"2\"x\n3,4\n", "t.csv:2:6: text after the closing quote of a cell", "line 2");
    refuse("a,b\n1,\"2\n3,\"x\n", "t.csv:3:4: text after the closing quote of a cell", "line 2");
    refuse("\"", "t.csv:1:1: this quote is never closed", "close it");
}
END_TEST

START_TEST(refuses_what_is_no_table)
{
    refuse_n("", 0, &any, "t.csv:1:1: the file is empty", "row");
    refuse("\n \n\t\n", "t.csv:1:1: the file is empty", "row");
    refuse("\ufeff", "t.csv:1:1: the file is empty", "row");
    refuse("a,b\n", "t.csv:2:1: no row below the header", "header=no");
    refuse_n("a,b\n1,\0002\n", 9, &any, "t.csv:2:3: a zero byte: this file is no text", "CSV");
    refuse("a,b\n1,2\nü\xff,3\n", "t.csv:3:2: bytes that are not UTF-8", "UTF-8");
    refuse("\xff\xfe" "a", "t.csv:1:1: bytes that are not UTF-8", "UTF-8");
    refuse("x,y,x\n1,2,3\n", "t.csv:1:5: a second column named 'x'", "columns=1,2");
    refuse("a;b\n1,5;2\n1.5;3\n", "t.csv:2:1: a decimal comma in column 'a', which has a decimal "
           "point in line 3", "one of the two");
}
END_TEST

/* The text is looked at eight bytes at a time. */
START_TEST(a_bad_byte_is_found_wherever_it_stands)
{
    for (size_t i = 0; i < 24; i++) {
        char s[] = "123456789012345678901234\n", message[80];

        s[i] = '\xff';
        snprintf(message, sizeof message, "t.csv:1:%zu: bytes that are not UTF-8", i + 1);
        refuse(s, message, "UTF-8");
        s[i] = '\0';
        snprintf(message, sizeof message, "t.csv:1:%zu: a zero byte: this file is no text", i + 1);
        refuse_n(s, sizeof s - 1, &any, message, "CSV");
    }
}
END_TEST

START_TEST(two_columns_of_one_name_can_be_told_apart_by_number)
{
    const char *const numbers[] = {"2", "3", NULL}, *const name[] = {"x", NULL};
    struct table_how how = {.header = -1, .columns = numbers};
    struct dataset *d = parse_n("x,y,x\n1,2,3\n", 12, &how);

    check_size(d, 1, 2);
    check_numbers(d, 1, (double[]){3});
    dataset_free(d);
    how.columns = name;
    refuse_n("x,y,x\n1,2,3\n", 12, &how, "t.csv:1:5: a second column named 'x'", "number");
}
END_TEST

START_TEST(refuses_too_many_columns)
{
    size_t n = 100001;
    char *s = calloc(2 * n + 1, 1);

    ck_assert_ptr_nonnull(s);
    for (size_t i = 0; i < n; i++)
        memcpy(s + 2 * i, "1,", 2);
    s[2 * n - 1] = '\n';
    refuse(s, "t.csv:1:200001: more than 100000 columns", "sep=");
    free(s);
}
END_TEST

START_TEST(a_message_is_one_safe_line)
{
    struct error e = {0};

    ck_assert_ptr_null(
        table_parse("\"a\n\33[31m\",\"a\n\33[31m\"\n1,2\n", 24, "e\33vil\n.csv", &any, &e));
    ck_assert_str_eq(e.message, "e?vil .csv:2:8: a second column named 'a ?[31m'");
}
END_TEST

/* Two columns of many rows, the second of which names a new level in each. */
START_TEST(many_rows_and_levels)
{
    const size_t n = 50000;
    struct text t = TEXT_INIT;
    struct dataset *d;

    text_add(&t, "x,s\n");
    for (size_t i = 0; i < n; i++)
        text_addf(&t, "%zu,level%zu\n", i, i);
    d = parse_n(t.s, t.length, &any);
    check_size(d, n, 2);
    ck_assert_uint_eq(d->column[1].nlevel, n);
    ck_assert_str_eq(d->column[1].level[n - 1], "level49999");
    for (size_t i = 0; i < n; i++) {
        ck_assert_double_eq(d->column[0].value[i], (double)i);
        ck_assert_double_eq(d->column[1].value[i], (double)(i + 1));
    }
    dataset_free(d);
    text_clear(&t);
}
END_TEST

/* Each level begins the ones before it: wherever two meet in the hash table, they differ. */
START_TEST(a_level_is_not_the_beginning_of_another)
{
    const size_t n = 300;
    struct text t = TEXT_INIT;
    struct dataset *d;

    text_add(&t, "s,x\n");
    for (size_t i = 0; i < n; i++) {
        text_repeat(&t, "a", n - i);
        text_addf(&t, ",%zu\n", i);
    }
    d = parse_n(t.s, t.length, &any);
    ck_assert_uint_eq(d->column[0].nlevel, n);
    for (size_t i = 0; i < n; i++)
        ck_assert_uint_eq(strlen(d->column[0].level[i]), n - i);
    dataset_free(d);
    text_clear(&t);
}
END_TEST

/* name | rows × columns | missing | … of the line that begins with the table's name. */
static void expected_size(const char *readme, const char *name, size_t *nrow, size_t *ncol,
                          size_t *missing)
{
    char begins[80];
    const char *line;

    snprintf(begins, sizeof begins, "\n| %s |", name);
    line = strstr(readme, begins);
    ck_assert_msg(line != NULL, "%s has no row", name);
    ck_assert_int_eq(sscanf(line + strlen(begins), " %zu × %zu | %zu |", nrow, ncol, missing), 3);
}

static void check_shipped(const char *readme, const struct shipped_table *t)
{
    struct error e = {0};
    struct dataset *d = table_read(t->name, &any, &e);
    size_t nrow, ncol, missing, found = 0;

    ck_assert_msg(d != NULL, "%s: %s", t->name, e.message);
    ck_assert_str_eq(d->name, t->name);
    ck_assert_msg(strlen(t->about) > 10, "%s: %s", t->name, t->about);
    expected_size(readme, t->name, &nrow, &ncol, &missing);
    check_size(d, nrow, ncol);
    for (size_t j = 0; j < ncol; j++)
        found += d->column[j].nmissing;
    ck_assert_uint_eq(found, missing);
    dataset_free(d);
}

START_TEST(every_shipped_table_is_as_its_row_says)
{
    struct error e = {0};
    struct text path = TEXT_INIT, readme = TEXT_INIT;
    struct shipped_table *list;
    size_t count;

    ck_assert_msg(table_shipped(&list, &count, &e) == 0, "%s", e.message);
    ck_assert_uint_eq(count, 29);
    text_addf(&path, "%s/README.md", file_shipped_folder("datasets"));
    ck_assert_int_eq(file_read(path.s, 1 << 20, &readme, &e), 0);
    for (size_t i = 0; i < count; i++) {
        ck_assert(i == 0 || strcmp(list[i - 1].name, list[i].name) < 0);
        check_shipped(readme.s, &list[i]);
    }
    ck_assert_str_eq(list[10].name, "faithful");
    ck_assert_str_eq(
        list[10].about,
        "Old Faithful geyser: length of an eruption and waiting time to the next (min)");
    table_shipped_free(list, count);
    text_clear(&readme);
    text_clear(&path);
}
END_TEST

START_TEST(shipped_numbers)
{
    struct error e = {0};
    struct dataset *d = table_read("faithful.csv", &any, &e);

    ck_assert_msg(d != NULL, "%s", e.message);
    ck_assert_str_eq(d->column[0].name, "eruptions");
    ck_assert_double_eq(d->column[0].value[0], 3.6);
    ck_assert_double_eq(d->column[1].value[271], 74);
    dataset_free(d);
    d = table_read("iris", &any, &e);
    ck_assert_ptr_nonnull(d);
    ck_assert_int_eq(d->column[4].kind, COLUMN_TEXT);
    ck_assert_uint_eq(d->column[4].nlevel, 3);
    ck_assert_str_eq(d->column[4].level[2], "virginica");
    dataset_free(d);
}
END_TEST

START_TEST(files)
{
    char name[] = "/tmp/emstep-test-XXXXXX";
    struct error e = {0};
    struct dataset *d;
    int fd = mkstemp(name);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq((int)write(fd, "a,b\n1,2\n3\n", 10), 10);
    close(fd);
    ck_assert_ptr_null(table_read(name, &any, &e));
    ck_assert_ptr_nonnull(strstr(e.message, ":3:2: 1 cell, where the header has 2"));
    ck_assert_int_eq(strncmp(e.message, name, strlen(name)), 0);
    ck_assert_int_eq(file_write(name, "a,b\n1,2\n", 8, &e), 0);
    d = table_read(name, &any, &e);
    ck_assert_ptr_nonnull(d);
    check_size(d, 1, 2);
    dataset_free(d);
    unlink(name);
    ck_assert_ptr_null(table_read(name, &any, &e));
    ck_assert_ptr_nonnull(strstr(e.message, "No such file"));
    ck_assert_ptr_null(table_read("/tmp", &any, &e));
    ck_assert_ptr_nonnull(strstr(e.message, "directory"));
    ck_assert_ptr_null(table_read("faithfull", &any, &e));
    ck_assert_str_eq(e.message, "no file 'faithfull', and no data set of that name; did you mean "
                                "'faithful'?");
    ck_assert_ptr_nonnull(strstr(e.hint, "datasets"));
    ck_assert_ptr_null(table_read("../datasets/faithful-no", &any, &e));
}
END_TEST

/* Bytes that often are a table's, seldom a good one: an error or a whole data set, in one line. */
START_TEST(random_bytes_do_no_harm)
{
    static const char alphabet[] = "0123456789..,,,,;;\t  \n\n\n\r\"\"-eNA ab\xe2\x88\x92\xff";
    uint64_t state = 20240101;
    size_t good = 0, bad = 0;

    for (int trial = 0; trial < 20000; trial++) {
        struct error e = {0};
        char s[64];
        size_t n = (size_t)trial % sizeof s;
        struct dataset *d;

        for (size_t i = 0; i < n; i++) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            s[i] = trial % 4 == 3 ? (char)(state >> 40)
                                  : alphabet[(state >> 40) % (sizeof alphabet - 1)];
        }
        d = table_parse(s, n, "r", &any, &e);
        good += d != NULL;
        bad += d == NULL;
        if (d)
            ck_assert(d->nrow > 0 && d->ncol > 0);
        else
            ck_assert_msg(strncmp(e.message, "r:", 2) == 0 && e.hint[0], "%s", e.message);
        dataset_free(d);
    }
    ck_assert_uint_gt(good, 500); /* both ends are reached often */
    ck_assert_uint_gt(bad, 500);
}
END_TEST

/* Every allocation of a parse fails once; what was there before stays, and nothing leaks. */
START_TEST(no_memory_is_an_error)
{
    static const char *const keep[] = {"s", "y", NULL};
    struct table_how how = {.header = -1, .columns = keep};
    const char s[] = "x,\"y\",s\n1,2,\"a\"\n3,4,b\nq,5,\"c\nd\"\n";
    struct dataset *d = NULL;
    long n = 0;

    for (; !d && n < 1000; n++) {
        struct error e = {0};

        mem_fail_after(n);
        d = table_parse(s, strlen(s), "t.csv", &how, &e);
        mem_fail_after(-1);
        if (!d)
            ck_assert_str_eq(e.message, "out of memory");
    }
    ck_assert_ptr_nonnull(d);
    check_size(d, 3, 2);
    ck_assert_uint_eq(d->column[0].nlevel, 3);
    ck_assert_int_gt((int)n, 20);
    dataset_free(d);
}
END_TEST

START_TEST(interrupts_are_heeded)
{
    volatile sig_atomic_t interrupt = 0;
    struct table_how how = {.header = -1, .interrupt = &interrupt};
    struct error e = {0};
    struct dataset *d = table_parse("a\n1\n2\n", 6, "t.csv", &how, &e);

    ck_assert_ptr_nonnull(d);
    dataset_free(d);
    interrupt = SIGINT;
    ck_assert_ptr_null(table_parse("a\n1\n2\n", 6, "t.csv", &how, &e));
    ck_assert_int_eq(e.kind, ERROR_INTERRUPTED);
    ck_assert_str_eq(e.message, "interrupted; the data are what they were");

    struct text bytes = TEXT_INIT;
    ck_assert_int_ne(file_read_until("/proc/self/maps", SIZE_MAX, &bytes, &interrupt, &e), 0);
    ck_assert_int_eq(e.kind, ERROR_INTERRUPTED);
    ck_assert_uint_eq(bytes.length, 0);
    interrupt = 0;
    ck_assert_int_eq(file_read_until("/proc/self/maps", SIZE_MAX, &bytes, &interrupt, &e), 0);
    ck_assert_uint_gt(bytes.length, 0);
    text_clear(&bytes);
}
END_TEST

static volatile sig_atomic_t alarmed;

static void on_alarm(int signal)
{
    alarmed = signal;
}

/* ^C comes a while after the reading began, and long before what is wrong with the cell is met. */
static const struct {
    const char *head, *tail;
    char fill;
} huge[] = {
    {"a,b\n1,2\n", "\n", '7'},    /* a row that is too short */
    {"a\n\"", "", 'x'},           /* a quote that is never closed */
    {"a\n\"", "\"x\n", '\n'},    /* text after the closing quote */
    {"a\n", "\x01\xff\n", 'x'},  /* no UTF-8 */
    {"a", ",", ','},              /* more columns than there may be */
};

START_TEST(a_huge_cell_is_interrupted)
{
    enum { BYTES = 64 << 20 };
    struct itimerval soon = {.it_value = {0, 5000}};
    struct table_how how = {.header = -1, .interrupt = &alarmed};
    struct error e = {0};
    size_t head = strlen(huge[_i].head), tail = strlen(huge[_i].tail);
    char *bytes = mem_alloc(BYTES, 1);

    ck_assert_ptr_nonnull(bytes);
    memset(bytes, huge[_i].fill, BYTES);
    memcpy(bytes, huge[_i].head, head);
    memcpy(bytes + BYTES - tail, huge[_i].tail, tail);
    alarmed = 0;
    signal(SIGALRM, on_alarm);
    setitimer(ITIMER_REAL, &soon, NULL);
    ck_assert_ptr_null(table_parse(bytes, BYTES, "t.csv", &how, &e));
    ck_assert_str_eq(e.message, "interrupted; the data are what they were");
    ck_assert_int_eq(e.kind, ERROR_INTERRUPTED);
    mem_free(bytes);
}
END_TEST

START_TEST(references)
{
    struct dataset *d = parse("1\n");

    ck_assert_ptr_eq(dataset_ref(d), d);
    ck_assert_int_eq(d->refs, 2);
    dataset_free(d);
    ck_assert_int_eq(d->refs, 1);
    dataset_free(d);
    dataset_free(NULL);
    ck_assert_ptr_null(dataset_ref(NULL));
}
END_TEST

static TCase *forms_case(void)
{
    TCase *c = tcase_create("forms");

    tcase_add_loop_test(c, reads_every_form, 0, (int)(sizeof forms / sizeof *forms));
    tcase_add_test(c, takes_the_given_separator);
    tcase_add_test(c, a_comma_wins_over_blanks_and_a_semicolon_over_commas);
    tcase_add_test(c, a_single_column_may_have_blanks_in_its_name);
    tcase_add_test(c, finds_out_whether_there_is_a_header);
    tcase_add_test(c, believes_what_is_said_of_the_header);
    tcase_add_test(c, missing_entries);
    tcase_add_test(c, many_digits_are_rounded_once);
    tcase_add_test(c, text_columns_number_their_levels);
    tcase_add_test(c, text_below_numbers_makes_a_text_column);
    tcase_add_test(c, quotes_hold_separators_breaks_and_quotes);
    tcase_add_test(c, numbers_are_read_as_number_parse_reads_them);
    tcase_add_test(c, odd_numbers);
    tcase_add_test(c, a_very_long_cell_is_text_or_read);
    tcase_add_test(c, names_itself_after_the_file);
    tcase_add_test(c, keeps_the_columns_asked_for_in_that_order);
    tcase_add_test(c, a_column_name_that_looks_like_a_number_wins);
    tcase_add_test(c, two_columns_of_one_name_can_be_told_apart_by_number);
    tcase_add_test(c, many_rows_and_levels);
    tcase_add_test(c, a_level_is_not_the_beginning_of_another);
    tcase_add_test(c, references);
    return c;
}

static TCase *errors_case(void)
{
    TCase *c = tcase_create("errors");

    tcase_add_test(c, refuses_a_separator_that_cannot_be);
    tcase_add_test(c, refuses_columns_that_are_not_there);
    tcase_add_test(c, refuses_ragged_rows);
    tcase_add_test(c, refuses_bad_quotes);
    tcase_add_test(c, refuses_what_is_no_table);
    tcase_add_test(c, a_bad_byte_is_found_wherever_it_stands);
    tcase_add_test(c, refuses_too_many_columns);
    tcase_add_test(c, a_message_is_one_safe_line);
    tcase_add_test(c, random_bytes_do_no_harm);
    tcase_add_test(c, no_memory_is_an_error);
    tcase_set_timeout(c, 60);
    return c;
}

static TCase *files_case(void)
{
    TCase *c = tcase_create("files");

    tcase_add_test(c, every_shipped_table_is_as_its_row_says);
    tcase_add_test(c, shipped_numbers);
    tcase_add_test(c, files);
    tcase_add_test(c, interrupts_are_heeded);
    tcase_add_loop_test(c, a_huge_cell_is_interrupted, 0, sizeof huge / sizeof *huge);
    return c;
}

int main(void)
{
    Suite *suite = suite_create("table");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, forms_case());
    suite_add_tcase(suite, errors_case());
    suite_add_tcase(suite, files_case());
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
