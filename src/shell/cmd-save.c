/* SPDX-License-Identifier: GPL-3.0-or-later */
/* save, open: the whole state in a file. */
#include <string.h>

#include "base/memory.h"
#include "data/dataset_json.h"
#include "em/machine_json.h"
#include "shell/command.h"
#include "shell/jsonfile.h"
#include "shell/modelling.h"
#include "shell/report.h"
#include "shell/truth.h"

enum { STATE_FILE_LIMIT = 2000 << 20 };
static const char format[] = "emstep state 1";

static int run_save(struct session *s, const struct call *c, struct error *e)
{
    json_t *j = json_pack("{ss so}", "format", format, "data", dataset_to_json(s->data));
    if (j && s->machine) {
        json_object_set_new(j, "model", json_string(s->model_words));
        json_object_set_new(j, "machine", machine_to_json(s->machine));
    }
    if (j && truth_of(s))
        json_object_set_new(j, "truth", truth_to_json(s->truth));
    int r = j ? json_to_file(s, &c->word[0], j, e) : error_no_memory(e);
    json_decref(j);
    if (r != 0)
        return error_place(e, c->word[0].at);
    json_t *reply = session_reply(s, NULL);
    if (reply)
        json_object_set_new(reply, "file", json_string(c->word[0].text));
    else if (!s->quiet)
        text_addf(&s->out, "saved to %s: open brings it back, undo history and all\n",
                  c->word[0].text);
    return 0;
}

const struct command cmd_save = {
    .name = "save",
    .group = "session",
    .usage = "save FILE",
    .summary = "keep data, model and state in a file, undo history included",
    .details = "One JSON file, written whole or not at all. open FILE goes on exactly where it\n"
               "was: the same steps give the same numbers, bit for bit.\n"
               "\n"
               "  save lecture.json\n"
               "  open lecture.json\n",
    .needs = NEED_DATA,
    .argument = ARG_FILE,
    .min_words = 1,
    .max_words = 1,
    .run = run_save,
};

/* ---- open -------------------------------------------------------------------------------- */

static int read_machine(const struct session *s, const json_t *j, struct dataset *data,
                        struct machine **m, char **words, struct error *e)
{
    const char *model = json_string_value(json_object_get(j, "model"));
    if (!model)
        return 0;
    *words = mem_copy_text(model);
    if (!*words)
        return error_no_memory(e);
    *m = model_bind_words(data, model, s->interrupt, e);
    if (!*m || machine_from_json(*m, json_object_get(j, "machine"), e) != 0) {
        machine_free(*m);
        mem_free(*words);
        return -1;
    }
    return 0;
}

/* What sample drew the data from, where it did. */
static int read_truth(const struct session *s, const json_t *j, struct dataset *data,
                      struct truth **truth, struct error *e)
{
    const json_t *kept = json_object_get(j, "truth");
    if (kept)
        *truth = truth_from_json(kept, data, s->interrupt, e);
    return kept && !*truth ? -1 : 0;
}

static void report_opened(struct session *s)
{
    json_t *reply = session_reply(s, NULL);
    json_object_set_new(reply, "name", json_string(s->data->name));
    json_object_set_new(reply, "rows", json_integer((json_int_t)s->data->nrow));
    if (!s->json && !s->quiet) {
        text_add_shown(&s->out, s->data->name, 40);
        text_addf(&s->out, ": %zu rows", s->data->nrow);
        text_addf(&s->out, s->machine ? "; model %s\n" : "\n", s->model_words);
    }
    if (s->machine)
        report_state(s);
}

static int open_json(struct session *s, const json_t *j, struct error *e)
{
    const char *written = json_string_value(json_object_get(j, "format"));
    struct machine *m = NULL;
    struct truth *truth = NULL;
    char *words = NULL;
    if (!written || strcmp(written, format) != 0) {
        error_set(e, "this is no file that save wrote");
        return error_hint(e, "load reads tables, theta load and q load read parameters");
    }
    struct dataset *data = dataset_from_json(json_object_get(j, "data"), e);
    if (!data)
        return -1;
    if (read_truth(s, j, data, &truth, e) != 0 ||
        read_machine(s, j, data, &m, &words, e) != 0) {
        truth_free(truth);
        dataset_free(data);
        return -1;
    }
    truth_free(s->truth);
    s->truth = truth;
    session_set_machine(s, NULL);
    if (m)
        model_take(s, m, words);
    dataset_free(s->data);
    s->data = data;
    report_opened(s);
    return 0;
}

static int run_open(struct session *s, const struct call *c, struct error *e)
{
    json_t *j = json_from_file(s, c->word[0].text, STATE_FILE_LIMIT, e);
    int r = j ? open_json(s, j, e) : -1;
    json_decref(j);
    return r == 0 ? 0 : error_place(e, c->word[0].at);
}

const struct command cmd_open = {
    .name = "open",
    .group = "session",
    .usage = "open FILE",
    .summary = "go on with what save kept",
    .details = "Data, model, θ, q, prior, frozen blocks, marks and the undo history come back as\n"
               "they were. A file that is not whole is refused, and nothing is changed.\n",
    .argument = ARG_FILE,
    .min_words = 1,
    .max_words = 1,
    .run = run_open,
};
