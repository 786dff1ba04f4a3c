/* SPDX-License-Identifier: GPL-3.0-or-later */
/* record, log: what is typed, and all that is seen, into a file. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "shell/command.h"
#include "shell/session.h"

/* A file that is there already is somebody's: it is never overwritten. */
static int create(struct session *s, const struct word *name, struct growing *made,
                  struct error *e)
{
    struct text path = TEXT_INIT;
    if (file_to_write(s, name->text, name->at, &path, e) != 0) {
        text_clear(&path);
        return -1;
    }
    int fd = open(path.s, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    text_clear(&path);
    if (fd >= 0) {
        *made = (struct growing){true, fd};
        return 0;
    }
    if (errno != EEXIST)
        return error_set_at(e, name->at, "cannot write '%.300s': %s", name->text, strerror(errno));
    error_set_at(e, name->at, "'%.300s' is there already", name->text);
    return error_hint(e, "choose another name, or remove it first");
}

static int close_file(struct growing *file, const char *what, struct error *e)
{
    file->on = false;
    if (close(file->fd) != 0)
        return error_set(e, "%s: the file is not whole: %s", what, strerror(errno));
    return 0;
}

/* FILE, off, or nothing: is it on? */
static int switch_file(struct session *s, const struct call *c, struct growing *file,
                       const char *what, struct error *e)
{
    if (c->nword == 0) {
        json_object_set_new(session_reply(s, NULL), what, json_boolean(file->on));
        if (!s->json)
            text_addf(&s->out, "%s is %s\n", what, file->on ? "on" : "off");
        return 0;
    }
    bool off = strcmp(c->word[0].text, "off") == 0;
    if (off && !file->on)
        return error_set_at(e, c->word[0].at, "%s is off already", what);
    struct growing made = {0};
    if (!off && create(s, &c->word[0], &made, e) != 0)
        return -1;
    int failed = file->on ? close_file(file, what, e) : 0;
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
