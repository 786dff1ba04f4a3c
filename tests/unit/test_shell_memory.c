/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Memory that runs out, in every command: allocation after allocation fails, alone or with all that
 * follow it.  The command then says so and has changed nothing, and the same session goes on; where
 * it can do without that memory, what it prints is whole.
 *
 * Each line of a session is tried in a child of its own, so that the line itself runs once in the
 * parent; what a try leaks, LeakSanitizer tells at the child's end.  FAULTS=all tries every
 * allocation, without it the first of each line, then ever fewer; FAULTS=open tries the lines that
 * begin so, and no others.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.h"

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "lesson/verb.h"
#include "shell/session.h"

static volatile sig_atomic_t interrupted;
static struct session session;

enum { PROBE_BYTES = 1 << 20 };

/* ---- what a session prints -------------------------------------------------------------- */

struct said {
    int fd, before[2];
};

static void listen_to(struct said *x)
{
    fflush(stdout);
    x->fd = open("../said", O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    for (int i = 0; i < 2; i++) {
        x->before[i] = dup(i + 1);
        ck_assert(x->fd >= 0 && dup2(x->fd, i + 1) == i + 1);
    }
}

/* The caller frees. */
static char *heard(struct said *x)
{
    char *text = calloc(PROBE_BYTES + 1, 1);
    size_t n = 0;

    fflush(stdout);
    for (int i = 0; i < 2; i++) {
        dup2(x->before[i], i + 1);
        close(x->before[i]);
    }
    for (ssize_t k = 1; k > 0; n += (size_t)k) {
        k = pread(x->fd, text + n, PROBE_BYTES - n, (off_t)n);
        ck_assert(k >= 0);
    }
    close(x->fd);
    char *seconds = strstr(text, "\"seconds\":");
    if (seconds)
        memmove(seconds, seconds + strcspn(seconds, ",}"),
                strlen(seconds + strcspn(seconds, ",}")) + 1);
    return text;
}

/* "verify FILE" is a verb of the program, not a command. */
static int run(const char *line)
{
    struct arguments a = {0};

    if (strncmp(line, "verify ", 7) != 0)
        return session_run_text(&session, line, "-c", 1);
    char *name[] = {(char *)(uintptr_t)(line + 7), NULL};
    verb_find("verify")->run(&session, &a, name, 1);
    return session.status ? -1 : 0;
}

/* Runs the line with allocations failing as `fail` says; what it printed, for the caller to
 * free. */
static char *attempt(const char *line, void (*fail)(long), long n, int *status, long *failures)
{
    struct said said;

    session.status = 0;
    listen_to(&said);
    fail(n);
    *status = run(line);
    *failures = mem_failures();
    mem_fail_after(-1);
    session.quit = false;
    session.status = 0;
    return heard(&said);
}

/* Every file of the session's folder but those that the test put there, with its bytes. */
static void list_files(const char *folder, FILE *out)
{
    struct dirent **entry;
    int n = scandir(folder, &entry, NULL, alphasort);

    for (int i = 0; i < n; i++) {
        char path[4096], bytes[4096];
        struct stat st;
        snprintf(path, sizeof path, "%s/%s", folder, entry[i]->d_name);
        bool ours = strstr(path, "/all.md") || strstr(path, "/own.lua");
        if (strcmp(entry[i]->d_name, ".") == 0 || strcmp(entry[i]->d_name, "..") == 0 || ours ||
            stat(path, &st) != 0) {
            free(entry[i]);
            continue;
        }
        if (S_ISDIR(st.st_mode)) {
            list_files(path, out);
        } else {
            FILE *f = fopen(path, "r");
            fprintf(out, "--- %s\n", path);
            for (size_t k; (k = fread(bytes, 1, sizeof bytes, f)) > 0;)
                fwrite(bytes, 1, k, out);
            fclose(f);
        }
        free(entry[i]);
    }
    free(entry);
}

/* All that a command may not touch when it fails: the state, and what is on the disk. */
static char *probe(void)
{
    static const char *const looks[] = {
        "data", "data head", "show settings", "print t, phase", "theta", "print loglik, elbo, Q, H",
        "show q rows=1:3",         "show trace", "prior", "show truth",
    };
    struct text shown = TEXT_INIT;
    struct capture capture = {.out = &shown};
    struct said said;

    bool json = session.json;
    session.json = false;
    session.capture = &capture; /* what the transcript keeps is not ours to change */
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++)
        session_run_text(&session, looks[i], "-c", 1);
    session.capture = NULL;
    session.json = json;
    session.status = 0;
    listen_to(&said);
    fputs(shown.s, stdout);
    text_clear(&shown);
    list_files(".", stdout);
    return heard(&said);
}

/* ---- a child that tries ----------------------------------------------------------------- */

struct result {
    char printed[PROBE_BYTES + 1], state[PROBE_BYTES + 1];
};

struct trial {
    const char *line;
    const struct result *whole; /* when nothing fails */
    void (*fail)(long);
    const char *how;
    long from, tries;
};

#ifdef __SANITIZE_ADDRESS__
enum { DENSE = 12, SPARSE = 5 }; /* its checks take their time */
#else
enum { DENSE = 20, SPARSE = 6 };
#endif

static bool every(void)
{
    return getenv("FAULTS") != NULL;
}

static bool wanted(const char *line)
{
    const char *some = getenv("FAULTS");
    return !some || strcmp(some, "all") == 0 || strncmp(line, some, strlen(some)) == 0;
}

/* The next allocation to fail: all of the first, then steps that grow with what lies behind. */
static long after(long n)
{
    return every() || n < DENSE ? n + 1 : n + 1 + n / SPARSE;
}

static void say_fault(const struct trial *t, long n, const char *what, const char *a, const char *b)
{
    size_t same = 0, line = 0;

    for (; a[same] && a[same] == b[same]; same++)
        if (a[same] == '\n')
            line = same + 1;
    fprintf(stderr, "%s: allocation %ld (%s): %s\n--- %.300s\n--- %.300s\n", t->line, n, t->how,
            what,
            a + line, b + line);
}

static bool says_memory(const char *text)
{
    return strstr(text, "memory") != NULL;
}

/* These take half-steps one after the other, and the ones taken stand. */
static bool goes_in_steps(const char *line)
{
    return strncmp(line, "step", 4) == 0 || strncmp(line, "run", 3) == 0;
}

/* A lesson says what it has no memory for, and goes on; its progress can be read afterwards. */
static int try_lesson(const struct trial *t, long n, const char *printed, long failures)
{
    int status;
    long none;
    char *again = attempt("lesson all.md\nbye", mem_fail_after, -1, &status, &none);
    bool good = status == 0 && strstr(again, "goes on at step") &&
                (says_memory(printed) || strcmp(printed, t->whole->printed) == 0);

    if (!good)
        say_fault(t, n, "the lesson did not survive", printed, again);
    free(again);
    return !good ? -1 : failures > 0 ? 1 : 2;
}

/* One try; -1: wrong, 0: the line failed as it should, 1: it went well, 2: nothing was left to
 * fail. */
static int try_one(const struct trial *t, long n, const char *state)
{
    int status, result = -1;
    long failures;
    char *printed = attempt(t->line, t->fail, n, &status, &failures), *now = probe();
    bool done = status == 0 || strstr(printed, "the command is done");
    bool partly = !done && goes_in_steps(t->line) && strcmp(now, state) != 0;

    if (strncmp(t->line, "lesson ", 7) == 0)
        result = try_lesson(t, n, printed, failures);
    else if (status != 0 && !says_memory(printed))
        say_fault(t, n, "failed for another reason", printed, "");
    else if (status == 0 && strcmp(printed, t->whole->printed) != 0)
        say_fault(t, n, "went well, and printed something else", t->whole->printed, printed);
    else if (!partly && strcmp(now, done ? t->whole->state : state) != 0)
        say_fault(t, n, done ? "did something else" : "failed, and changed something",
                  done ? t->whole->state : state, now);
    else if (!done && strncmp(t->line, "export", 6) == 0)
        result = 1; /* the error itself is part of the next page */
    else
        result = !done && !partly ? 0 : failures > 0 ? 1 : 2;
    free(now);
    free(printed);
    return result;
}

/* Tells the parent how far it came; ends in LeakSanitizer's verdict. */
static void child(const struct trial *t, int out)
{
    char *state = probe();
    long n = t->from;
    int got = 0;
    long said[3] = {0};

    for (; got == 0; n = after(n), said[2]++)
        got = try_one(t, n, state);
    free(state);
    said[0] = n;
    said[1] = got;
    session_clear(&session);
    if (write(out, said, sizeof said) != sizeof said)
        _exit(99);
    close(out);
    exit(0);
}

static pid_t start(const struct trial *t, int *from)
{
    int fd[2];

    ck_assert(pipe(fd) == 0);
    fflush(stdout);
    pid_t pid = fork();
    ck_assert(pid >= 0);
    if (pid == 0) {
        close(fd[0]);
        child(t, fd[1]);
    }
    close(fd[1]);
    *from = fd[0];
    return pid;
}

/* Tries leave files, which are not there for the next one. */
static void keep_files(void)
{
    ck_assert(system("rm -rf ../kept && cp -a . ../kept") == 0);
}

static void restore_files(void)
{
    ck_assert(system("find . -mindepth 1 -delete && cp -a ../kept/. .") == 0);
}

/* What the line prints and leaves when nothing fails; in a child, so that it has not run here.
 * Unmap it. */
static struct result *undisturbed(const char *line)
{
    struct result *r = mmap(NULL, sizeof *r, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
                            0);
    int status;
    long failures;

    ck_assert(r != MAP_FAILED);
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        strcpy(r->printed, attempt(line, mem_fail_after, -1, &status, &failures));
        strcpy(r->state, probe());
        _exit(status != 0);
    }
    waitpid(pid, &status, 0);
    ck_assert_msg(status == 0, "%s: fails by itself: %s", line, r->printed);
    return r;
}

/* Every allocation of the line; how many tries, −1 in case of a fault. */
static long try_line(const char *line, void (*fail)(long), const char *how)
{
    keep_files();
    struct result *whole = undisturbed(line);
    struct trial t = {line, whole, fail, how, 0, 0};
    long said[3] = {0};
    bool ended = false;

    while (!ended) {
        int from, status;
        restore_files();
        pid_t pid = start(&t, &from);
        bool told = read(from, said, sizeof said) == sizeof said;
        close(from);
        waitpid(pid, &status, 0);
        if (!told || status != 0) {
            fprintf(stderr, "%s: %s: the child ended with status %x near allocation %ld\n", line, how,
                    (unsigned)status, told ? said[0] : t.from);
            ck_assert(system("tail -n 40 ../said >&2") == 0); /* a sanitizer's words */
        }
        t.tries += said[2];
        ended = !told || status != 0 || said[1] < 0 || said[1] == 2;
        if (!told || status != 0 || said[1] < 0)
            t.tries = -1;
        t.from = said[0];
    }
    restore_files();
    munmap(whole, sizeof *whole);
    return t.tries;
}

/* ---- the sessions ----------------------------------------------------------------------- */

static const char lesson[] =
    "---\ntitle: All kinds\norder: 7\ntime: 5 min\nskip: after 2\n---\n"
    "# All kinds\n\nWords about **q** and `theta`.\n\n* one\n* two\n\n"
    "```emstep\nem> load coins\nem> model binomial k=2\nem> theta pi=0.5,0.5 p=0.6,0.5\nem> e\nem> m\n```\n\n"
    "```emstep try\nexpect phase == \"E\"\n"
    "answer: e\nhint: E it is\n```\n\n"
    "```quiz\nkind: predict\nask: Which will change?\nterms: ELBO KL\nrun: m\nanswer: ELBO, KL\n"
    "hint: M moves theta.\nwhy: Only S is of q alone.\n```\n\n```emstep\nem> plot trace\n```\n";

static void write_file(const char *name, const char *text)
{
    FILE *f = fopen(name, "w");
    ck_assert(f && fputs(text, f) >= 0 && fclose(f) == 0);
}

#define LINES(...) ((const char *const[]){__VA_ARGS__, NULL})

static const struct scenario {
    const char *name;
    const char *const *lines;
} scenarios[] = {
    {"the tour",
     LINES("load faithful", "model gmm k=2 columns=eruptions",
           "theta pi=0.5,0.5 mu=2,4.5 Sigma=0.25,0.25", "e", "show q rows=1:5", "m",
           "plot bound output=b.txt", "plot bound", "ledger", "why", "step 3", "run",
           "plot trace density output=t.csv", "plot trace density", "theta", "goto 1E", "q uniform",
           "m", "goto 17E", "predict 3", "export tour.html")},
    {"explain",
     LINES("load faithful", "model gmm k=2 columns=eruptions", "init quantile", "e", "explain e 1",
           "explain m mu latex", "explain elbo", "explain Q", "show points", "show stats",
           "show bound along=em n=5", "show gradient", "show criteria", "m", "why", "run",
           "show rate", "show se")},
    {"save and open",
     LINES("load faithful", "model gmm k=2", "init kmeans++", "step 2", "mark here",
           "save s.json", "step", "save s.json",
           "theta save t.json", "theta load t.json", "back 2", "prior dirichlet=2,2", "open s.json",
           "goto here", "let a=loglik+1", "expect a>loglik", "set digits 9", "export s.md",
           "restarts 3", "select k=1:2", "compare here", "sample 20", "record r.em")},
    {"other models",
     LINES("load coins", "model binomial k=2", "init", "step 2", "load deaths",
           "model poisson k=2 columns=deaths weights=frequency", "init", "run max=3",
           "load linkage", "model linkage columns=count",
           "theta p=0.2", "e", "m", "load airquality", "model mvn", "init", "run max=2",
           "load iris", "model ppca m=2", "init", "e", "m", "model vbgmm k=3", "init", "e", "m",
           "load citations", "model bradley-terry", "init", "step")},
    {"a model in Lua", LINES("load faithful", "model own.lua columns=eruptions", "init", "e", "m", "run max=2",
                             "show terms")},
    {"fused, with threads",
     LINES("load faithful", "model gmm k=2", "init quantile", "set threads 2", "run max=5")},
    {"a lesson", LINES("verify all.md", "lesson all.md\ne\nbye", "lessons")},
    {"JSON", LINES("load faithful", "model gmm k=2 columns=eruptions", "set digits 6", "init quantile", "e", "m",
                   "show q rows=1:3", "ledger", "explain elbo", "plot trace output=j.csv", "run max=2")},
};

static const char own[] =
    "return { name='own', k=2, params={pi={2, simplex=true}, mu={2}},\n"
    "log_joint=function(x,k,theta) return math.log(theta.pi[k]) - 0.5*(x[1]-theta.mu[k])^2 end,\n"
    "init=function(x, rng) return {pi={0.5,0.5}, mu={2,4}} end }\n";

static void go_somewhere(void)
{
    char folder[] = "memory-XXXXXX";
    const char *tmp = getenv("TMPDIR");
    char cwd[4096];

    /* Data sets and lessons are found beside the program, wherever that is run. */
    ck_assert(getcwd(cwd, sizeof cwd) && chdir(tmp ? tmp : "/tmp") == 0);
    ck_assert(mkdtemp(folder) && chdir(folder) == 0 && mkdir("here", 0700) == 0 &&
              chdir("here") == 0 && getcwd(cwd, sizeof cwd));
    setenv("XDG_STATE_HOME", cwd, 1);
    write_file("all.md", lesson);
    write_file("own.lua", own);
}

START_TEST(test_session_without_memory)
{
    const struct scenario *sc = &scenarios[_i];
    struct error e = {0};
    long tries = 0, faults = 0;

    go_somewhere();
    ck_assert(session_init(&session, &interrupted, &e) == 0);
    session.timeless = true;
    session.json = strcmp(sc->name, "JSON") == 0;
    ck_assert(settings_set(&session.set, "threads", "1", &e) == 0);
    for (size_t i = 0; sc->lines[i]; i++) {
        bool now = wanted(sc->lines[i]);
        long once = now ? try_line(sc->lines[i], mem_fail_once, "this one alone") : 0;
        long all = now ? try_line(sc->lines[i], mem_fail_after, "and all later ones") : 0;
        faults += (once < 0) + (all < 0);
        tries += once + all;
        if (!sc->lines[i + 1])
            break;
        struct said said;
        listen_to(&said);
        int bad = run(sc->lines[i]);
        char *printed = heard(&said);
        ck_assert_msg(!bad, "%s: %s", sc->lines[i], printed);
        free(printed);
    }
    session_clear(&session);
    ck_assert_msg(faults == 0, "%s: %ld faults", sc->name, faults);
    printf("| no memory, alone and from there on: %s | %ld | nothing |\n", sc->name, tries);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("memory that runs out");
    TCase *t = tcase_create("memory");

    json_begin();
    tcase_set_timeout(t, getenv("FAULTS") ? 3000 : 300);
    tcase_add_loop_test(t, test_session_without_memory, 0,
                        (int)(sizeof scenarios / sizeof *scenarios));
    suite_add_tcase(s, t);
    return support_run(s);
}
