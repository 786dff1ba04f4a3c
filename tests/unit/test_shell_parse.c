/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The grammar: what a text splits into, and for each error its words and its caret. */
#include <stdio.h>
#include <string.h>

#include "support.h"

#include "base/memory.h"
#include "shell/parse.h"

/* A call in one line: verb|word|name[1,2]=v,w|…, a repeat's body in { }. */
static void describe(const struct statement *st, struct text *out)
{
    struct call c;
    struct error e = {0};
    struct span verb = parse_verb(st);

    text_add_bytes(out, st->text + verb.offset, verb.length);
    ck_assert_msg(parse_call(st, false, &c, &e) == 0, "%s: %s", st->text, e.message);
    for (size_t i = 0; i < c.nword; i++)
        text_addf(out, "|%s", c.word[i].text);
    for (size_t i = 0; i < c.options.count; i++) {
        const struct option *o = &c.options.item[i];
        text_addf(out, "|%s", o->name);
        for (size_t j = 0; j < o->nindex; j++)
            text_addf(out, "%c%zu%s", j ? ',' : '[', o->index[j], j + 1 == o->nindex ? "]" : "");
        text_add(out, "=");
        for (size_t j = 0; j < o->nvalue; j++)
            text_addf(out, "%s%s", j ? "," : "", o->value[j]);
        text_addf(out, "#%zu", o->nvalue);
    }
    if (c.has_block)
        text_add(out, "{");
    for (size_t i = 0; i < c.nbody; i++) {
        text_add(out, i ? ";" : "");
        describe(&c.body[i], out);
    }
    if (c.has_block)
        text_add(out, "}");
    call_clear(&c);
}

static const struct {
    const char *text, *calls;
} right[] = {
    {"", ""},
    {" ; ;; ", ""},
    {"e", "e"},
    {"e;m", "e;m"},
    {"  e \t;\n m # comment ; x", "e;m"},
    {"# all of it; is a comment", ""},
    {"e#m", "e#m"},
    {"e #m", "e"},
    {"load 'a b' \"c\\\"d\\\\\"", "load|a b|c\"d\\"},
    {"load 'a;b#c'", "load|a;b#c"},
    {"load \"a=b.csv\"", "load|a=b.csv"},
    {"load a/b=c.csv", "load|a/b=c.csv"},
    {"load C:\\dir\\x.csv", "load|C:\\dir\\x.csv"},
    {"load '\\'", "load|\\"},
    {"x na='a b',\"c,d\",e", "x|na=a b,c,d,e#3"},
    {"x columns=", "x|columns=#0"},
    {"x columns=a", "x|columns=a#1"},
    {"x columns=a,,b", "x|columns=a,,b#3"},
    {"x columns=,", "x|columns=,#2"},
    {"x columns=''", "x|columns=#1"},
    {"theta mu[1]=2,70", "theta|mu[1]=2,70#2"},
    {"theta Sigma[1,2,2]=3", "theta|Sigma[1,2,2]=3#1"},
    {"theta Sigma[1][2][2]=3", "theta|Sigma[1,2,2]=3#1"},
    {"theta mu[1]=−2", "theta|mu[1]=−2#1"},
    {"goto mu[1]", "goto|mu[1]"},
    {"run until='kl < 1, 2'", "run|until=kl < 1, 2#1"},
    {"run until=approx(kl,0,1e-9)", "run|until=approx(kl,0,1e-9)#3"},
    {"x (a;b)", "x|(a;b)"},
    {"x {1;2}", "x|{1;2}"},
    {"e \\\n hard", "e|hard"},
    {"e \\\r\n hard\r\n", "e|hard"},
    {"load 'a\\\nb'", "load|a  b"},
    {"e\\", "e"},
    {"# no \\\ne", "e"},
    {"e # no \\\nm", "e;m"},
    {"repeat 3 { e; m }", "repeat|3{e;m}"},
    {"repeat 3{e;m}", "repeat|3{e;m}"},
    {"repeat 3 {}; e", "repeat|3{};e"},
    {"repeat 3 {\n e # E {\n\n m\n}\nledger", "repeat|3{e;m};ledger"},
    {"repeat 2 { repeat 3 {e};m }", "repeat|2{repeat|3{e};m}"},
    {"repeat 2 { x {1;2} }", "repeat|2{x|{1;2}}"},
    {"rep 2 {\ne\n}", "rep|2{e}"},
    {"repeat {e}", "repeat{e}"},
    {"repeat two {e}", "repeat|two{e}"},
};

START_TEST(splits)
{
    struct statement *list;
    struct error e = {0};
    struct text out = TEXT_INIT;
    size_t n;

    ck_assert_msg(parse_script(right[_i].text, &list, &n, &e) == 0, "%s: %s", right[_i].text,
                  e.message);
    for (size_t i = 0; i < n; i++) {
        text_add(&out, i ? ";" : "");
        describe(&list[i], &out);
    }
    ck_assert_str_eq(out.s, right[_i].calls);
    statements_free(list, n);
    text_clear(&out);
}
END_TEST

/* An error, and the part of the text that the caret marks; "" at its end. */
static const struct {
    const char *text, *message, *marked;
    size_t at;
} wrong[] = {
    {"load 'abc", "the quote ' is not closed", "'", 5},
    {"load \"abc\ne", "the quote \" is not closed", "\"", 5},
    {"load \"abc\\\"", "the quote \" is not closed", "\"", 5},
    {"print (1", "'(' is not closed", "(", 6},
    {"print [1\n2]", "'[' is not closed", "[", 6},
    {"print {1", "'{' is not closed", "{", 6},
    {"e; print (1]", "'(' is closed by ']'", "(", 9},
    {"print 1)", "')' closes nothing", ")", 7},
    {"}", "'}' closes nothing", "}", 0},
    {"repeat 3 { e", "'{' is not closed", "{", 9},
    {"repeat 3 {\n e; print (1\n }", "'(' is not closed", "(", 21},
    {"repeat 3 { e } m", "nothing may follow the } of a repeat", "m", 15},
    {"repeat 2 { repeat 2 { e } x }", "nothing may follow the } of a repeat", "x", 26},
};

START_TEST(names_the_place)
{
    struct statement *list;
    struct error e = {0};
    size_t n;

    ck_assert(parse_script(wrong[_i].text, &list, &n, &e) != 0);
    ck_assert_str_eq(e.message, wrong[_i].message);
    ck_assert_uint_eq(e.at.offset, wrong[_i].at);
    ck_assert_uint_eq(e.at.length, strlen(wrong[_i].marked));
    ck_assert(strncmp(wrong[_i].text + e.at.offset, wrong[_i].marked, e.at.length) == 0);
}
END_TEST

static const struct {
    const char *text, *message;
    size_t at, length;
} wrong_calls[] = {
    {"x k =2", "'=' stands apart from its name", 4, 1},
    {"x mu[0]=1", "an index of mu is a whole number from 1", 5, 1},
    {"x mu[a]=1", "an index of mu is a whole number from 1", 5, 1},
    {"x mu[]=1", "an index of mu is a whole number from 1", 5, 1},
    {"x mu[1,]=1", "an index of mu is a whole number from 1", 7, 1},
    {"x mu[-1]=1", "an index of mu is a whole number from 1", 5, 2},
    {"x mu[99999999999999999999]=1", "an index of mu is a whole number from 1", 5, 20},
    {"x S[1,2,3,4]=1", "S has more than 3 indices", 10, 1},
};

START_TEST(words_name_the_place)
{
    struct statement *list;
    struct error e = {0};
    struct call c;
    size_t n;

    ck_assert(parse_script(wrong_calls[_i].text, &list, &n, &e) == 0);
    ck_assert(parse_call(&list[0], false, &c, &e) != 0);
    ck_assert_str_eq(e.message, wrong_calls[_i].message);
    ck_assert_uint_eq(e.at.offset, wrong_calls[_i].at);
    ck_assert_uint_eq(e.at.length, wrong_calls[_i].length);
    statements_free(list, n);
}
END_TEST

/* Offsets lead from a statement back to its source, through continuations and blocks. */
START_TEST(places_are_those_of_the_source)
{
    const char *text = "e \\\n # c\n  m k=1; repeat 2 { # d\n  load θ x=1\n}";
    struct statement *list;
    struct error e = {0};
    struct call c;
    size_t n;

    ck_assert(parse_script(text, &list, &n, &e) == 0);
    ck_assert_uint_eq(n, 3);
    ck_assert_uint_eq(list[1].offset, (size_t)(strstr(text, "m k") - text));
    ck_assert(parse_call(&list[1], false, &c, &e) == 0);
    ck_assert(strncmp(text + list[1].offset + c.options.item[0].at.offset, "k=1", 3) == 0);
    ck_assert(strncmp(text + list[1].offset + c.options.item[0].value_at[0].offset, "1;", 2) == 0);
    call_clear(&c);
    const struct statement *load = &list[2].body[0];
    ck_assert(parse_call(load, false, &c, &e) == 0);
    size_t place = list[2].offset + load->offset + c.options.item[0].at.offset;
    ck_assert(strncmp(text + place, "x=1", 3) == 0);
    call_clear(&c);
    statements_free(list, n);
}
END_TEST

START_TEST(raw_is_left_alone)
{
    struct statement *list;
    struct error e = {0};
    struct call c;
    size_t n;

    ck_assert(parse_script("expect  a == 'x=1' \"why\"  ", &list, &n, &e) == 0);
    ck_assert(parse_call(&list[0], true, &c, &e) == 0);
    ck_assert_str_eq(c.raw, "a == 'x=1' \"why\"");
    ck_assert_uint_eq(c.raw_at.offset, 8);
    ck_assert_uint_eq(c.nword, 0);
    call_clear(&c);
    statements_free(list, n);
}
END_TEST

static const struct {
    const char *text;
    bool whole, open;
} lines[] = {
    {"e\n", true, false},           {"e \\\n", false, true},
    {"repeat 2 {\n", false, true},  {"repeat 2 { e; (\n", true, false},
    {"x {\n", true, false},         {"repeat 2 {\n e\n}\n", true, false},
    {"load 'a\n", true, false},     {"load 'a\\\n", false, true},
    {"# {\n", true, false},         {"repeat 2 { # }\n", false, true},
};

START_TEST(knows_when_a_line_is_whole)
{
    struct scan c;
    scan_init(&c);
    ck_assert(scan_line(&c, lines[_i].text, strlen(lines[_i].text)) == lines[_i].whole);
    if (!lines[_i].whole)
        ck_assert(scan_is_open(&c) == lines[_i].open);
}
END_TEST

/* Fed a line at a time, the scanner ends where it ends on the whole text. */
START_TEST(scans_what_grows)
{
    const char *text = "repeat 2 {\n e \\\n hard\n}\nm\n";
    struct scan c;
    size_t n = 0, ends = 0;

    scan_init(&c);
    while (!ends && text[n]) {
        n += strcspn(text + n, "\n") + 1;
        if (scan_line(&c, text, n))
            ends = c.at;
    }
    ck_assert_uint_eq(ends, strlen(text) - 2);
}
END_TEST

START_TEST(brackets_have_a_limit)
{
    char deep[PARSE_DEPTH + 8] = "";
    struct statement *list;
    struct error e = {0};
    size_t n;

    memset(deep, '(', PARSE_DEPTH + 1);
    ck_assert(parse_script(deep, &list, &n, &e) != 0);
    ck_assert_str_eq(e.message, "brackets are nested deeper than 64");
    ck_assert_uint_eq(e.at.offset, PARSE_DEPTH);
}
END_TEST

/* Whatever the bytes, parsing ends in statements or in an error with its place in the text. */
START_TEST(takes_any_bytes)
{
    static const char alphabet[] = "repat 2{}()[]'\"\\\n;#=,e\xce\xb8\xff\t";
    unsigned random = 1;

    for (int round = 0; round < 20000; round++) {
        char text[40];
        size_t length = 0;
        while (length < sizeof text - 1) {
            random = random * 1103515245u + 12345u;
            text[length++] = alphabet[(random >> 16) % (sizeof alphabet - 1)];
        }
        text[length] = '\0';
        struct statement *list;
        struct error e = {0};
        size_t n;
        if (parse_script(text, &list, &n, &e) != 0) {
            ck_assert(e.message[0] && e.at.offset <= length);
            continue;
        }
        for (size_t i = 0; i < n; i++) {
            struct call c;
            if (parse_call(&list[i], false, &c, &e) == 0)
                call_clear(&c);
        }
        statements_free(list, n);
    }
}
END_TEST

/* Every allocation may be the one that fails. */
START_TEST(survives_without_memory)
{
    const char *text = "theta mu[1]=2,'a b' word; repeat 2 { e; m k=1 }";
    bool failed = true;

    for (long after = 0; failed; after++) {
        struct statement *list;
        struct error e = {0};
        struct call c;
        size_t n;
        mem_fail_after(after);
        failed = parse_script(text, &list, &n, &e) != 0;
        if (!failed) {
            failed = parse_call(&list[0], false, &c, &e) != 0;
            if (!failed)
                call_clear(&c);
            statements_free(list, n);
        }
        mem_fail_after(-1);
        if (failed)
            ck_assert_str_eq(e.message, "out of memory");
    }
}
END_TEST

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

int main(void)
{
    Suite *s = suite_create("parse");
    TCase *t = tcase_create("parse");
    tcase_add_loop_test(t, splits, 0, COUNT(right));
    tcase_add_loop_test(t, names_the_place, 0, COUNT(wrong));
    tcase_add_loop_test(t, words_name_the_place, 0, COUNT(wrong_calls));
    tcase_add_test(t, places_are_those_of_the_source);
    tcase_add_test(t, raw_is_left_alone);
    tcase_add_loop_test(t, knows_when_a_line_is_whole, 0, COUNT(lines));
    tcase_add_test(t, scans_what_grows);
    tcase_add_test(t, brackets_have_a_limit);
    tcase_add_test(t, takes_any_bytes);
    tcase_add_test(t, survives_without_memory);
    suite_add_tcase(s, t);
    return support_run(s);
}
