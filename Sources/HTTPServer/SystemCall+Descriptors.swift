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

    /// How many descriptors this process may have.
    ///
    /// The corresponding C function is `getrlimit`.
    static func descriptorLimit() -> Int {
        var limit = rlimit()
        // Safe: the structure is valid for the call.
        let isKnown = unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0
        return isKnown ? Int(clamping: limit.rlim_cur) : .max
    }

    /// How many descriptors are open; nil where the kernel does not tell.
    ///
    /// Linux has told it as the size of a folder since 6.2; before, its entries have to be counted.
    /// The corresponding C functions are `stat`, `opendir` and `readdir`.
    static func openDescriptors() -> Int? {
        let folder = "/proc/self/fd"
        var status = stat()
        // Safe: the path ends with a zero for the length of the call, the structure is valid for it.
        guard unsafe stat(folder, &status) == 0 else { return nil }
        guard status.st_size == 0 else { return status.st_size }
        // Safe: the folder is open from here to the end, and entries are only looked for.
        guard let entries = unsafe opendir(folder) else { return nil }
        defer { unsafe closedir(entries) }
        var count = 0
        while unsafe readdir(entries) != nil { count += 1 }
        // `.` and `..`, and what the folder itself is read by.
        return count - 3
    }
}
