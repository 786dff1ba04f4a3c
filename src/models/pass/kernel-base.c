/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernel for processors with 2 doubles to a register; the Makefile has the compiler's flags. */
#define LANES 2
#define KERNEL pass_map_base
#define TERMS pass_terms_base
#define LOGLIKS pass_logliks_base
#define ENTROPY pass_entropy_base
#define CHAIN_BACKWARD chain_backward_base
#define CHAIN_FORWARD chain_forward_base
#define CHAIN_EMIT chain_emit_base
#define CHAIN_MOMENTS chain_moments_base
#include "models/pass/kernel_chain.h"
#define SWEEP sweep_base
#include "models/pass/kernel_sweep.h"
#define LINEAR_MAP linear_map_base
#define LINEAR_TERMS linear_terms_base
#include "models/pass/kernel_linear.h"
#include "models/pass/kernel_many.h"
#include "models/pass/kernel_entropy.h"
