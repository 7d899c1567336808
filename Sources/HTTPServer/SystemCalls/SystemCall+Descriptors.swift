// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Limits on descriptors.
extension SystemCall {
    /// Raises the limit on descriptors as far as permitted and returns it.
    ///
    /// Shells and container engines start programs with a lower limit for the sake of those that
    /// use `select`, which this program does not.
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

    /// Returns the limit on descriptors.
    ///
    /// The corresponding C function is `getrlimit`.
    static func descriptorLimit() -> Int {
        var limit = rlimit()
        // Safe: the structure is valid for the call.
        let isKnown = unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0
        return isKnown ? Int(clamping: limit.rlim_cur) : .max
    }

    /// Returns the number of open descriptors; `nil` if the kernel does not report it.
    ///
    /// Since version 6.2 Linux reports it as the size of a directory; before, the entries must be
    /// counted. The corresponding C functions are `stat`, `opendir` and `readdir`.
    static func openDescriptors() -> Int? {
        let folder = "/proc/self/fd"
        var status = stat()
        // Safe: the path is null-terminated for the call, and the structure is valid for it.
        guard unsafe stat(folder, &status) == 0 else { return nil }
        guard status.st_size == 0 else { return status.st_size }
        // Safe: the directory is open until the end of the function, and entries are only tested
        // for `nil`.
        guard let entries = unsafe opendir(folder) else { return nil }
        defer { unsafe closedir(entries) }
        var count = 0
        while unsafe readdir(entries) != nil { count += 1 }
        // Excludes `.`, `..` and the descriptor of the directory itself.
        return count - 3
    }
}
