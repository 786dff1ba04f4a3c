/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernel for processors with 8 doubles to a register; the Makefile has the compiler's flags. */
#define LANES 8
#define KERNEL pass_map_avx512
#define TERMS pass_terms_avx512
#define LOGLIKS pass_logliks_avx512
#define ENTROPY pass_entropy_avx512
#define CHAIN_BACKWARD chain_backward_avx512
#define CHAIN_FORWARD chain_forward_avx512
#define CHAIN_EMIT chain_emit_avx512
#define CHAIN_MOMENTS chain_moments_avx512
#include "models/pass/kernel_chain.h"
#define SWEEP sweep_avx512
#include "models/pass/kernel_sweep.h"
#define LINEAR_MAP linear_map_avx512
#define LINEAR_TERMS linear_terms_avx512
#include "models/pass/kernel_linear.h"
#include "models/pass/kernel_many.h"
#include "models/pass/kernel_entropy.h"
