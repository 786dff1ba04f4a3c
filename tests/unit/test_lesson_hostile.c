/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two hundred lessons of hostile or careless strangers, made the same way each time, are verified,
 * taken and replayed: each ends, none dies of a signal, nothing is written but in its folder, and
 * no control character of theirs comes out.  STUDENT=all: endless loops, too.
 */
#define _GNU_SOURCE /* nftw */
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <poll.h>
#include <unistd.h>

#include "program.h"
#include "support.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"

enum { LESSONS = 200, SECONDS = 60 };

static char folder[60];

static const char whole[] =
    "---\ntitle: All kinds\norder: 1\ntime: 1 minute\nskip: after 2\n---\n\n# All kinds\n\nText.\n\n"
    "```emstep\nem> load coins\nem> model binomial k=2 columns=heads,tosses\n"
    "em> theta pi=0.5,0.5 p=0.6,0.5\n```\n\n"
    "```emstep try\nexpect kl < 1e-9 \"the gap is open\"\nanswer: e\nhint: One.\n"
    "hint if phase == \"M\": An M.\n```\n\n## Questions\n\n"
    "```quiz\nkind: choice\nask: What?\n- [x] q :: Yes.\n- [ ] theta :: No.\n```\n\n"
    "```quiz\nkind: number\nask: Half?\nanswer: 0.5 ± 0.001\nwrong 2 ± 0.1: Twice.\nwhy: So.\n```\n\n"
    "```quiz\nkind: order\nask: Put in order.\n1. a\n2. b\n3. c\n```\n\n"
    "```quiz\nkind: predict\nterms: ℓ ELBO KL\nrun: m\nanswer: ℓ, ELBO, KL\n```\n\nThe end.\n";

/* Commands that must do no harm. */
static const char *const commands[] = {
    "save ../outside/x.json", "save ../../outside/x.json", "log ../outside/log", "record ../outside/r",
    "theta save ../outside/t.json", "export ../outside/page.html", "save link/x.json",
    "plot bound output=../outside/b.svg", "plot bound output='|touch ../outside/owned'",
    "plot bound title=\"x'; system 'touch ../outside/owned'; y\" output=a.svg",
    "plot bound title='`touch ../outside/owned`' output=a.txt",
    "plot bound title=\"@{system}\\n!touch ../outside/owned\" output=a.svg",
    "plot bound n=1000000000 output=a.csv", "animate bound output=../outside/a.gif",
    "!touch ../outside/owned", "system touch ../outside/owned", "source ../../../../etc/passwd",
    "load ../../../../../../etc/shadow", "load /dev/zero", "load /dev/stdin", "open /dev/zero",
    "source /dev/zero", "print os.execute('touch ../outside/owned')",
    "print io.open('../outside/owned', 'w')", "print load('return 1')()", "print require('os')",
    "print string.rep('x', 1e9)", "print ('').rep('x', 1e9)", "print string.format('%999999d', 1)",
    "print (function() local t = {} while true do t[#t+1] = {} end end)()",
    "print string.find(string.rep('a', 1e5), string.rep('a?', 1e4) .. 'b')",
    "print getmetatable('').__index", "print setmetatable({}, {__gc = 1})", "print debug.getinfo(1)",
    "let x=string.dump(print)",
    "model binomial k=1000000000 columns=heads,tosses", "model gmm k=99999999999999999999",
    "sample 1000000000000", "set columns=0", "set history_limit=99999999999", "undo 99999999999",
    "lesson 1", "replay 1", "drill e", "quit", "repeat 3 { repeat 3 { e; m } }", "help \033[31m",
    "print \"\033]0;owned\007\"", "load ''", "theta p=nan,inf", "q load /dev/zero", "prior a0=-1",
};

/* Ten seconds, each time: with STUDENT=all alone. */
static const char *const endless[] = {
    "print (function() while true do end end)()",
    "print (function(f) return f(f) end)(function(f) return f(f) end)",
};

/* A plain generator: the same files on every machine. */
static unsigned long state;

static size_t next(size_t n)
{
    state = (state * 6364136223846793005UL + 1442695040888963407UL) & 0xffffffffffffffffUL;
    return (size_t)((state >> 33) % n);
}

static void insert(struct text *t, size_t at, const char *s, size_t n)
{
    struct text new = TEXT_INIT;

    text_add_bytes(&new, t->s, at);
    text_add_bytes(&new, s, n);
    text_add_bytes(&new, t->s + at, t->length - at);
    text_clear(t);
    *t = new;
}

/* After a random line break. */
static size_t some_line(const struct text *t)
{
    size_t at = next(t->length);

    return at + strcspn(t->s + at, "\n") + (strchr(t->s + at, '\n') != NULL);
}

static void spoil_bytes(struct text *t)
{
    for (size_t n = 1 + next(20); n > 0; n--)
        t->s[next(t->length)] = (char)(1 + next(255));
}

static void cut(struct text *t)
{
    t->length = next(t->length);
    t->s[t->length] = '\0';
}

static void add_long_line(struct text *t)
{
    struct text line = TEXT_INIT;

    text_repeat(&line, next(2) ? "x" : "> ", (size_t)1 << (8 + next(13)));
    insert(t, some_line(t), line.s, line.length);
    text_clear(&line);
}

static void swap_lines(struct text *t)
{
    for (size_t n = 1 + next(6); n > 0; n--) {
        size_t from = some_line(t);
        char line[200];
        int length = snprintf(line, sizeof line, "%.*s\n", (int)strcspn(t->s + from, "\n"),
                              t->s + from);
        insert(t, some_line(t), line,
               (size_t)length < sizeof line ? (size_t)length : sizeof line - 1);
    }
}

static void add_escapes(struct text *t)
{
    static const char *const escapes[] = {
        "\033[2J", "\033]0;owned\007", "\033P+q544e\033\\", "\x9b" "31m",
        "\xc2\x9b" "31m", "\b\b\b", "\r", "\xe2\x80\xae", "\x7f"};
    const char *one = escapes[next(sizeof escapes / sizeof *escapes)];

    insert(t, next(t->length), one, strlen(one));
}

static void add_fence(struct text *t)
{
    static const char *const fences[] = {
        "```emstep\n", "```quiz\n", "````\n", "~~~emstep try\n", "---\n",
        "```emstep try extra\n", "em> ", "expect \n", "answer:\n"};
    const char *one = fences[next(sizeof fences / sizeof *fences)];

    insert(t, some_line(t), one, strlen(one));
}

static void add_nest(struct text *t)
{
    struct text nest = TEXT_INIT;
    static const char *const opens[] = {"> ", "- ", "[", "(", "**", "{", "print ((((((((", "\\\n"};

    text_repeat(&nest, opens[next(sizeof opens / sizeof *opens)], 1 + next(3000));
    insert(t, some_line(t), nest.s, nest.length);
    text_clear(&nest);
}

static void (*const spoil[])(struct text *) = {spoil_bytes, cut,       add_long_line, swap_lines,
                                               add_escapes, add_fence, add_nest};

static void add_command(struct text *t, const char *command, size_t where)
{
    static const char *const places[] = {"0.6,0.5\nem> ", "answer: e\nanswer: ", "run: m\nrun: "};
    const char *place = places[where], *first = strchr(place, '\n') + 1;
    char *old = mem_copy_bytes(place, (size_t)(first - place));
    const char *at = strstr(t->s, old);
    struct text line = TEXT_INIT;

    ck_assert_ptr_nonnull(at);
    text_addf(&line, "%s%s\n", first, command);
    insert(t, (size_t)(at - t->s) + strlen(old), line.s, line.length);
    text_clear(&line);
    mem_free(old);
}

/* Each command in its turn, then what chance makes of a lesson. */
static void make_lesson(size_t i, struct text *t)
{
    size_t ncommand = sizeof commands / sizeof *commands;

    state = i + 1;
    next(2);
    text_add(t, whole);
    if (i >= LESSONS) {
        add_command(t, endless[i - LESSONS], 0);
        return;
    }
    if (i < ncommand) {
        add_command(t, commands[i], i % 3);
        return;
    }
    for (size_t n = 1 + next(3); n > 0; n--)
        if (t->length > 2)
            spoil[next(sizeof spoil / sizeof *spoil)](t);
}

/* ---- running ---- */

static void become(const char *verb, const char *name, const char *output)
{
    char home[80];

    snprintf(home, sizeof home, "%s/home", folder);
    setenv("HOME", home, 1);
    unsetenv("XDG_STATE_HOME");
    unsetenv("XDG_CONFIG_HOME");
    int in = open("../answers", O_RDONLY), out = open(output, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (in < 0 || out < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0)
        _exit(126);
    execl(program_path(), program_path(), verb, name, (char *)NULL);
    _exit(127);
}

static int run(const char *verb, const char *name, const char *output)
{
    int status;
    pid_t pid = fork();

    ck_assert_int_ge(pid, 0);
    if (pid == 0)
        become(verb, name, output);
    for (int waited = 0; waitpid(pid, &status, WNOHANG) == 0; waited++) {
        if (waited == SECONDS * 500) {
            kill(pid, SIGKILL);
            waitpid(pid, &status, 0);
            ck_abort_msg("emstep %s %s does not end", verb, name);
        }
        poll(NULL, 0, 2);
    }
    return status;
}

/* What comes out may be Unicode, and not terminal control. */
static void check_output(const char *output, const char *verb, const char *name)
{
    struct text said = TEXT_INIT;
    struct error e = {0};

    ck_assert_int_eq(file_read(output, (size_t)1 << 26, &said, &e), 0);
    for (size_t i = 0; i < said.length; i++) {
        unsigned char c = (unsigned char)said.s[i];
        ck_assert_msg((c >= ' ' && c != 0x7f) || c == '\n' || c == '\t',
                      "emstep %s %s lets byte %02x out", verb, name, c);
    }
    text_clear(&said);
}

static int is_outside(const char *path)
{
    char other[100];
    struct stat st;

    snprintf(other, sizeof other, "%s/outside/%s", folder, path);
    return lstat(other, &st) == 0;
}

START_TEST(a_stranger_does_no_harm)
{
    static const char *const verbs[] = {"verify", "lesson", "replay"};
    struct text t = TEXT_INIT;
    struct error e = {0};
    char name[40];

    make_lesson((size_t)_i, &t);
    snprintf(name, sizeof name, "./%03d-strange.md", _i);
    ck_assert_int_eq(file_write(name, t.s, t.length, &e), 0);
    for (size_t v = 0; v < sizeof verbs / sizeof *verbs; v++) {
        int status = run(verbs[v], name, "../said");
        ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) < 126, "emstep %s %s dies: %x",
                      verbs[v], name, (unsigned)status);
        check_output("../said", verbs[v], name);
    }
    static const char *const never[] = {
        "x.json", "log", "r", "t.json", "page.html", "b.svg", "owned", "a.gif"};
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        ck_assert_msg(!is_outside(never[i]), "%s wrote %s outside", name, never[i]);
    text_clear(&t);
}
END_TEST

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

static void set_up(void)
{
    static const char answers[] =
        "e\n1\nhint\nshow answer\nplay\nm\nnext\nprevious\nagain\n0.5\nskip\nskip\n"
        "ELBO\n1 2 3\nskip\nskip\nskip\n";
    const char *under = getenv("TMPDIR");
    struct error e = {0};

    snprintf(folder, sizeof folder, "%.30s/strange-XXXXXX", under ? under : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
    ck_assert(mkdir("work", 0700) == 0 && mkdir("outside", 0700) == 0 && mkdir("home", 0700) == 0);
    ck_assert_int_eq(file_write("answers", answers, strlen(answers), &e), 0);
    ck_assert_int_eq(chdir("work"), 0);
    ck_assert_int_eq(symlink("../outside", "link"), 0);
}

static void tear_down(void)
{
    if (chdir("/") == 0)
        nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

int main(void)
{
    Suite *suite = suite_create("lesson_hostile");
    TCase *c = tcase_create("strangers");

    tcase_add_unchecked_fixture(c, set_up, tear_down);
    tcase_set_timeout(c, 4 * SECONDS);
    const char *all = getenv("STUDENT");
    bool loops = all && strcmp(all, "all") == 0;
    int nendless = loops ? (int)(sizeof endless / sizeof *endless) : 0;
    tcase_add_loop_test(c, a_stranger_does_no_harm, 0, LESSONS + nendless);
    suite_add_tcase(suite, c);
    return support_run(suite);
}
