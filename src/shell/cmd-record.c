/* SPDX-License-Identifier: GPL-3.0-or-later */
/* record, log: what is typed, and all that is seen, into a file. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "shell/command.h"
#include "shell/session.h"

/* A file that is there already is somebody's: it is never overwritten. */
static FILE *create(struct session *s, const struct word *name, struct error *e)
{
    struct text path = TEXT_INIT;
    if (file_to_write(s, name->text, name->at, &path, e) != 0) {
        text_clear(&path);
        return NULL;
    }
    int fd = open(path.s, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    text_clear(&path);
    FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (f)
        return f;
    if (fd >= 0) {
        close(fd);
        error_no_memory(e);
    } else if (errno == EEXIST) {
        error_set_at(e, name->at, "'%.300s' is there already", name->text);
        error_hint(e, "choose another name, or remove it first");
    } else {
        error_set_at(e, name->at, "cannot write '%.300s': %s", name->text, strerror(errno));
    }
    return NULL;
}

static int close_file(FILE **file, const char *what, struct error *e)
{
    FILE *f = *file;
    *file = NULL;
    bool bad = ferror(f) != 0;
    if (fclose(f) != 0 || bad)
        return error_set(e, "%s: the file is not whole: %s", what, strerror(errno));
    return 0;
}

/* FILE, off, or nothing: is it on? */
static int switch_file(struct session *s, const struct call *c, FILE **file, const char *what,
                       struct error *e)
{
    if (c->nword == 0) {
        json_object_set_new(session_reply(s, NULL), what, json_boolean(*file != NULL));
        if (!s->json)
            text_addf(&s->out, "%s is %s\n", what, *file ? "on" : "off");
        return 0;
    }
    bool off = strcmp(c->word[0].text, "off") == 0;
    if (off && !*file)
        return error_set_at(e, c->word[0].at, "%s is off already", what);
    FILE *made = off ? NULL : create(s, &c->word[0], e);
    if (!off && !made)
        return -1;
    int failed = *file ? close_file(file, what, e) : 0;
    *file = made;
    return failed;
}

static int run_record(struct session *s, const struct call *c, struct error *e)
{
    return switch_file(s, c, &s->record, "record", e);
}

static int run_log(struct session *s, const struct call *c, struct error *e)
{
    return switch_file(s, c, &s->log, "log", e);
}

const struct command cmd_record = {
    .name = "record",
    .group = "session",
    .usage = "record [FILE|off]",
    .summary = "keep the commands in a file that can be run again",
    .details = "From here on every command that succeeds is written to FILE, verbs in full:\n"
               "source FILE runs it again.  A file that is there already is never overwritten.\n"
               "\n"
               "  record lecture.em\n"
               "  record off\n",
    .argument = ARG_FILE,
    .choices = "off",
    .max_words = 1,
    .silent_in_history = true,
    .run = run_record,
};

const struct command cmd_log = {
    .name = "log",
    .group = "session",
    .usage = "log [FILE|off]",
    .summary = "keep the transcript, commands and output, in a file",
    .details = "From here on all that the session shows is written to FILE too.\n"
               "\n"
               "  log lecture.txt\n"
               "  log off\n",
    .argument = ARG_FILE,
    .choices = "off",
    .max_words = 1,
    .silent_in_history = true,
    .run = run_log,
};
