// SPDX-License-Identifier: Apache-2.0

import Glibc

extension SystemCall {
    /// Lets signals wait until somebody reads them, in this thread and in all that it will start.
    ///
    /// The corresponding C function is `pthread_sigmask`.
    static func holdBack(_ signals: [Int32]) {
        var set = sigset_t()
        // Safe: the pointers are to a local variable. The numbers are those of signals, and then none
        // of the calls fails.
        unsafe sigemptyset(&set)
        for signal in signals { unsafe sigaddset(&set, signal) }
        _ = unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
    }
}
