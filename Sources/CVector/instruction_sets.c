// SPDX-License-Identifier: Apache-2.0

#include "CVector.h"

#ifdef __x86_64__

bool cvector_has_v3(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") &&
           __builtin_cpu_supports("bmi2");
}

bool cvector_has_v4(void) {
    return cvector_has_v3() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl");
}

#else

bool cvector_has_v3(void) { return false; }

bool cvector_has_v4(void) { return false; }

#endif
