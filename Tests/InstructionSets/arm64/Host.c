/* SPDX-License-Identifier: Apache-2.0 */
#include "Host.h"

#include <stdio.h>

uint64_t host_read(void) {
    uint64_t word;
    return fread(&word, sizeof word, 1, stdin) == 1 ? word : UINT64_MAX;
}

void host_write(uint64_t word) { fwrite(&word, sizeof word, 1, stdout); }
