/* SPDX-License-Identifier: Apache-2.0
 *
 * Operations that Swift's SIMD types lack: fused multiply-add, prefetching, and the detection of instruction sets.
 */
#ifndef CVECTOR_H
#define CVECTOR_H

#include <stdbool.h>

typedef double CVector __attribute__((__ext_vector_type__(8)));

typedef long CVectorBits __attribute__((__ext_vector_type__(8)));

/* Whether the sign bit of any lane is set. */
static inline __attribute__((__always_inline__)) bool cvector_any_sign(CVectorBits bits) {
    return __builtin_reduce_or(bits < 0) != 0;
}

/* a * b + c in each lane: rounded once if the target has a fused multiply-add, otherwise twice. */
static inline __attribute__((__always_inline__)) CVector cvector_multiply_add(CVector a, CVector b, CVector c) {
#if defined(__FMA__) || defined(__aarch64__)
    return __builtin_elementwise_fma(a, b, c);
#else
    return a * b + c;
#endif
}

/* Prefetches the cache line at an address; an invalid address has no effect. */
static inline __attribute__((__always_inline__)) void cvector_prefetch(const double *address) {
    __builtin_prefetch(address);
}

/* Whether the processor and the system support AVX2 and FMA: the instruction set x86-64-v3. */
bool cvector_has_v3(void);

/* Whether they also support AVX-512 F, BW, CD, DQ and VL: the instruction set x86-64-v4. */
bool cvector_has_v4(void);

#endif
