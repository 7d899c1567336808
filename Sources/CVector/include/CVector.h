/* SPDX-License-Identifier: Apache-2.0
 *
 * What Swift's own vectors leave out: a multiply-add that is one instruction, what the processor is to fetch, and what it
 * is capable of.
 */
#ifndef CVECTOR_H
#define CVECTOR_H

#include <stdbool.h>

typedef double CVector __attribute__((__ext_vector_type__(8)));

typedef long CVectorBits __attribute__((__ext_vector_type__(8)));

/* Whether the first bit of any lane is set. */
static inline __attribute__((__always_inline__)) bool cvector_any_sign(CVectorBits bits) {
    return __builtin_reduce_or(bits < 0) != 0;
}

/* a * b + c in each lane: rounded once where the target has such an instruction, else twice. */
static inline __attribute__((__always_inline__)) CVector cvector_multiply_add(CVector a, CVector b, CVector c) {
#if defined(__FMA__) || defined(__aarch64__)
    return __builtin_elementwise_fma(a, b, c);
#else
    return a * b + c;
#endif
}

/* Has the processor fetch what will be read at an address; nothing comes of it where nothing is. */
static inline __attribute__((__always_inline__)) void cvector_prefetch(const double *address) {
    __builtin_prefetch(address);
}

/* Whether the processor and the system have AVX2 and FMA: the instructions of x86-64-v3. */
bool cvector_has_v3(void);

/* Whether they have AVX-512 F, BW, CD, DQ and VL as well: the instructions of x86-64-v4. */
bool cvector_has_v4(void);

#endif
