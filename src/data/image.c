/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/image.h"

#include <ctype.h>
#include <string.h>

#include "base/memory.h"

enum { SIDE_AT_MOST = 100000, VALUE_AT_MOST = 65535 };

struct image {
    const unsigned char *at, *end;
    const char *source;
    char kind;              /* '1', '2', '4', '5' */
    size_t width, height, top;
};

bool image_begins(const char *bytes, size_t count)
{
    return count > 3 && bytes[0] == 'P' && bytes[1] != '\0' && strchr("1245", bytes[1]) &&
           isspace((unsigned char)bytes[2]) &&
           (bytes[3] == '#' || isdigit((unsigned char)bytes[3]));
}

static void skip_blanks(struct image *i)
{
    while (i->at < i->end && (isspace(*i->at) || *i->at == '#'))
        if (*i->at == '#')
            while (i->at < i->end && *i->at != '\n')
                i->at++;
        else
            i->at++;
}

/* A whole number of the text part, at most `most`. */
static bool read_count(struct image *i, size_t most, size_t *v)
{
    skip_blanks(i);
    const unsigned char *begin = i->at;
    *v = 0;
    while (i->at < i->end && isdigit(*i->at) && *v <= most)
        *v = 10 * *v + (size_t)(*i->at++ - '0');
    return i->at > begin && *v <= most;
}

static int refuse(const struct image *i, struct error *e, const char *what)
{
    error_set(e, "%s: %s", i->source, what);
    return error_hint(e, "PBM and PGM files (P1, P2, P4, P5) can be read");
}

/* The bytes that the pixels take at least. */
static size_t least_bytes(const struct image *i)
{
    if (i->kind == '4')
        return (i->width + 7) / 8 * i->height;
    return i->width * i->height * (i->kind == '5' && i->top > 255 ? 2 : 1);
}

static int read_header(struct image *i, struct error *e)
{
    i->kind = (char)i->at[1];
    i->at += 2;
    i->top = 1;
    if (!read_count(i, SIDE_AT_MOST, &i->width) || !read_count(i, SIDE_AT_MOST, &i->height) ||
        i->width == 0 || i->height == 0)
        return refuse(i, e, "the image's size is not two whole numbers from 1 to 100000");
    if ((i->kind == '2' || i->kind == '5') &&
        (!read_count(i, VALUE_AT_MOST, &i->top) || i->top == 0))
        return refuse(i, e, "the largest grey is not a whole number from 1 to 65535");
    if (i->kind == '4' || i->kind == '5')
        i->at += i->at < i->end; /* one blank ends a raw image's header */
    if ((size_t)(i->end - i->at) < least_bytes(i))
        return refuse(i, e, "the file is shorter than the size in its header says");
    return 0;
}

/* One pixel of a text image: PBM's digits may touch each other. */
static bool text_pixel(struct image *i, size_t *v)
{
    if (i->kind == '2')
        return read_count(i, i->top, v);
    skip_blanks(i);
    if (i->at == i->end || (*i->at != '0' && *i->at != '1'))
        return false;
    *v = (size_t)(*i->at++ - '0');
    return true;
}

static bool raw_pixel(const struct image *i, size_t row, size_t col, size_t *v)
{
    size_t at = row * i->width + col;
    if (i->kind == '4') {
        const unsigned char *line = i->at + row * ((i->width + 7) / 8);
        *v = (size_t)line[col / 8] >> (7 - col % 8) & 1u;
    } else if (i->top > 255) {
        *v = (size_t)i->at[2 * at] << 8 | i->at[2 * at + 1];
    } else {
        *v = i->at[at];
    }
    return *v <= i->top;
}

/* PBM says 1 for black, PGM says 0. */
static double ink(const struct image *i, size_t v)
{
    double share = (double)v / (double)i->top;
    return i->kind == '1' || i->kind == '4' ? 2.0 * share - 1.0 : 1.0 - 2.0 * share;
}

static int read_pixels(struct image *i, struct dataset *d, struct error *e)
{
    bool raw = i->kind == '4' || i->kind == '5';
    for (size_t row = 0; row < i->height; row++)
        for (size_t col = 0; col < i->width; col++) {
            size_t at = row * i->width + col, v;
            if (!(raw ? raw_pixel(i, row, col, &v) : text_pixel(i, &v))) {
                error_set(e, "%s: pixel (%zu, %zu) is missing, or no value of this image",
                          i->source, row + 1, col + 1);
                return error_hint(e, "the file may be cut short");
            }
            d->column[0].value[at] = (double)(row + 1);
            d->column[1].value[at] = (double)(col + 1);
            d->column[2].value[at] = ink(i, v);
        }
    return 0;
}

static struct dataset *empty_table(const struct image *i, const char *name, struct error *e)
{
    static const char *const names[] = {"row", "col", "x"};
    struct dataset *d = dataset_new(name, i->width * i->height, 3, e);
    for (size_t j = 0; d && j < 3; j++) {
        mem_free(d->column[j].name);
        d->column[j].name = mem_copy_text(names[j]);
        if (!d->column[j].name) {
            dataset_free(d);
            error_no_memory(e);
            return NULL;
        }
    }
    return d;
}

struct dataset *image_parse(const char *bytes, size_t count, const char *source, const char *name,
                            struct error *e)
{
    const unsigned char *at = (const unsigned char *)bytes;
    struct image i = {.at = at, .end = at + count, .source = source};
    if (read_header(&i, e) != 0)
        return NULL;
    struct dataset *d = empty_table(&i, name, e);
    if (d && read_pixels(&i, d, e) != 0) {
        dataset_free(d);
        return NULL;
    }
    return d;
}
