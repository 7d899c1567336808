// SPDX-License-Identifier: Apache-2.0

import Glibc

extension SystemCall {
    /// Blocks signals in this thread and in all threads that it starts; they stay pending.
    ///
    /// The corresponding C function is `pthread_sigmask`.
    static func block(_ signals: [Int32]) {
        var set = sigset_t()
        // Safe: the pointers are to a local variable. The signal numbers are valid, so the calls do
        // not fail.
        unsafe sigemptyset(&set)
        for signal in signals { unsafe sigaddset(&set, signal) }
        _ = unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
    }
}
