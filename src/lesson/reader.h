/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading a lesson's source: spans of it, lines, and lines `key: value` that go on indented. */
#ifndef EMSTEP_LESSON_READER_H
#define EMSTEP_LESSON_READER_H

#include "lesson/lesson.h"

/* A part of the source that is still to be read. */
struct reader {
    const char *source;
    size_t at, end;
};

/* The next line, without its break. */
bool reader_line(struct reader *r, struct span *line);
/* The next line that is not blank, with the lines after it that are indented by two blanks or
 * more, trimmed. */
bool reader_entry(struct reader *r, struct span *entry);

/* Without the blanks at both ends. */
struct span span_trim(const char *source, struct span s);
/* What follows `from` bytes, trimmed. */
struct span span_after(const char *source, struct span s, size_t from);
bool span_starts(const char *source, struct span s, const char *word);
/* Bytes before the first ':' that is outside quotes and followed by a blank or the end; the span's
 * length when there is none. */
size_t span_colon(const char *source, struct span s);

/* The span's bytes as text, line breaks as blanks, so that an offset in one is an offset in the
 * other. */
int passage_take(struct passage *p, const char *source, struct span s, struct error *e);
void passages_free(struct passage *p, size_t n);

/* One more item at the end of an array of n, zeroed; NULL with the error when memory runs out. */
void *list_append(void *items, size_t *n, size_t size, struct error *e);
#define LIST_APPEND(items, n, e) \
    ((__typeof__(items))list_append(&(items), &(n), sizeof *(items), (e)))
int passage_append(struct passage **list, size_t *n, const char *source, struct span s,
                   struct error *e);

/* The commands' grammar, as the session will see it; errors are placed in the source. */
int passage_check_commands(const struct passage *p, struct error *e);

/* The readers of the three kinds of block; `r` is what stands between the fences, `fence` the
 * opening one.  They read into a step, which lesson_free clears whatever came of it. */
int read_run(struct reader r, struct span fence, struct lesson_step *s, struct error *e);
int read_try(struct reader r, struct span fence, struct lesson_step *s, struct error *e);
int read_quiz(struct reader r, struct span fence, struct lesson_step *s, struct error *e);
void try_free(struct lesson_try *t);
void runs_free(struct lesson_command *run, size_t n);
void hints_free(struct lesson_hint *hint, size_t n);

/* "hint: …" and "hint if EXPR: …". */
int read_hint(const char *source, struct span entry, struct lesson_hint **hint, size_t *n,
              struct error *e);
/* Is this entry one?  ("hint" alone is a key without a colon: an error of read_hint's) */
bool is_hint(const char *source, struct span entry);

/* Does the source begin with a header, well made or not? */
bool has_header(const char *source, size_t bytes);
/* The header of the source; *end is where the page begins. */
int read_header(const char *source, size_t bytes, struct lesson_header *h, size_t *end,
                struct error *e);

#endif
