/* SPDX-License-Identifier: Apache-2.0
 *
 * Operations that Swift's SIMD types lack: masks with a bit for each byte of a kind, and masks of the first n bytes.
 */
#ifndef CBYTES_H
#define CBYTES_H

#include <stdint.h>

typedef unsigned char CBytes16 __attribute__((__ext_vector_type__(16)));
typedef _Bool CBytesBits16 __attribute__((__ext_vector_type__(16)));
typedef uint64_t CBytesWords __attribute__((__ext_vector_type__(2)));

/* A mask with a bit set for each of the 16 bytes of two words that is not a decimal digit, the first in the lowest bit. */
static inline __attribute__((__always_inline__)) uint32_t cbytes_non_digit_mask(CBytesWords words) {
    CBytes16 bytes;
    __builtin_memcpy(&bytes, &words, 16);
    const CBytesBits16 others = __builtin_convertvector(bytes - '0' > 9, CBytesBits16);
    uint16_t bits;
    __builtin_memcpy(&bits, &others, 2);
    return bits;
}

/* A mask with a bit set for each of 16 bytes that is not white space in JSON, the first byte in the lowest bit. */
static inline __attribute__((__always_inline__)) uint32_t cbytes_non_whitespace_mask(const void *bytes) {
    CBytes16 text;
    __builtin_memcpy(&text, bytes, 16);
    const CBytesBits16 others = __builtin_convertvector(
        (text != ' ') & (text != '\n') & (text != '\r') & (text != '\t'), CBytesBits16);
    uint16_t bits;
    __builtin_memcpy(&bits, &others, 2);
    return bits;
}

/* A mask with a bit set for each of the 16 bytes of two words that is not 0, least significant byte first. */
static inline __attribute__((__always_inline__)) uint32_t cbytes_nonzero_mask(CBytesWords words) {
    CBytes16 bytes;
    __builtin_memcpy(&bytes, &words, 16);
    const CBytesBits16 nonzeros = __builtin_convertvector(bytes != 0, CBytesBits16);
    uint16_t bits;
    __builtin_memcpy(&bits, &nonzeros, 2);
    return bits;
}

/* 32 bytes of 0xFF and 32 bytes of 0: the masks below are slices of it. */
extern const unsigned char cbytes_prefix_masks[64];

/* The first 16 bytes of a mask whose first `count` bytes, at most 31, are 0xFF. */
static inline __attribute__((__always_inline__)) CBytesWords cbytes_prefix_mask(uint32_t count) {
    CBytesWords words;
    __builtin_memcpy(&words, cbytes_prefix_masks + 32 - (count & 31), 16);
    return words;
}

/* Bytes 16 to 23 of that mask. */
static inline __attribute__((__always_inline__)) uint64_t cbytes_prefix_mask_third_word(uint32_t count) {
    uint64_t word;
    __builtin_memcpy(&word, cbytes_prefix_masks + 48 - (count & 31), 8);
    return word;
}

#endif
