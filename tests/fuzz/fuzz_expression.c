/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Expressions, and numbers typed as answers. */
#include <stdlib.h>

#include "fuzz.h"
#include "shell/ask.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size < 500 ? size : 500);
    struct session *s = fuzz_session(300);
    struct expr_value v;
    struct text out = TEXT_INIT;
    struct error e = {0};
    double number;
    fuzz_run(s,
             "load coins; model binomial k=2 columns=heads,tosses; theta pi=.5,.5 p=.6,.5; e; m");
    expr_compiles(s->expr, text);
    if (expr_eval(s->expr, text, 6, &v, &e) == 0)
        expr_explain(s->expr, text, 6, &out);
    expr_value_clear(&v);
    ask_number(s, text, &number, &e);
    text_clear(&out);
    fuzz_session_end(s);
    free(text);
    return 0;
}
