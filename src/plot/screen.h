/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the terminal at hand is: its size, and whether it shows pictures. */
#ifndef EMSTEP_PLOT_SCREEN_H
#define EMSTEP_PLOT_SCREEN_H

#include <stdbool.h>

struct screen {
    int columns, lines;  /* 0: unknown */
    int width, height;   /* pixels; 0: unknown */
};

struct screen screen_size(void);

/* Asks the terminal itself, and waits for 0.3 s at most. */
bool screen_has_sixel(void);

/* Whether a terminal's answer to "what are you?" (DA1) names sixel: "\033[?62;4;22c". */
bool screen_says_sixel(const char *answer);

/* Whether windows can open: an X or Wayland display is named. */
bool screen_has_display(void);

#endif
