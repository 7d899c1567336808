/* SPDX-License-Identifier: Apache-2.0 */

#include "CVector.h"

#pragma clang fp contract(off)

#if !(defined(__FMA__) || defined(__aarch64__))
/* The sum of two numbers in each lane and its rounding error (Knuth, The Art of Computer Programming 2, 4.2.2). */
static inline __attribute__((__always_inline__)) CVector cvector_two_sum(CVector a, CVector b, CVector *error) {
    const CVector sum = a + b, part = sum - a;
    *error = (a - (sum - part)) + (b - part);
    return sum;
}

/* Each lane rounded to 26 bits; the other bits fit in 26 as well. */
static inline __attribute__((__always_inline__)) CVector cvector_upper_half(CVector a) {
    return (CVector)(((CVectorBits)a + 0x4000000) & ~0x7FFFFFFl);
}

/* a * b + c in each lane, rounded once, by sums that are rounded to odd: S. Boldo, G. Melquiond, "Emulation of a FMA and
 * correctly rounded sums: proved algorithms using rounding to odd", IEEE Transactions on Computers 57, 2008. Factors
 * beyond 2^1023 and products below 2^-969, whose error is not a double, are rounded twice. */
void cvector_emulate_multiply_add(const CVector *first, const CVector *second, const CVector *third, CVector *result) {
    const CVector a = *first, b = *second, c = *third;
    const CVector product = a * b;
    const CVector a1 = cvector_upper_half(a), a2 = a - a1, b1 = cvector_upper_half(b), b2 = b - b1;
    const CVector product_error = ((a1 * b1 - product) + a1 * b2 + a2 * b1) + a2 * b2;
    CVector low_error, high_error, odd_error;
    const CVector low = cvector_two_sum(c, product_error, &low_error);
    const CVector high = cvector_two_sum(product, low, &high_error);
    const CVector odd = cvector_two_sum(low_error, high_error, &odd_error);
    /* An inexact sum with an even last bit moves by one bit towards the error. */
    const CVectorBits bits = (CVectorBits)odd;
    const CVectorBits moves = (odd_error != 0) & ((bits & 1) == 0);
    const CVectorBits grows = (odd_error > 0) == (odd > 0);
    const CVectorBits moved = bits + (moves & (1 | ~grows));
    const CVector sum = high + (CVector)moved;
    *result = sum == sum ? sum : product + c;
}
#endif
