// SPDX-License-Identifier: Apache-2.0

#ifndef FUZZING_DRIVER_H
#define FUZZING_DRIVER_H

#include <stddef.h>
#include <stdint.h>

// libFuzzer's way in for programs that have a `main` of their own.
int LLVMFuzzerRunDriver(int *argc, char ***argv,
                        int (*check)(const uint8_t *input, size_t count));

#endif
