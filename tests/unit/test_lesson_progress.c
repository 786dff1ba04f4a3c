/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Progress files: what is written is read again; what is not whole, or hostile, is refused. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support.h"

#include "base/file.h"
#include "base/memory.h"
#include "lesson/progress.h"

static const char source[] =
    "---\ntitle: T\norder: 1\ntime: 1\n---\n# One\n\nText.\n\n```quiz\nkind: text\nask: A?\n"
    "answer: a\n```\n\nMore.\n\n## Two\n\n```quiz\nkind: text\nask: B?\nanswer: b\n```\n";

static char path[200];
static struct lesson *lesson;
static struct stage *stage;
static size_t nstage;

static struct lesson *parse(const char *text)
{
    struct error e = {0};
    char *unread;
    struct lesson *l = lesson_parse("t.md", text, strlen(text), &unread, &e);
    ck_assert_msg(l != NULL, "%s", e.message);
    return l;
}

static void set_up(void)
{
    struct error e = {0};
    snprintf(path, sizeof path, "/tmp/test-progress-%ld.json", (long)getpid());
    lesson = parse(source);
    stage = lesson_stages(lesson, &nstage, &e);
    ck_assert(stage != NULL);
}

static void tear_down(void)
{
    unlink(path);
    mem_free(stage);
    lesson_free(lesson);
}

static void begin(struct progress *p)
{
    struct error e = {0};
    ck_assert(progress_begin(p, lesson, stage, nstage, &e) == 0);
}

START_TEST(stages_end_where_something_is_asked)
{
    ck_assert_uint_eq(nstage, 3);
    ck_assert(stage[0].ask && !stage[1].ask && stage[2].ask);
    ck_assert_uint_eq(stage[0].first, 0);
    ck_assert_uint_eq(stage[2].end, lesson->nstep);
    ck_assert_str_ne(stage[0].digest, stage[2].digest);
}
END_TEST

START_TEST(what_is_written_is_read)
{
    struct progress p, q;
    struct error e = {0};

    begin(&p);
    p.at = 2;
    p.stage[0].outcome = OUTCOME_DONE;
    p.stage[0].wrong = 3;
    p.stage[0].hints = 2;
    p.stage[0].told = true;
    ck_assert(stage_record_line(&p.stage[0], "θ \"quoted\"\nof two lines", &e) == 0);
    ck_assert_msg(progress_write(&p, path, &e) == 0, "%s", e.message);
    ck_assert_msg(progress_read(&q, path, &e) == 1, "%s", e.message);
    ck_assert_uint_eq(q.at, 2);
    ck_assert_uint_eq(q.nstage, nstage);
    ck_assert(q.stage[0].outcome == OUTCOME_DONE && q.stage[0].told && !q.finished);
    ck_assert_uint_eq(q.stage[0].wrong, 3);
    ck_assert_uint_eq(q.stage[0].hints, 2);
    ck_assert_uint_eq(q.stage[0].nline, 1);
    ck_assert_str_eq(q.stage[0].line[0], "θ \"quoted\"\nof two lines");
    ck_assert_str_eq(q.stage[2].digest, stage[2].digest);
    progress_clear(&p);
    progress_clear(&q);
}
END_TEST

START_TEST(none_is_no_error)
{
    struct progress p;
    struct error e = {0};
    ck_assert_int_eq(progress_read(&p, "/tmp/test-progress-there-is-none", &e), 0);
    ck_assert_str_eq(e.message, "");
}
END_TEST

#define STEP "\"text\":\"0123456789abcdef\",\"outcome\":\"open\",\"wrong\":0,\"hints\":0," \
             "\"told\":false,\"typed\":[]"
#define HEAD "{\"format\":\"emstep lesson progress 1\",\"title\":\"T\",\"finished\":false,"

static const char *const hostile[] = {
    "", "null", "[]", "{}", "\"", "{\"format\":\"emstep state 1\"}",
    HEAD "\"at\":0,\"steps\":[]}",
    HEAD "\"at\":0,\"steps\":{}}",
    HEAD "\"at\":-1,\"steps\":[{" STEP "}]}",
    HEAD "\"at\":2,\"steps\":[{" STEP "}]}",
    HEAD "\"at\":1e0,\"steps\":[{" STEP "}]}",
    HEAD "\"at\":99999999999999999999,\"steps\":[{" STEP "}]}",
    HEAD "\"at\":0,\"at\":0,\"steps\":[{" STEP "}]}",
    HEAD "\"at\":0,\"steps\":[{" STEP "},7]}",
    HEAD "\"at\":0,\"steps\":[{" STEP "},{\"text\":\"short\"}]}",
    HEAD "\"at\":0,\"steps\":[{\"text\":\"0123456789ABCDEF\"}]}",
    HEAD "\"at\":0,\"steps\":[{\"text\":\"0123456789abcdef\",\"outcome\":\"won\",\"wrong\":0,"
         "\"hints\":0,\"told\":false,\"typed\":[]}]}",
    HEAD "\"at\":0,\"steps\":[{\"text\":\"0123456789abcdef\",\"outcome\":\"open\",\"wrong\":-4,"
         "\"hints\":0,\"told\":false,\"typed\":[]}]}",
    HEAD "\"at\":0,\"steps\":[{\"text\":\"0123456789abcdef\",\"outcome\":\"open\",\"wrong\":0,"
         "\"hints\":0,\"told\":false,\"typed\":[\"a\",3]}]}",
    HEAD "\"at\":0,\"steps\":[{\"text\":\"0123456789abcdef\",\"outcome\":\"open\",\"wrong\":0,"
         "\"hints\":0,\"told\":false,\"typed\":[\"a\\u0000b\"]}]}",
    HEAD "\"at\":0,\"steps\":[{" STEP "}]} more",
};

START_TEST(hostile_files_are_refused)
{
    struct progress p;
    struct error e = {0};
    ck_assert(file_write(path, hostile[_i], strlen(hostile[_i]), &e) == 0);
    ck_assert_msg(progress_read(&p, path, &e) == -1, "taken: %s", hostile[_i]);
    ck_assert(e.message[0] && p.nstage == 0);
}
END_TEST

START_TEST(a_good_one_of_that_form_is_read)
{
    static const char good[] = HEAD "\"at\":1,\"steps\":[{" STEP "}]}";
    struct progress p;
    struct error e = {0};
    ck_assert(file_write(path, good, strlen(good), &e) == 0);
    ck_assert_msg(progress_read(&p, path, &e) == 1, "%s", e.message);
    progress_clear(&p);
}
END_TEST

/* Every beginning of a good file, but for the whole. */
START_TEST(half_a_file_is_refused)
{
    struct progress p;
    struct text whole = TEXT_INIT;
    struct error e = {0};

    begin(&p);
    ck_assert(progress_write(&p, path, &e) == 0);
    progress_clear(&p);
    ck_assert(file_read(path, 100000, &whole, &e) == 0);
    while (whole.length > 0 && strchr(" \n", whole.s[whole.length - 1]))
        whole.length--;
    for (size_t n = 0; n < whole.length; n += 7) {
        ck_assert(file_write(path, whole.s, n, &e) == 0);
        ck_assert_msg(progress_read(&p, path, &e) == -1, "%zu bytes are taken", n);
    }
    text_clear(&whole);
}
END_TEST

static void fit(const char *text, size_t at, bool changes, size_t wanted)
{
    struct progress p;
    struct error e = {0};
    size_t n;
    bool changed;
    struct lesson *l = parse(text);
    struct stage *now = lesson_stages(l, &n, &e);

    begin(&p);
    p.at = at;
    p.stage[0].wrong = 5;
    ck_assert(progress_fit(&p, l, now, n, &changed, &e) == 0);
    ck_assert(changed == changes);
    ck_assert_uint_eq(p.at, wanted);
    ck_assert_uint_eq(p.nstage, n);
    for (size_t i = 0; i < n; i++)
        ck_assert_str_eq(p.stage[i].digest, now[i].digest);
    progress_clear(&p);
    mem_free(now);
    lesson_free(l);
}

/* The source with `from` as `to`. */
static char *edited(const char *from, const char *to)
{
    struct text t = TEXT_INIT;
    const char *at = strstr(source, from);
    ck_assert(at != NULL);
    text_add_bytes(&t, source, (size_t)(at - source));
    text_addf(&t, "%s%s", to, at + strlen(from));
    return text_take(&t);
}

START_TEST(a_changed_lesson_goes_on_at_the_nearest_step)
{
    char *first = edited("Text.", "Other text."), *here = edited("B?", "C?");
    char *more = edited("More.", "## New\n\nMore.\n\n## And\n\nEven more.");

    fit(source, 2, false, 2);
    fit(first, 2, true, 2);
    fit(here, 2, true, 2);
    fit(more, 2, true, 3);
    fit(first, 0, true, 0);
    mem_free(first);
    mem_free(here);
    mem_free(more);
}
END_TEST

START_TEST(memory_that_runs_out_leaves_nothing)
{
    struct progress p;
    struct error e = {0};

    begin(&p);
    ck_assert(stage_record_line(&p.stage[0], "one", &e) == 0);
    ck_assert(progress_write(&p, path, &e) == 0);
    progress_clear(&p);
    for (long n = 0; n < 40; n++) {
        mem_fail_after(n);
        int read = progress_read(&p, path, &e);
        mem_fail_after(-1);
        if (read == 1)
            progress_clear(&p);
        else
            ck_assert(p.nstage == 0 && p.title == NULL);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("progress");
    TCase *c = tcase_create("files");
    tcase_add_checked_fixture(c, set_up, tear_down);
    tcase_add_test(c, stages_end_where_something_is_asked);
    tcase_add_test(c, what_is_written_is_read);
    tcase_add_test(c, none_is_no_error);
    tcase_add_loop_test(c, hostile_files_are_refused, 0, sizeof hostile / sizeof *hostile);
    tcase_add_test(c, a_good_one_of_that_form_is_read);
    tcase_add_test(c, half_a_file_is_refused);
    tcase_add_test(c, a_changed_lesson_goes_on_at_the_nearest_step);
    tcase_add_test(c, memory_that_runs_out_leaves_nothing);
    suite_add_tcase(suite, c);
    return support_run(suite);
}
