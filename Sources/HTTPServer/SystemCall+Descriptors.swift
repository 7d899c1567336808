// SPDX-License-Identifier: Apache-2.0

import Glibc

/// How many descriptors there may be.
extension SystemCall {
    /// Lets this process have as many descriptors as it may give itself; how many that are.
    ///
    /// Shells and container engines start programs with a lower limit, for the sake of those that
    /// use `select`, which is not used here.
    ///
    /// The corresponding C functions are `getrlimit` and `setrlimit`.
    static func raiseDescriptorLimit() -> Int {
        var limit = rlimit()
        // Safe: the structure is valid for the calls.
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return .max
        }
        let before = limit.rlim_cur
        limit.rlim_cur = limit.rlim_max
        let isRaised = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0
        return Int(clamping: isRaised ? limit.rlim_cur : before)
    }
}
