/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/detect.h"

#include "base/memory.h"
#include "data/cells.h"
#include "data/entry.h"

enum { ROWS_LOOKED_AT = 50 };

/* How a separator splits the first rows. */
struct split {
    size_t first, second; /* cells in the first and in the second row */
    bool same;            /* all rows have as many */
};

/* Quotes that cannot be under this separator speak against it, as unequal rows do. */
static struct split try_separator(const char *bytes, size_t count, char separator,
                                  volatile sig_atomic_t *interrupt)
{
    struct split split = {0, 0, true};
    struct error ignored;
    struct cells c;
    struct cell cell;
    size_t row = 0, n = 0;
    int got;

    cells_init(&c, bytes, count, "", separator, interrupt);
    while (row < ROWS_LOOKED_AT && (got = cells_next(&c, &cell, &ignored)) != 0) {
        split.same = split.same && got > 0;
        if (got < 0)
            break;
        n++;
        if (!cell.ends_row)
            continue;
        if (row == 0)
            split.first = n;
        if (row == 1)
            split.second = n;
        split.same = split.same && n == split.first;
        row++;
        n = 0;
    }
    cells_clear(&c);
    return split;
}

/* A blank in the first line alone is part of a name ("waiting time"). */
static bool splits_a_row(const struct split *split, char separator)
{
    return split->first > 1 && (separator != ' ' || split->second > 1);
}

char detect_separator(const char *bytes, size_t count, volatile sig_atomic_t *interrupt)
{
    static const char candidate[] = {'\t', ';', ',', ' '};
    char best = '\0';

    for (size_t i = 0; i < sizeof candidate; i++) {
        struct split split = try_separator(bytes, count, candidate[i], interrupt);

        if (split.same && split.first > 1)
            return candidate[i];
        if (!best && splits_a_row(&split, candidate[i]))
            best = candidate[i];
    }
    return best ? best : ',';
}

/* What stands in a column: in its first cell, and below it. */
struct sight {
    enum entry_kind first;
    bool number, text;
};

static bool looks_like_header(const struct sight *sight, size_t ncol)
{
    bool no_number = true;

    for (size_t j = 0; j < ncol; j++) {
        if (sight[j].first == ENTRY_TEXT && sight[j].number && !sight[j].text)
            return true;
        no_number = no_number && sight[j].first == ENTRY_TEXT;
    }
    return no_number;
}

static void look(struct sight *sight, bool first, enum entry_kind kind)
{
    if (first)
        sight->first = kind;
    else if (kind == ENTRY_NUMBER)
        sight->number = true;
    else if (kind == ENTRY_TEXT)
        sight->text = true;
}

int detect_header(const char *bytes, size_t count, const char *source, size_t ncol,
                  const struct table_how *how, struct error *e)
{
    size_t row = 0, j = 0;
    struct sight *sight = NEW_ARRAY(ncol, struct sight);
    struct cells c;
    struct cell cell;
    int got = 1, header;

    if (!sight)
        return error_no_memory(e);
    cells_init(&c, bytes, count, source, how->separator, how->interrupt);
    while (row < ROWS_LOOKED_AT && (got = cells_next(&c, &cell, e)) > 0) {
        if (j < ncol)
            look(&sight[j], row == 0, entry_read(&cell, how).kind);
        j = cell.ends_row ? 0 : j + 1;
        row += cell.ends_row;
    }
    cells_clear(&c);
    header = got < 0 ? -1 : looks_like_header(sight, ncol);
    mem_free(sight);
    return header;
}
