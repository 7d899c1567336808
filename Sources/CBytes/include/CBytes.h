/* SPDX-License-Identifier: Apache-2.0
 *
 * What Swift's own vectors leave out: which of many bytes are of a kind, a bit for each, and bytes of which the first so
 * many are set.
 */
#ifndef CBYTES_H
#define CBYTES_H

#include <stdint.h>

typedef unsigned char CBytes16 __attribute__((__ext_vector_type__(16)));
typedef _Bool CBytesBits16 __attribute__((__ext_vector_type__(16)));
typedef uint64_t CBytesWords __attribute__((__ext_vector_type__(2)));

/* Of 32 bytes those that are no decimal digits, the first one lowest. */
static inline __attribute__((__always_inline__)) uint32_t cbytes_others(const void *bytes) {
    CBytes16 lower, upper;
    __builtin_memcpy(&lower, bytes, 16);
    __builtin_memcpy(&upper, (const char *)bytes + 16, 16);
    const CBytesBits16 low = __builtin_convertvector(lower - '0' > 9, CBytesBits16);
    const CBytesBits16 high = __builtin_convertvector(upper - '0' > 9, CBytesBits16);
    uint16_t halves[2];
    __builtin_memcpy(&halves[0], &low, 2);
    __builtin_memcpy(&halves[1], &high, 2);
    return halves[0] | (uint32_t)halves[1] << 16;
}

/* Of 16 bytes those that are no white space of JSON, the first one lowest. */
static inline __attribute__((__always_inline__)) uint32_t cbytes_blacks(const void *bytes) {
    CBytes16 text;
    __builtin_memcpy(&text, bytes, 16);
    const CBytesBits16 blacks = __builtin_convertvector(
        (text != ' ') & (text != '\n') & (text != '\r') & (text != '\t'), CBytesBits16);
    uint16_t bits;
    __builtin_memcpy(&bits, &blacks, 2);
    return bits;
}

/* Of the 16 bytes of two words those that are not 0, the lowest one of the first word lowest. */
static inline __attribute__((__always_inline__)) uint32_t cbytes_nonzeros(CBytesWords words) {
    CBytes16 bytes;
    __builtin_memcpy(&bytes, &words, 16);
    const CBytesBits16 nonzeros = __builtin_convertvector(bytes != 0, CBytesBits16);
    uint16_t bits;
    __builtin_memcpy(&bits, &nonzeros, 2);
    return bits;
}

/* 32 bytes of ones and 32 of zeros. */
extern const unsigned char cbytes_steps[64];

/* Sixteen bytes, of which the first `count`, at most 31, have all bits set. */
static inline __attribute__((__always_inline__)) CBytesWords cbytes_first(uint32_t count) {
    CBytesWords words;
    __builtin_memcpy(&words, cbytes_steps + 32 - (count & 31), 16);
    return words;
}

/* The eight bytes that follow those. */
static inline __attribute__((__always_inline__)) uint64_t cbytes_first_of_third(uint32_t count) {
    uint64_t word;
    __builtin_memcpy(&word, cbytes_steps + 48 - (count & 31), 8);
    return word;
}

#endif
