/* SPDX-License-Identifier: GPL-3.0-or-later */
/* help: every page fits 80 columns, every example is a command, and the manual page has it all. */
#include <string.h>

#include "support.h"

#include "shell/command.h"
#include "shell/dispatch.h"
#include "shell/manual.h"
#include "shell/session.h"
#include "shell/settings.h"
#include "shell/show.h"
#include "shell/topics.h"
#include "plot/picture.h"

static volatile sig_atomic_t interrupted;
static struct session session;

static void set_up(void)
{
    struct error e = {0};
    ck_assert(session_init(&session, &interrupted, &e) == 0);
    session.columns = 80;
}

static void tear_down(void)
{
    session_clear(&session);
}

/* What `help words` prints, left in the session's output. */
static const char *help(const char *words)
{
    static struct text said = TEXT_INIT;
    struct capture capture = {.out = &said};
    struct text line = TEXT_INIT;
    struct statement *list;
    struct error e = {0};
    size_t n;

    text_addf(&line, "help %s", words);
    text_clear(&said);
    session.capture = &capture;
    ck_assert(parse_script(line.s, &list, &n, &e) == 0 && n == 1);
    ck_assert_msg(dispatch_run(&session, &list[0], false, &e) == 0, "%s: %s", line.s, e.message);
    session.capture = NULL;
    statements_free(list, n);
    text_clear(&line);
    return said.s;
}

static void check_width(const char *page, const char *of)
{
    while (*page) {
        size_t n = strcspn(page, "\n");
        ck_assert_msg(page[n] == '\n', "help %s: does not end with a line break", of);
        ck_assert_msg(text_width_n(page, n) <= 80, "help %s: wider than 80: %.*s", of, (int)n,
                      page);
        ck_assert_msg(n == 0 || page[n - 1] != ' ', "help %s: a blank ends: %.*s", of, (int)n,
                      page);
        page += n + 1;
    }
}

static void check_page(const char *name)
{
    check_width(help(name), name);
}

START_TEST(pages_fit)
{
    struct text name = TEXT_INIT;

    check_page("");
    for (const struct command *const *c = commands; *c; c++)
        check_page((*c)->name);
    for (const struct topic *t = topics; t->name; t++)
        if (t->write != manual_write)
            check_page(t->name);
    for (const struct model_class *const *m = model_classes; *m; m++)
        check_page((*m)->name);
    for (const struct picture *const *p = pictures; *p; p++) {
        text_reset(&name);
        text_addf(&name, "plot %s", (*p)->name);
        check_page(name.s);
    }
    for (const struct subject *const *k = show_subjects; *k; k++) {
        text_reset(&name);
        text_addf(&name, "show %s", (*k)->name);
        check_page(name.s);
    }
    text_clear(&name);
}
END_TEST

/* In `help` each command has one line. */
START_TEST(summaries_are_one_line)
{
    for (const struct command *const *c = commands; *c; c++)
        ck_assert_msg(14 + text_width((*c)->summary) <= 80, "%s: %s", (*c)->name, (*c)->summary);
    for (const struct topic *t = topics; t->name; t++)
        ck_assert_msg(14 + text_width(t->summary) <= 80, "%s: %s", t->name, t->summary);
}
END_TEST

START_TEST(groups_are_known)
{
    for (const struct command *const *c = commands; *c; c++) {
        const char *const *g = command_groups;
        while (*g && strcmp(*g, (*c)->group) != 0)
            g++;
        ck_assert_msg(*g, "%s: no group '%s' in help", (*c)->name, (*c)->group);
    }
}
END_TEST

/* An indented line that begins with the command's name is an example, up to two blanks. */
static size_t check_examples(const struct command *c)
{
    size_t examples = 0, length = strlen(c->name);
    const char *next;

    for (const char *line = c->details; line && *line; line = next) {
        size_t n = strcspn(line, "\n");
        next = line + n + (line[n] == '\n');
        if (strncmp(line, "  ", 2) != 0 || strncmp(line + 2, c->name, length) != 0 ||
            !strchr(" \n", line[2 + length]))
            continue;
        struct text example = TEXT_INIT;
        struct statement *list;
        struct call call;
        struct error e = {0};
        size_t count;
        text_add_bytes(&example, line + 2, n - 2);
        char *gap = strstr(example.s, "  ");
        if (gap)
            *gap = '\0';
        ck_assert_msg(parse_script(example.s, &list, &count, &e) == 0 && count == 1, "%s: %s",
                      example.s, e.message);
        ck_assert_msg(parse_call(&list[0], c->raw, &call, &e) == 0, "%s: %s", example.s,
                      e.message);
        ck_assert_msg(c->raw || (call.nword >= c->min_words &&
                                 (call.nword <= c->max_words || c->max_words == 0)),
                      "%s: words", example.s);
        struct error why = {0};
        ck_assert_msg(c->open_options || !c->options ||
                          options_check(&call.options, c->options, c->name, &why) == 0,
                      "%s: %s", example.s, why.message);
        call_clear(&call);
        statements_free(list, count);
        text_clear(&example);
        examples++;
    }
    return examples;
}

START_TEST(examples_are_commands)
{
    size_t examples = 0;
    for (const struct command *const *c = commands; *c; c++)
        examples += check_examples(*c);
    ck_assert_msg(examples > 50, "only %zu examples were found", examples);
}
END_TEST

/* After show a name is what show shows, after plot a picture, alone it may be a command. */
START_TEST(names_by_place)
{
    ck_assert_ptr_nonnull(strstr(help("show bound"), "show bound\n"));
    ck_assert_ptr_nonnull(strstr(help("plot bound"), "plot bound\n"));
    ck_assert_ptr_nonnull(strstr(help("q"), "set q by hand"));
    ck_assert_ptr_nonnull(strstr(help("show q"), "row by row"));
    ck_assert_ptr_nonnull(strstr(help("help"), "(also: ?)"));
}
END_TEST

static void check_has(const struct text *page, const char *name)
{
    struct text item = TEXT_INIT;
    text_addf(&item, "\\fB%s", name);
    ck_assert_msg(strstr(page->s, item.s), "the manual page has no %s", name);
    text_clear(&item);
}

START_TEST(the_manual_page)
{
    struct text page = TEXT_INIT;
    manual_write(NULL, &page);
    for (const char *c = page.s; *c; c++)
        ck_assert_msg((*c >= ' ' && *c < 127) || *c == '\n', "a byte that is not ASCII: %.20s", c);
    for (const struct command *const *c = commands; *c; c++)
        check_has(&page, (*c)->name);
    for (const struct model_class *const *m = model_classes; *m; m++)
        if (!strchr((*m)->name, '-')) /* which roff spells otherwise */
            check_has(&page, (*m)->name);
    for (const struct picture *const *p = pictures; *p; p++)
        check_has(&page, (*p)->name);
    for (const struct setting *row = settings_table; row->name; row++)
        check_has(&page, row->name);
    text_clear(&page);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("help");
    TCase *c = tcase_create("pages");
    tcase_add_checked_fixture(c, set_up, tear_down);
    tcase_add_test(c, pages_fit);
    tcase_add_test(c, summaries_are_one_line);
    tcase_add_test(c, groups_are_known);
    tcase_add_test(c, examples_are_commands);
    tcase_add_test(c, names_by_place);
    tcase_add_test(c, the_manual_page);
    suite_add_tcase(s, c);
    return support_run(s);
}
