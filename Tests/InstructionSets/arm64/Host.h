/* SPDX-License-Identifier: Apache-2.0
 *
 * Input and output of the driver: words of 64 bits.
 */
#ifndef HOST_H
#define HOST_H

#include <stdint.h>

/* The next word of standard input, or all ones at its end. */
uint64_t host_read(void);
void host_write(uint64_t word);

#endif
