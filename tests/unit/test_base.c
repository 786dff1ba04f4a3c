/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <check.h>
#include <float.h>
#include <limits.h>
#include <locale.h>
#include <math.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "numeric/random.h"

/* A folder for a test of its own */

static char folder[] = "/tmp/emstep-test-XXXXXX";
static char path[64];

static const char *in_folder(const char *name)
{
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void make_folder(void)
{
    memcpy(folder + sizeof folder - 7, "XXXXXX", 6);
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void remove_folder(void)
{
    char command[64];

    chmod(folder, 0700);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    ck_assert_int_eq(system(command), 0);
}

/* Memory */

START_TEST(sizes_that_overflow_are_refused)
{
    ck_assert_ptr_null(mem_alloc(SIZE_MAX / 2, 3));
    ck_assert_ptr_null(mem_resize(NULL, SIZE_MAX / 2, 3));
    ck_assert_ptr_null(mem_copy_bytes("x", SIZE_MAX));
    ck_assert_ptr_null(mem_copy_text(NULL));
    mem_free(NULL);
}
END_TEST

START_TEST(nothing_is_still_a_place)
{
    char *p = mem_alloc(0, 8), *q = mem_resize(NULL, 0, 8);

    ck_assert_ptr_nonnull(p);
    ck_assert_ptr_nonnull(q);
    mem_free(p);
    mem_free(q);
}
END_TEST

START_TEST(memory_is_zeroed_and_copies_are_ended)
{
    int *v = NEW_ARRAY(100, int);
    char *s = mem_copy_bytes("abc", 2);

    for (int i = 0; i < 100; i++)
        ck_assert_int_eq(v[i], 0);
    ck_assert_str_eq(s, "ab");
    mem_free(v);
    mem_free(s);
}
END_TEST

START_TEST(the_nth_allocation_can_fail)
{
    char *a, *b;

    mem_fail_after(1);
    a = mem_alloc(1, 1);
    b = mem_alloc(1, 1);
    ck_assert_ptr_nonnull(a);
    ck_assert_ptr_null(b);
    ck_assert_ptr_null(mem_resize(a, 2, 1));
    mem_fail_after(-1);
    a = mem_resize(a, 2, 1);
    ck_assert_ptr_nonnull(a);
    mem_free(a);
}
END_TEST

/* Errors */

START_TEST(an_error_has_message_hint_and_place)
{
    struct error e = {0};

    ck_assert_int_eq(error_set_at(&e, (struct span){3, 4}, "no %s", "data"), -1);
    ck_assert_int_eq(error_hint(&e, "load %s", "faithful"), -1);
    ck_assert_int_eq(error_place(&e, (struct span){9, 9}), -1);
    ck_assert_str_eq(e.message, "no data");
    ck_assert_str_eq(e.hint, "load faithful");
    ck_assert_uint_eq(e.at.offset, 3);

    error_set(&e, "another");
    ck_assert_str_eq(e.hint, "");
    ck_assert_uint_eq(e.at.length, 0);
    error_place(&e, (struct span){9, 2});
    ck_assert_uint_eq(e.at.offset, 9);
    error_clear(&e);
    ck_assert_str_eq(e.message, "");
}
END_TEST

START_TEST(an_error_forgets_what_kind_the_last_one_was)
{
    struct error e = {.kind = ERROR_INTERRUPTED};

    error_set(&e, "x");
    ck_assert_int_eq(e.kind, ERROR_COMMAND);
    e.kind = ERROR_EXPECT;
    error_no_memory(&e);
    ck_assert_int_eq(e.kind, ERROR_COMMAND);
    ck_assert_str_eq(e.message, "out of memory");
}
END_TEST

START_TEST(an_error_may_be_put_into_itself)
{
    struct error e = {0};

    error_set(&e, "inner");
    error_set(&e, "outer: %s", e.message);
    ck_assert_str_eq(e.message, "outer: inner");
    error_hint(&e, "a");
    error_hint(&e, "%s, b", e.hint);
    ck_assert_str_eq(e.hint, "a, b");
}
END_TEST

START_TEST(an_error_is_one_safe_line)
{
    struct error e = {0};

    error_set(&e, "'%s'", "a\x1b[31mb\nc\xc2\x9b" "d\xff\u202e\u03b8");
    ck_assert_str_eq(e.message, "'a?[31mb c??d????\u03b8'");
}
END_TEST

START_TEST(a_long_error_ends_at_a_character)
{
    struct error e = {0};
    char long_word[2000];

    for (size_t shift = 0; shift < 4; shift++) {
        memset(long_word, 'x', shift);
        for (size_t i = shift; i + 2 < sizeof long_word; i += 2)
            memcpy(long_word + i, "\u03b8", 3);
        error_set(&e, "%s", long_word);
        error_hint(&e, "%s", long_word);
        ck_assert(text_is_utf8(e.message, strlen(e.message)));
        ck_assert(text_is_utf8(e.hint, strlen(e.hint)));
        ck_assert_str_eq(e.message + strlen(e.message) - 3, "…");
        ck_assert_ptr_null(strchr(e.message, '?'));
        ck_assert_ptr_null(strchr(e.hint, '?'));
        ck_assert_uint_ge(strlen(e.message), sizeof e.message - 3);
    }
}
END_TEST

/* Text */

START_TEST(a_text_grows_and_is_always_ended)
{
    struct text t = TEXT_INIT;

    ck_assert_str_eq(t.s, "");
    for (int i = 0; i < 1000; i++)
        text_addf(&t, "%d,", i);
    ck_assert_uint_eq(t.length, 3890);
    ck_assert_uint_eq(strlen(t.s), t.length);
    text_reset(&t);
    ck_assert_str_eq(t.s, "");
    text_add_bytes(&t, "a\0b", 3);
    ck_assert_uint_eq(t.length, 3);
    text_clear(&t);
    text_clear(&t);
    ck_assert_str_eq(t.s, "");
    ck_assert(!t.failed);
}
END_TEST

/* The NUL needs room of its own: at every length, for the sanitizer to see. */
START_TEST(a_text_is_ended_at_every_length)
{
    for (size_t n = 0; n < 300; n++) {
        struct text t = TEXT_INIT;

        text_repeat(&t, "x", n);
        ck_assert_uint_eq(strlen(t.s), n);
        ck_assert(n == 0 || t.room > n);
        text_clear(&t);
    }
}
END_TEST

START_TEST(a_text_is_handed_over)
{
    struct text t = TEXT_INIT;
    char *s = text_take(&t);

    ck_assert_str_eq(s, "");
    mem_free(s);
    text_add(&t, "kept");
    s = text_take(&t);
    ck_assert_str_eq(s, "kept");
    ck_assert_str_eq(t.s, "");
    mem_free(s);
}
END_TEST

START_TEST(a_text_that_ran_out_of_memory_says_so)
{
    struct text t = TEXT_INIT;

    text_add(&t, "before");
    mem_fail_after(0);
    text_repeat(&t, "x", 1000);
    text_addf(&t, "%1000d", 1);
    mem_fail_after(-1);
    ck_assert(t.failed);
    ck_assert_str_eq(t.s, "before");
    ck_assert_ptr_null(text_take(&t));
    ck_assert(!t.failed);

    mem_fail_after(0);
    ck_assert_ptr_null(text_take(&t));
    text_add_shown(&t, "too long", 4);
    text_pad_left(&t, "x", 4);
    ck_assert(t.failed);
    ck_assert_str_eq(t.s, "");
    text_reset(&t);
    ck_assert(!t.failed);
    mem_fail_after(-1);
}
END_TEST

START_TEST(a_text_beyond_the_address_space_is_refused)
{
    struct text t = TEXT_INIT;

    text_repeat(&t, "ab", SIZE_MAX / 2 + 2);
    ck_assert(t.failed);
    ck_assert_str_eq(t.s, "");
}
END_TEST

START_TEST(widths_are_columns)
{
    ck_assert_uint_eq(text_width("θ₀ ✓"), 4);
    ck_assert_uint_eq(text_width("日本"), 4);
    ck_assert_uint_eq(text_width("e\u0301"), 1);
    ck_assert_uint_eq(text_width("\xff\xff"), 2);
    ck_assert_uint_eq(text_width("\u2212333.686"), 8);
    ck_assert_uint_eq(text_width_n("θθθ", 4), 2);
}
END_TEST

START_TEST(padding_counts_columns)
{
    struct text t = TEXT_INIT;

    text_pad_right(&t, "ℓ(θ₁)", 8);
    text_add(&t, "|");
    text_pad_left(&t, "\u22121", 4);
    text_add(&t, "|");
    text_pad_left(&t, "too long", 3);
    ck_assert_str_eq(t.s, "ℓ(θ₁)   |  \u22121|too long");
    text_clear(&t);
}
END_TEST

static const struct {
    const char *given, *shown;
    size_t columns;
} shown[] = {
    {"plain", "plain", 5},
    {"plain", "pla…", 4},
    {"", "", 0},
    {"x", "", 0},
    {"x", "x", 1},
    {"xy", "…", 1},
    {"\x1b]0;owned\x07 \x1b[2J", "?]0;owned? ?[2J", 80},
    {"a\xc2\x9b" "31mb\x7f", "a?31mb?", 80},
    {"one\ntwo\r\nthree\rfour\u2028five", "one two three four five", 80},
    {"bad \xff\xc0\x80\xed\xa0\x80!", "bad \ufffd\ufffd\ufffd\ufffd\ufffd\ufffd!", 80},
    {"cut \xe2\x82", "cut \ufffd\ufffd", 80},
    {"abc\u202efdp.exe\u2066", "abc?fdp.exe?", 80},
    {"日本語", "日…", 4},
    {"日本語", "日本…", 5},
    {"日本語", "日本語", 6},
    {"e\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301", "e\u0301\u0301\u0301\u0301", 1},
};

START_TEST(strangers_text_is_safe_to_print)
{
    struct text t = TEXT_INIT;

    text_add(&t, ">");
    text_add_shown(&t, shown[_i].given, shown[_i].columns);
    ck_assert_str_eq(t.s + 1, shown[_i].shown);
    ck_assert_uint_le(text_width(t.s + 1), shown[_i].columns);
    text_clear(&t);
}
END_TEST

START_TEST(utf8_is_told_from_bytes)
{
    ck_assert(text_is_utf8("θ\0日", 6));
    ck_assert(!text_is_utf8("\xce", 1));
    ck_assert(!text_is_utf8("\xc0\xaf", 2));
    ck_assert(!text_is_utf8("\xed\xa0\x80", 3));
    ck_assert(!text_is_utf8("\xf4\x90\x80\x80", 4));
    ck_assert(text_is_utf8("", 0));
}
END_TEST

START_TEST(subscripts)
{
    struct text t = TEXT_INIT;

    text_subscript(&t, 1234567890);
    text_subscript(&t, -3);
    ck_assert_str_eq(t.s, "₁₂₃₄₅₆₇₈₉₀₋₃");
    text_reset(&t);
    text_subscript(&t, LONG_MIN);
    ck_assert_str_eq(t.s, "₋₉₂₂₃₃₇₂₀₃₆₈₅₄₇₇₅₈₀₈");
    text_clear(&t);
}
END_TEST

/* Numbers */

static const struct {
    double v;
    int digits;
    const char *text, *change;
} numbers[] = {
    {-333.68612, 6, "\u2212333.686", "\u2212333.686"},
    {50.76684, 6, "50.7668", "+50.7668"},
    {44.674004, 6, "44.6740", "+44.6740"},
    {-282.92, 6, "\u2212282.92", "\u2212282.92"},
    {-282.9200001, 6, "\u2212282.920", "\u2212282.920"},
    {6.092744, 6, "6.09274", "+6.09274"},
    {0, 6, "0", "0"},
    {-0.0, 6, "0", "0"},
    {2, 6, "2", "+2"},
    {0.25, 6, "0.25", "+0.25"},
    {100, 6, "100", "+100"},
    {100, 1, "100", "+100"},
    {0.1 + 0.2, 6, "0.3", "+0.3"},
    {1.0 / 3, 3, "0.333", "+0.333"},
    {999999.6, 6, "1000000", "+1000000"},
    {1234567, 6, "1234567", "+1234567"},
    {1e7, 6, "1e+07", "+1e+07"},
    {12345678, 6, "1.23457e+07", "+1.23457e+07"},
    {1e-4, 6, "0.0001", "+0.0001"},
    {1.2e-7, 6, "1.2e\u221207", "+1.2e\u221207"},
    {-1.2345678e-100, 6, "\u22121.23457e\u2212100", "\u22121.23457e\u2212100"},
    {0.5, 0, "0.5", "+0.5"},
    {1.0 / 3, 99, "0.33333333333333331", "+0.33333333333333331"},
    {DBL_MAX, 6, "1.79769e+308", "+1.79769e+308"},
    {NAN, 6, "n/a", "n/a"},
    {INFINITY, 6, "inf", "+inf"},
    {-INFINITY, 6, "-inf", "-inf"},
};

START_TEST(numbers_keep_their_significance)
{
    char buf[NUMBER_TEXT];

    ck_assert_str_eq(number_text(buf, numbers[_i].v, numbers[_i].digits), numbers[_i].text);
    ck_assert_str_eq(number_change(buf, numbers[_i].v, numbers[_i].digits), numbers[_i].change);
}
END_TEST

/* Bit patterns of every exponent, so that 17 digits are tried where they are hardest. */
START_TEST(seventeen_digits_are_the_whole_number)
{
    gsl_rng *random = random_new(7, &(struct error){0});
    char buf[NUMBER_TEXT];

    for (int i = 0; i < 20000; i++) {
        uint64_t bits = (uint64_t)gsl_rng_get(random) << 32 | gsl_rng_get(random);
        double v, back;

        memcpy(&v, &bits, sizeof v);
        if (!isfinite(v))
            continue;
        ck_assert_msg(number_parse(number_text(buf, v, 17), &back), "%a: %s", v, buf);
        ck_assert_msg(back == v, "%a: %s", v, buf);
        ck_assert_uint_lt(strlen(buf), NUMBER_TEXT);
    }
    gsl_rng_free(random);
}
END_TEST

static const struct {
    const char *s;
    double v;
} parsed[] = {
    {"2", 2},          {"-2.5", -2.5},         {"\u22122.5", -2.5},  {"+.5", 0.5},
    {"5.", 5},         {"1e3", 1000},          {"1E+3", 1000},       {"1e\u22123", 0.001},
    {"1e-3", 0.001},   {"inf", INFINITY},      {"-inf", -INFINITY},  {"\u2212inf", -INFINITY},
    {"1e-999", 0},     {"4.9e-324", 4.9e-324}, {"007", 7},           {"0.30", 0.3},
};

START_TEST(numbers_are_read)
{
    double v = NAN;

    ck_assert(number_parse(parsed[_i].s, &v));
    ck_assert(v == parsed[_i].v);
}
END_TEST

static const char *const no_number[] = {
    "",      " ",     "2 ",      " 2",    "abc",      "2x",   "nan",  "1e",   "1e+",    ".",
    "-",     "--2",   "+-2",     "0x10",  "1,5",      "1e999", "-1e999", "infinity", "INF", "e5",
    "1.2.3", "1e2.5", "\u2212", "\u2212\u22121", "\xe2\x88", "1\u2212", "inf ", "1d5",
};

START_TEST(other_text_is_no_number)
{
    double v = 42;

    ck_assert_msg(!number_parse(no_number[_i], &v), "'%s'", no_number[_i]);
    ck_assert(v == 42);
}
END_TEST

START_TEST(endless_digits_are_no_number)
{
    static char many[5000];
    double v = 42;

    memset(many, '9', sizeof many - 1);
    ck_assert(!number_parse(many, &v));
    memset(many, '0', sizeof many - 1);
    many[300] = '\0';
    ck_assert(number_parse(many, &v));
    ck_assert(v == 0);
}
END_TEST

/* A locale with a decimal comma: one that is installed, else one that is made here. */
static bool use_decimal_comma(const char *where)
{
    char command[200];

    if (setlocale(LC_ALL, "de_DE.UTF-8") || setlocale(LC_ALL, "fr_FR.UTF-8"))
        return true;
    snprintf(command, sizeof command,
             "localedef -i de_DE -f UTF-8 '%s/de_DE.UTF-8' >/dev/null 2>&1", where);
    if (system(command) != 0)
        return false;
    setenv("LOCPATH", where, 1);
    return setlocale(LC_ALL, "de_DE.UTF-8") != NULL;
}

START_TEST(numbers_do_not_follow_the_locale)
{
    char buf[NUMBER_TEXT];
    double v;

    if (use_decimal_comma(folder))
        ck_assert_str_eq(localeconv()->decimal_point, ",");
    ck_assert_str_eq(number_text(buf, 0.25, 6), "0.25");
    ck_assert_str_eq(number_text(buf, 1 - 0.8, 6), "0.2"); /* the rounding of one operation */
    ck_assert_str_eq(number_text(buf, 1 - 1e-13, 6), "1.00000");
    ck_assert_str_eq(number_text(buf, 1.0 / 3, 6), "0.333333");
    ck_assert(number_parse("0.25", &v) && v == 0.25);
    ck_assert(!number_parse("0,25", &v));
}
END_TEST

START_TEST(counts_are_whole)
{
    static const char *const wrong[] = {"", "-1", "1.5", "1e3", " 1", "x", "\u22121", "+1",
                                        "9007199254740992", "99999999999999999999999999"};
    size_t v = 42;

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        ck_assert_msg(!count_parse(wrong[i], &v), "'%s'", wrong[i]);
    ck_assert_uint_eq(v, 42);
    ck_assert(count_parse("9007199254740991", &v) && v == 9007199254740991);
    ck_assert(count_parse("0", &v) && v == 0);
    ck_assert(count_parse("000000000000000000000000000012", &v) && v == 12);
}
END_TEST

/* Files */

static size_t files_in_folder(void)
{
    char command[64];
    FILE *p;
    size_t n = 0;

    snprintf(command, sizeof command, "ls -A '%s'", folder);
    p = popen(command, "r");
    for (int c; (c = fgetc(p)) != EOF;)
        n += c == '\n';
    pclose(p);
    return n;
}

START_TEST(a_file_comes_back_as_it_went)
{
    struct error e = {0};
    struct text t = TEXT_INIT;

    ck_assert_int_eq(file_write(in_folder("a"), "x\0y\n", 4, &e), 0);
    ck_assert_int_eq(file_write(path, "old\0y\n", 6, &e), 0);
    text_add(&t, "before ");
    ck_assert_int_eq(file_read(path, 6, &t, &e), 0);
    ck_assert_uint_eq(t.length, 13);
    ck_assert_mem_eq(t.s, "before old\0y\n", 13);
    ck_assert_uint_eq(files_in_folder(), 1);
    text_clear(&t);
}
END_TEST

START_TEST(a_file_keeps_its_mode_and_its_link)
{
    struct error e = {0};
    struct stat st;
    char link[64];

    ck_assert_int_eq(file_write(in_folder("a"), "1", 1, &e), 0);
    ck_assert_int_eq(chmod(path, 0640), 0);
    snprintf(link, sizeof link, "%s/link", folder);
    ck_assert_int_eq(symlink(path, link), 0);
    ck_assert_int_eq(file_write(link, "23", 2, &e), 0);
    ck_assert_int_eq(lstat(link, &st), 0);
    ck_assert(S_ISLNK(st.st_mode));
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_int_eq(st.st_mode & 0777, 0640);
    ck_assert_int_eq(st.st_size, 2);
}
END_TEST

START_TEST(a_name_as_long_as_can_be_is_written)
{
    struct error e = {0};
    char name[400];

    snprintf(name, sizeof name, "%s/%0255d", folder, 1);
    ck_assert_msg(file_write(name, "x", 1, &e) == 0, "%s", e.message);
    snprintf(name, sizeof name, "%s/%0256d", folder, 1);
    ck_assert_int_eq(file_write(name, "x", 1, &e), -1);
    ck_assert_uint_eq(files_in_folder(), 1);
}
END_TEST

static void check_unreadable(const char *name, size_t limit, const char *why)
{
    struct error e = {0};
    struct text t = TEXT_INIT;
    char message[300];

    text_add(&t, "before");
    snprintf(message, sizeof message, "cannot read '%s': %s", name, why);
    ck_assert_int_eq(file_read(name, limit, &t, &e), -1);
    ck_assert_str_eq(e.message, message);
    ck_assert_str_eq(t.s, "before");
    ck_assert_uint_eq(t.length, 6);
    text_clear(&t);
}

START_TEST(what_is_no_file_is_not_read)
{
    struct error e = {0};

    check_unreadable(in_folder("none"), 100, "No such file or directory");
    check_unreadable(folder, 100, "it is a directory");
    check_unreadable("/dev/zero", 100, "it is a device, not a file");
    file_write(in_folder("b"), "1234567", 7, &e);
    check_unreadable(path, 6, "it is longer than 6 bytes");
}
END_TEST

START_TEST(a_pipe_is_read_up_to_the_limit)
{
    struct error e = {0};
    struct text t = TEXT_INIT;
    char name[32];
    int ends[2];

    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(write(ends[1], "12345", 5), 5);
    close(ends[1]);
    snprintf(name, sizeof name, "/dev/fd/%d", ends[0]);
    ck_assert_msg(file_read(name, 5, &t, &e) == 0, "%s", e.message);
    ck_assert_str_eq(t.s, "12345");
    close(ends[0]);

    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(write(ends[1], "12345", 5), 5);
    close(ends[1]);
    check_unreadable(name, 4, "it is longer than 4 bytes");
    close(ends[0]);

    ck_assert_int_eq(mkfifo(in_folder("fifo"), 0600), 0);
    ck_assert_int_eq(file_read(path, 5, &t, &e), 0);
    ck_assert_str_eq(t.s, "12345");
    text_clear(&t);
}
END_TEST

START_TEST(reading_without_memory_is_an_error)
{
    struct error e = {0};
    struct text t = TEXT_INIT;

    file_write(in_folder("a"), "x", 1, &e);
    mem_fail_after(0);
    ck_assert_int_eq(file_read(path, 10, &t, &e), -1);
    mem_fail_after(-1);
    ck_assert_str_eq(e.message, "out of memory");
    ck_assert(!t.failed);
    ck_assert_int_eq(file_read(path, 10, &t, &e), 0);
    ck_assert_str_eq(t.s, "x");
    text_clear(&t);
}
END_TEST

static void check_unwritable(const char *name, const char *why)
{
    struct error e = {0};
    char message[300];

    snprintf(message, sizeof message, "cannot write '%s': %s", name, why);
    ck_assert_int_eq(file_write(name, "x", 1, &e), -1);
    ck_assert_str_eq(e.message, message);
}

START_TEST(what_is_no_file_is_not_written)
{
    char long_path[2 * PATH_MAX];

    check_unwritable(in_folder("none/x"), "No such file or directory");
    check_unwritable(folder, "Is a directory");
    check_unwritable("/dev/full", "it is a device, not a file");
    ck_assert_int_eq(mkfifo(in_folder("fifo"), 0600), 0);
    check_unwritable(path, "it is a device, not a file");
    memset(long_path, 'x', sizeof long_path);
    long_path[sizeof long_path - 1] = '\0';
    ck_assert_int_eq(file_write(long_path, "x", 1, &(struct error){0}), -1);
}
END_TEST

/* Root may write anywhere, so as root the step back to an ordinary user is part of the test, which
 * runs in a child of its own. */
static void become_ordinary(void)
{
    if (geteuid() == 0) {
        ck_assert_int_eq(chown(folder, 65534, 65534), 0);
        ck_assert_int_eq(setgid(65534), 0);
        ck_assert_int_eq(setuid(65534), 0);
    }
}

START_TEST(a_folder_or_file_without_permission_is_not_written)
{
    struct error e = {0};

    become_ordinary();
    ck_assert_int_eq(file_write(in_folder("a"), "old", 3, &e), 0);
    ck_assert_int_eq(chmod(path, 0400), 0);
    check_unwritable(path, "Permission denied");
    ck_assert_int_eq(chmod(folder, 0500), 0);
    check_unwritable(in_folder("new"), "Permission denied");
    ck_assert_int_eq(chmod(folder, 0700), 0);
    ck_assert_uint_eq(files_in_folder(), 1);
}
END_TEST

/* A full disk, by the limit on a file's size: the bytes before it are written, those after not. */
START_TEST(a_full_disk_leaves_the_old_file)
{
    struct error e = {0};
    struct text t = TEXT_INIT;
    struct rlimit limit = {4096, 4096};
    static char many[10000];

    ck_assert_int_eq(file_write(in_folder("a"), "old", 3, &e), 0);
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    ck_assert_int_eq(file_write(path, many, sizeof many, &e), -1);
    ck_assert_ptr_nonnull(strstr(e.message, "File too large"));
    ck_assert_int_eq(file_read(path, 100, &t, &e), 0);
    ck_assert_str_eq(t.s, "old");
    ck_assert_uint_eq(files_in_folder(), 1);
    text_clear(&t);
}
END_TEST

START_TEST(shipped_folders_are_found_from_the_build_tree)
{
    const char *found = file_shipped_folder("datasets");
    struct stat st;

    ck_assert_ptr_nonnull(found);
    ck_assert_int_eq(stat(found, &st), 0);
    ck_assert_str_eq(found + strlen(found) - strlen("/datasets"), "/datasets");
    ck_assert_ptr_null(strstr(found, "/build/"));
    ck_assert_ptr_null(file_shipped_folder("no-such-kind"));
}
END_TEST

START_TEST(the_same_seed_gives_the_same_numbers)
{
    struct error e = {0};
    gsl_rng *a = random_new(5489, &e), *b = random_new(5489, &e);

    /* The first outputs of the reference mt19937ar.c for its default seed. */
    ck_assert_uint_eq(gsl_rng_get(a), 3499211612u);
    ck_assert_uint_eq(gsl_rng_get(a), 581869302u);
    for (int i = 0; i < 2; i++)
        gsl_rng_get(b);
    for (int i = 0; i < 100; i++)
        ck_assert_uint_eq(gsl_rng_get(a), gsl_rng_get(b));
    gsl_rng_free(a);
    gsl_rng_free(b);
}
END_TEST

#define COUNT(a) ((int)(sizeof(a) / sizeof *(a)))

static TCase *memory_and_error_case(void)
{
    TCase *c = tcase_create("memory, errors");

    tcase_add_test(c, sizes_that_overflow_are_refused);
    tcase_add_test(c, nothing_is_still_a_place);
    tcase_add_test(c, memory_is_zeroed_and_copies_are_ended);
    tcase_add_test(c, the_nth_allocation_can_fail);
    tcase_add_test(c, an_error_has_message_hint_and_place);
    tcase_add_test(c, an_error_forgets_what_kind_the_last_one_was);
    tcase_add_test(c, an_error_may_be_put_into_itself);
    tcase_add_test(c, an_error_is_one_safe_line);
    tcase_add_test(c, a_long_error_ends_at_a_character);
    tcase_add_test(c, the_same_seed_gives_the_same_numbers);
    return c;
}

static TCase *text_case(void)
{
    TCase *c = tcase_create("text");

    tcase_add_test(c, a_text_grows_and_is_always_ended);
    tcase_add_test(c, a_text_is_ended_at_every_length);
    tcase_add_test(c, a_text_is_handed_over);
    tcase_add_test(c, a_text_that_ran_out_of_memory_says_so);
    tcase_add_test(c, a_text_beyond_the_address_space_is_refused);
    tcase_add_test(c, widths_are_columns);
    tcase_add_test(c, padding_counts_columns);
    tcase_add_loop_test(c, strangers_text_is_safe_to_print, 0, COUNT(shown));
    tcase_add_test(c, utf8_is_told_from_bytes);
    tcase_add_test(c, subscripts);
    return c;
}

static TCase *number_case(void)
{
    TCase *c = tcase_create("numbers");

    tcase_add_loop_test(c, numbers_keep_their_significance, 0, COUNT(numbers));
    tcase_add_test(c, seventeen_digits_are_the_whole_number);
    tcase_add_loop_test(c, numbers_are_read, 0, COUNT(parsed));
    tcase_add_loop_test(c, other_text_is_no_number, 0, COUNT(no_number));
    tcase_add_test(c, endless_digits_are_no_number);
    tcase_add_test(c, counts_are_whole);
    return c;
}

static TCase *file_case(void)
{
    TCase *c = tcase_create("with a folder");

    tcase_add_checked_fixture(c, make_folder, remove_folder);
    tcase_add_test(c, a_file_comes_back_as_it_went);
    tcase_add_test(c, a_file_keeps_its_mode_and_its_link);
    tcase_add_test(c, a_name_as_long_as_can_be_is_written);
    tcase_add_test(c, what_is_no_file_is_not_read);
    tcase_add_test(c, a_pipe_is_read_up_to_the_limit);
    tcase_add_test(c, reading_without_memory_is_an_error);
    tcase_add_test(c, what_is_no_file_is_not_written);
    tcase_add_test(c, a_folder_or_file_without_permission_is_not_written);
    tcase_add_test(c, a_full_disk_leaves_the_old_file);
    tcase_add_test(c, shipped_folders_are_found_from_the_build_tree);
    tcase_add_test(c, numbers_do_not_follow_the_locale);
    return c;
}

int main(void)
{
    Suite *s = suite_create("base");
    SRunner *r = srunner_create(s);
    int failed;

    suite_add_tcase(s, memory_and_error_case());
    suite_add_tcase(s, text_case());
    suite_add_tcase(s, number_case());
    suite_add_tcase(s, file_case());
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? 0 : 1;
}
