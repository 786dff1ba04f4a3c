/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE /* ppoll */
#include "shell/line.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "base/file.h"
#include "base/memory.h"
#include "shell/complete.h"

enum { HISTORY_LINES = 5000 };

/* Readline is one per process and its callbacks carry no context, so neither can this. */
static struct {
    struct session *session;
    char *line;          /* malloc'd by Readline */
    bool done;
    const char *const *words; /* what Tab completes instead of commands */
    char *history_file;  /* NULL: none can be kept */
    volatile sig_atomic_t resumed; /* SIGCONT came */
} now;

/* ---- completion ---- */

static char *next_word(const char *typed, int again)
{
    static size_t next;

    if (again == 0)
        next = 0;
    while (now.words[next])
        if (strncmp(now.words[next++], typed, strlen(typed)) == 0)
            return strdup(now.words[next - 1]);
    return NULL;
}

static char *next_match(const char *word, int again)
{
    static struct completion list;
    static size_t next;

    if (again == 0) {
        completion_clear(&list);
        size_t from = (size_t)rl_point - strlen(word);
        complete_word(now.session, rl_line_buffer, from, word, &list);
        next = 0;
        rl_completion_append_character = list.open_ended ? '\0' : ' ';
    }
    if (next < list.count) {
        char *match = strdup(list.item[next]);
        next++;
        return match;
    }
    completion_clear(&list);
    return NULL;
}

static bool files_may_stand(const char *word)
{
    struct completion list;
    complete_word(now.session, rl_line_buffer, (size_t)rl_point - strlen(word), word, &list);
    bool files = list.files;
    completion_clear(&list);
    return files;
}

static char **attempt(const char *word, int start, int end)
{
    (void)end;
    rl_attempted_completion_over = 1;
    if (now.words)
        return start == 0 ? rl_completion_matches(word, next_word) : NULL;
    char **matches = rl_completion_matches(word, next_match);
    if (matches || !files_may_stand(word))
        return matches;
    rl_filename_completion_desired = 1;
    rl_completion_append_character = ' ';
    return rl_completion_matches(word, rl_filename_completion_function);
}

static char *breaks(void)
{
    static char set[64];
    snprintf(set, sizeof set, "%s",
             now.words ? " \t" : complete_breaks(now.session, rl_line_buffer, (size_t)rl_point));
    return set;
}

/* ---- history ---- */

/* A home that cannot be written to costs the history, no more. */
static void open_history(void)
{
    struct text path = TEXT_INIT;
    char *folder = file_state_folder("");

    using_history();
    history_comment_char = '#';
    history_write_timestamps = 1;
    stifle_history(HISTORY_LINES);
    if (!folder)
        return;
    text_addf(&path, "%s/history", folder);
    mem_free(folder);
    now.history_file = text_take(&path);
    if (!now.history_file)
        return;
    read_history(now.history_file);
    int fd = open(now.history_file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0) {
        mem_free(now.history_file);
        now.history_file = NULL;
        return;
    }
    fchmod(fd, 0600);
    close(fd);
}

void line_remember(const char *line)
{
    HIST_ENTRY *last = history_length > 0 ? history_get(history_base + history_length - 1) : NULL;

    if (!line[strspn(line, " \t\n")] || (last && strcmp(last->line, line) == 0))
        return;
    add_history(line);
    if (now.history_file)
        append_history(1, now.history_file);
}

const char *line_history(size_t i)
{
    if (i >= (size_t)history_length)
        return NULL;
    HIST_ENTRY *entry = history_get(history_base + (int)i);
    return entry ? entry->line : NULL;
}

/* ---- reading ---- */

static void on_line(char *line)
{
    now.line = line;
    now.done = true;
    rl_callback_handler_remove();
}

static void on_continue(int signal)
{
    (void)signal;
    now.resumed = 1;
}

/* Waits for a byte or a signal, with no gap between looking for signals and waiting. */
static bool wait_for_input(const volatile sig_atomic_t *interrupt)
{
    sigset_t blocked, before;
    struct pollfd in = {.fd = 0, .events = POLLIN};

    sigemptyset(&blocked);
    sigaddset(&blocked, SIGINT);
    sigaddset(&blocked, SIGTERM);
    sigaddset(&blocked, SIGHUP);
    sigaddset(&blocked, SIGWINCH);
    sigaddset(&blocked, SIGTSTP);
    sigaddset(&blocked, SIGCONT);
    sigprocmask(SIG_BLOCK, &blocked, &before);
    int ready = 0;
    if (!rl_pending_signal() && !*interrupt && !now.resumed)
        ready = ppoll(&in, 1, NULL, &before);
    sigprocmask(SIG_SETMASK, &before, NULL);
    rl_check_signals();
    if (now.resumed) {
        now.resumed = 0;
        rl_on_new_line();
        rl_forced_update_display();
    }
    return ready > 0;
}

/* A read does not wait: what was there to be read may have gone with ^C meanwhile. */
static void take_terminal(int meta)
{
    struct termios t;

    rl_prep_terminal(meta);
    if (tcgetattr(0, &t) != 0)
        return;
    t.c_cc[VMIN] = t.c_cc[VTIME] = 0;
    tcsetattr(0, TCSANOW, &t);
}

static bool has_hung_up(int fd)
{
    struct pollfd in = {.fd = fd, .events = POLLIN};
    return poll(&in, 1, 0) > 0 && in.revents & (POLLHUP | POLLERR | POLLNVAL);
}

/* Readline's own would wait on after ^C, for a key that then goes with the line. */
static int read_key(FILE *in)
{
    const volatile sig_atomic_t *interrupt = now.session->interrupt;
    unsigned char key;

    while (!*interrupt) {
        bool ready = wait_for_input(interrupt);
        if (!ready || *interrupt)
            continue;
        ssize_t n = read(fileno(in), &key, 1);
        if (n == 1)
            return key;
        if (n == 0 ? has_hung_up(fileno(in)) : errno != EINTR)
            return EOF;
    }
    return READERR;
}

void line_open(struct session *s)
{
    now.session = s;
    if (!isatty(0))
        return;
    rl_readline_name = "emstep";
    rl_instream = stdin;
    rl_outstream = isatty(1) ? stdout : stderr;
    rl_getc_function = read_key;
    rl_prep_term_function = take_terminal;
    rl_catch_signals = 1;
    rl_persistent_signal_handlers = 1;
    rl_change_environment = 0;
    rl_attempted_completion_function = attempt;
    rl_completion_word_break_hook = breaks;
    rl_basic_word_break_characters = " \t\n=;";
    rl_completer_quote_characters = "\"'";
    rl_filename_quote_characters = " \t;='\"#";
    sigaction(SIGCONT, &(struct sigaction){.sa_handler = on_continue}, NULL);
    open_history();
}

/* ^C at the prompt: the line goes, the terminal is as it was. */
static enum line_answer drop_line(void)
{
    rl_callback_sigcleanup();
    rl_free_line_state();
    rl_crlf();
    rl_point = rl_end = 0;
    rl_replace_line("", 1);
    rl_callback_handler_remove();
    return LINE_INTERRUPTED;
}

/* A signal that came while Readline gave the terminal back waits in Readline for the next prompt:
 * it is ours now.  Handling it, Readline takes the terminal once more. */
static void take_late_signals(void)
{
    while (rl_pending_signal()) {
        rl_check_signals();
        rl_deprep_terminal();
        rl_clear_signals();
    }
}

static enum line_answer read_typed(struct session *s, const char *prompt)
{
    now.done = false;
    now.line = NULL;
    rl_eof_found = 0; /* of a question that ^D ended: Readline would end this line twice */
    rl_callback_handler_install(prompt, on_line);
    while (!now.done) {
        bool ready = wait_for_input(s->interrupt);
        if (*s->interrupt)
            return drop_line();
        if (ready)
            rl_callback_read_char();
    }
    take_late_signals();
    if (*s->interrupt) { /* ^C and Enter at once: the line is not run */
        rl_crlf();
        return LINE_INTERRUPTED;
    }
    if (now.line)
        return LINE_TEXT;
    /* Leaving bracketed paste, Readline has ended the line itself. */
    const char *paste = rl_variable_value("enable-bracketed-paste");
    if (!paste || strcmp(paste, "on") != 0)
        fputs("\n", rl_outstream);
    return LINE_END;
}

/* Lines that a program types, with -i: no prompt, no echo, no editing.  Before the prompt is live
 * (emstep -c drill) the terminal does the editing. */
static enum line_answer read_piped(struct session *s, const char *prompt)
{
    size_t room = 0;

    now.line = NULL;
    if (isatty(0) && isatty(1)) {
        fputs(prompt, stdout);
        fflush(stdout);
    }
    ssize_t n = getline(&now.line, &room, stdin);
    if (n >= 0)
        return LINE_TEXT;
    free(now.line);
    now.line = NULL;
    if (!*s->interrupt)
        return LINE_END;
    clearerr(stdin);
    return LINE_INTERRUPTED;
}

bool line_is_open(void)
{
    return now.session && isatty(0);
}

struct session *line_serve(struct session *s)
{
    struct session *before = now.session;
    if (before)
        now.session = s;
    return before;
}

void line_words(const char *const *words)
{
    now.words = words;
}

enum line_answer line_read(struct session *s, const char *prompt, char **line)
{
    enum line_answer answer = now.session && isatty(0) ? read_typed(s, prompt)
                                                       : read_piped(s, prompt);

    *line = NULL;
    if (answer == LINE_TEXT && !(*line = mem_copy_text(now.line)))
        answer = LINE_INTERRUPTED;
    free(now.line);
    now.line = NULL;
    return answer;
}

void line_close(struct session *s)
{
    (void)s;
    now.session = NULL;
    if (now.history_file) {
        history_truncate_file(now.history_file, HISTORY_LINES);
        chmod(now.history_file, 0600);
    }
    mem_free(now.history_file);
    now.history_file = NULL;
    clear_history();
}
