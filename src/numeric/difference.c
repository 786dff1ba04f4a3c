/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "numeric/difference.h"

const double difference_place[] = {-2.0, -1.0, 1.0, 2.0};
const double difference_weight[] = {1.0, -8.0, 8.0, -1.0};

double difference(double (*f)(double x, void *context), void *context, double x, double h)
{
    double sum = 0.0;
    for (int k = 0; k < DIFFERENCE_POINTS; k++)
        sum += difference_weight[k] * f(x + difference_place[k] * h, context);
    return sum / (12.0 * h);
}
