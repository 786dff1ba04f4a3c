/* SPDX-License-Identifier: GPL-3.0-or-later */
/* asciicast v2, read strictly.  With arguments: are these files such casts? */
#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "lesson/cast.h"

enum { CAST_BYTES = 64 << 20 };

/* ---- the reader ---- */

static const char *check_header(const json_t *j)
{
    static const char *const known[] = {"version", "width", "height", "title", NULL};
    const char *key;
    json_t *value;

    if (!json_is_object(j) || json_integer_value(json_object_get(j, "version")) != 2)
        return "the header is no object with version 2";
    if (json_integer_value(json_object_get(j, "width")) < 1 ||
        json_integer_value(json_object_get(j, "height")) < 1)
        return "the header has no size";
    json_object_foreach((json_t *)j, key, value) {
        const char *const *k = known;
        while (*k && strcmp(*k, key) != 0)
            k++;
        if (!*k)
            return "the header says more than it should";
    }
    return NULL;
}

static const char *check_event(const json_t *j, double *time)
{
    double t = json_number_value(json_array_get(j, 0));
    const char *kind = json_string_value(json_array_get(j, 1));
    const char *data = json_string_value(json_array_get(j, 2));

    if (!json_is_array(j) || json_array_size(j) != 3 || !json_is_number(json_array_get(j, 0)))
        return "an event is no [time, kind, data]";
    if (!kind || !data || (strcmp(kind, "o") != 0 && strcmp(kind, "r") != 0))
        return "an event is of no known kind";
    if (t < *time)
        return "time runs backwards";
    for (const char *p = strchr(data, '\n'); p; p = strchr(p + 1, '\n'))
        if (p == data || p[-1] != '\r')
            return "a line break without a carriage return";
    *time = t;
    return NULL;
}

/* What is wrong with it; NULL: nothing.  What was put out is added to `shown`. */
static const char *check_cast(const char *text, struct text *shown)
{
    double time = 0;
    size_t lines = 0;

    for (const char *line = text; *line; lines++) {
        const char *end = strchr(line, '\n'), *wrong;
        if (!end)
            return "the last line has no end";
        json_t *j = json_loadb(line, (size_t)(end - line), JSON_REJECT_DUPLICATES, NULL);
        if (!j)
            return "a line is no JSON in UTF-8";
        wrong = lines == 0 ? check_header(j) : check_event(j, &time);
        if (lines && !wrong && strcmp(json_string_value(json_array_get(j, 1)), "o") == 0)
            text_add(shown, json_string_value(json_array_get(j, 2)));
        json_decref(j);
        if (wrong)
            return wrong;
        line = end + 1;
    }
    return lines < 2 ? "there is nothing in it" : NULL;
}

static int check_files(char **name, int n)
{
    int bad = 0;

    for (int i = 0; i < n; i++) {
        struct text text = TEXT_INIT, shown = TEXT_INIT;
        struct error e = {0};
        const char *wrong = file_read(name[i], CAST_BYTES, &text, &e) == 0
                                ? check_cast(text.s, &shown) : e.message;
        if (wrong)
            fprintf(stderr, "%s: %s\n", name[i], wrong);
        bad |= wrong != NULL;
        text_clear(&text);
        text_clear(&shown);
    }
    return bad;
}

/* ---- tests ---- */

START_TEST(a_cast_is_what_was_shown)
{
    struct cast c;
    struct text shown = TEXT_INIT;

    cast_begin(&c, 80, 24, "Q \"and\" \\ ℓ");
    cast_output(&c, 0, "ℓ = −11.32\n\n");
    cast_output(&c, 0.5, "");
    cast_output(&c, 0.5, "\033[1mem>\033[0m \t\"x\" \\");
    cast_resize(&c, 0.5, 80, 24);
    cast_resize(&c, 0.75, 100, 30);
    cast_output(&c, 1234.5, "end");
    const char *wrong = check_cast(c.lines.s, &shown);
    ck_assert_msg(!wrong, "%s", wrong);
    ck_assert_str_eq(shown.s, "ℓ = −11.32\r\n\r\n\033[1mem>\033[0m \t\"x\" \\end");
    ck_assert_ptr_nonnull(strstr(c.lines.s, "[0.750000,\"r\",\"100x30\"]\n"));
    ck_assert_ptr_null(strstr(c.lines.s, "80x24"));
    text_clear(&shown);
    cast_clear(&c);
}
END_TEST

START_TEST(bytes_that_are_no_utf8_are_replaced)
{
    struct cast c;
    struct text shown = TEXT_INIT;

    cast_begin(&c, 80, 24, "a\xff");
    cast_output(&c, 1, "x\xe2\x84y");
    ck_assert_ptr_null(check_cast(c.lines.s, &shown));
    ck_assert_ptr_nonnull(strstr(shown.s, "\xef\xbf\xbd"));
    ck_assert_int_eq(shown.s[0], 'x');
    ck_assert_int_eq(shown.s[shown.length - 1], 'y');
    text_clear(&shown);
    cast_clear(&c);
}
END_TEST

START_TEST(without_memory_nothing_is_written)
{
    for (long n = 0; n < 20; n++) {
        struct cast c;
        struct error e = {0};
        mem_fail_after(n);
        cast_begin(&c, 80, 24, "a title that is long enough to need some room of its own, surely");
        cast_output(&c, 0, "some words\n");
        bool failed = c.lines.failed;
        int written = failed ? cast_write(&c, "/nowhere/at/all", &e) : -1;
        mem_fail_after(-1);
        ck_assert_int_eq(written, -1);
        ck_assert(!failed || strstr(e.message, "memory"));
        cast_clear(&c);
    }
}
END_TEST

int main(int argc, char **argv)
{
    if (argc > 1)
        return check_files(argv + 1, argc - 1);

    Suite *suite = suite_create("cast");
    TCase *all = tcase_create("all");
    tcase_add_test(all, a_cast_is_what_was_shown);
    tcase_add_test(all, bytes_that_are_no_utf8_are_replaced);
    tcase_add_test(all, without_memory_nothing_is_written);
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
