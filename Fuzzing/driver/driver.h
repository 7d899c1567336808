// SPDX-License-Identifier: Apache-2.0

#ifndef FUZZING_DRIVER_H
#define FUZZING_DRIVER_H

#include <stddef.h>
#include <stdint.h>

// The entry point of libFuzzer for programs that define `main`.
int LLVMFuzzerRunDriver(int *argc, char ***argv,
                        int (*check)(const uint8_t *input, size_t count));

#endif
