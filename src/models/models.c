/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "em/model.h"

#define MODEL(name) extern const struct model_class name##_model;
#include "models/models.def"
#undef MODEL

const struct model_class *const model_classes[] = {
#define MODEL(name) &name##_model,
#include "models/models.def"
#undef MODEL
    NULL,
};
