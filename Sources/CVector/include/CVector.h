/* SPDX-License-Identifier: Apache-2.0
 *
 * Arithmetic of vectors, each operation one instruction; a fused multiply-add, which Swift's SIMD types lack; and the detection of instruction sets.
 */
#ifndef CVECTOR_H
#define CVECTOR_H

#include <stdbool.h>

/* A product is rounded before it is added, so that all instruction sets round alike. */
#pragma clang fp contract(off)

/* Calls are inlined, so that the calling convention for vectors does not matter. */
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpsabi"
#define CVECTOR_INLINE static inline __attribute__((__always_inline__))

typedef double CVector __attribute__((__ext_vector_type__(8)));

typedef long CVectorBits __attribute__((__ext_vector_type__(8)));

CVECTOR_INLINE CVector cvector_add(CVector a, CVector b) { return a + b; }
CVECTOR_INLINE CVector cvector_subtract(CVector a, CVector b) { return a - b; }
CVECTOR_INLINE CVector cvector_multiply(CVector a, CVector b) { return a * b; }
CVECTOR_INLINE CVector cvector_divide(CVector a, CVector b) { return a / b; }
CVECTOR_INLINE CVector cvector_negate(CVector a) { return -a; }
CVECTOR_INLINE CVector cvector_square_root(CVector a) { return __builtin_elementwise_sqrt(a); }

/* Comparisons: -1 in the lanes in which they hold, 0 in the others. */
CVECTOR_INLINE CVectorBits cvector_equal(CVector a, CVector b) { return a == b; }
CVECTOR_INLINE CVectorBits cvector_less(CVector a, CVector b) { return a < b; }
CVECTOR_INLINE CVectorBits cvector_less_or_equal(CVector a, CVector b) { return a <= b; }

/* b in the lanes in which the mask is -1, a in those in which it is 0. */
CVECTOR_INLINE CVector cvector_replace(CVector a, CVector b, CVectorBits mask) { return mask ? b : a; }

/* Parts of two vectors, for transposition: the first or second halves, pairs or lanes of each. */
CVECTOR_INLINE CVector cvector_first_halves(CVector a, CVector b) {
    return __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11);
}
CVECTOR_INLINE CVector cvector_second_halves(CVector a, CVector b) {
    return __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15);
}
CVECTOR_INLINE CVector cvector_first_pairs(CVector a, CVector b) {
    return __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13);
}
CVECTOR_INLINE CVector cvector_second_pairs(CVector a, CVector b) {
    return __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15);
}
CVECTOR_INLINE CVector cvector_even(CVector a, CVector b) {
    return __builtin_shufflevector(a, b, 0, 8, 2, 10, 4, 12, 6, 14);
}
CVECTOR_INLINE CVector cvector_odd(CVector a, CVector b) {
    return __builtin_shufflevector(a, b, 1, 9, 3, 11, 5, 13, 7, 15);
}

/* Whether the sign bit of any lane is set. */
CVECTOR_INLINE bool cvector_any_sign(CVectorBits bits) { return __builtin_reduce_or(bits < 0) != 0; }

/* The sign bits of the lanes, the first in the last place. */
CVECTOR_INLINE unsigned char cvector_signs(CVectorBits bits) {
    typedef bool Signs __attribute__((__ext_vector_type__(8)));
    return __builtin_bit_cast(unsigned char, __builtin_convertvector(bits < 0, Signs));
}

#if !(defined(__FMA__) || defined(__aarch64__))
/* a * b + c in each lane, rounded once, where there is no instruction for it. Inlined, its hundreds of instructions would
 * make up most of the program. */
void cvector_emulate_multiply_add(const CVector *a, const CVector *b, const CVector *c, CVector *result);
#endif

/* a * b + c in each lane, rounded once. */
CVECTOR_INLINE CVector cvector_multiply_add(CVector a, CVector b, CVector c) {
#if defined(__FMA__) || defined(__aarch64__)
    return __builtin_elementwise_fma(a, b, c);
#else
    CVector result;
    cvector_emulate_multiply_add(&a, &b, &c, &result);
    return result;
#endif
}

#undef CVECTOR_INLINE
#pragma clang diagnostic pop

/* Whether the processor and the system support AVX2 and FMA: the instruction set x86-64-v3. */
bool cvector_has_v3(void);

/* Whether they also support AVX-512 F, BW, CD, DQ and VL: the instruction set x86-64-v4. */
bool cvector_has_v4(void);

#endif
