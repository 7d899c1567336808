/* SPDX-License-Identifier: Apache-2.0 */

#include "CVector.h"

#include <math.h>

#pragma clang fp contract(off)
/* Vectors are passed by reference, so that the calling convention for them does not matter. */
#pragma clang diagnostic ignored "-Wpsabi"

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

static inline __attribute__((__always_inline__)) CVector cvector_magnitude(CVector a) {
    return (CVector)((CVectorBits)a & 0x7FFFFFFFFFFFFFFFl);
}

/* a * b + c in each lane, rounded once, by sums that are rounded to odd: S. Boldo, G. Melquiond, "Emulation of a FMA and
 * correctly rounded sums: proved algorithms using rounding to odd", IEEE Transactions on Computers 57, 2008. Lanes in
 * which a part of a sum may be too large or too small for a double are left to the C library. */
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
    *result = sum;
    const CVector size = cvector_magnitude(product);
    const CVectorBits isOrdinary = ((size >= 0x1p-960) & (size <= 0x1p1000)) | (((a == 0) | (b == 0)) & (size == 0));
    const CVectorBits isSmall = (cvector_magnitude(a) <= 0x1p990) & (cvector_magnitude(b) <= 0x1p990)
        & (cvector_magnitude(c) <= 0x1p1000);
    const CVectorBits isFar = ~(isOrdinary & isSmall);
    if (!cvector_any_sign(isFar)) return;
    for (int lane = 0; lane < 8; lane++)
        if (isFar[lane]) (*result)[lane] = fma(a[lane], b[lane], c[lane]);
}
#endif
