// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// Configuration of the C library's heap.
extension SystemCall {
    /// Keeps freed memory for reuse until it is explicitly returned.
    ///
    /// By default the C library maps every large array separately and unmaps it when freed; for a body of
    /// a million numbers the kernel then spends more time clearing pages than the reader spends
    /// parsing. A single arena lets every thread reuse the memory that another one has freed.
    ///
    /// The corresponding C function is `mallopt`.
    static func keepFreedMemory() {
        // Each returns 0 if the C library does not know the parameter; the default then remains.
        _ = mallopt(M_ARENA_MAX, 1)
        _ = mallopt(M_MMAP_MAX, 0)
        _ = mallopt(M_TRIM_THRESHOLD, .max)
    }

    /// Enables or disables separate mappings for blocks of a megabyte or more.
    ///
    /// The corresponding C function is `mallopt`.
    static func mapLargeBlocks(_ isWanted: Bool) {
        _ = mallopt(M_MMAP_THRESHOLD, 1_024 * 1_024)
        _ = mallopt(M_MMAP_MAX, isWanted ? 65_536 : 0)
    }

    /// Returns the resident memory of this process in bytes; 0 if the kernel does not report it.
    ///
    /// It is the second number in `/proc/self/statm`, in pages.
    static func residentBytes() -> Int {
        let numbers = SmallFile.text("/proc/self/statm")?.split(separator: " ") ?? []
        guard numbers.count > 1, let pages = Int(numbers[1]) else { return 0 }
        return pages * sysconf(Int32(_SC_PAGESIZE))
    }

    /// Returns the bytes of data that this process may still allocate; `nil` means unlimited.
    ///
    /// Thread stacks count whether or not they are used: 32 stacks of one megabyte are deducted.
    ///
    /// The corresponding C function is `getrlimit`.
    static func dataLimit() -> Int? {
        let numbers = SmallFile.text("/proc/self/statm")?.split { $0 == " " || $0 == "\n" } ?? []
        // In pages: the address space first, the data segment at index 5.
        let pages = numbers.map { Int($0) ?? 0 }
        let stacks = 32 * 1_024 * 1_024
        func remaining(_ resource: __rlimit_resource, _ index: Int) -> Int? {
            var limit = rlimit()
            // Safe: the structure is valid for the call.
            guard unsafe getrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0,
                limit.rlim_cur < 1 << 60
            else { return nil }
            let used = index < pages.count ? pages[index] * sysconf(Int32(_SC_PAGESIZE)) : 0
            return max(0, Int(limit.rlim_cur) - used - stacks)
        }
        return [remaining(RLIMIT_DATA, 5), remaining(RLIMIT_AS, 0)].compactMap { $0 }.min()
    }

    /// Returns free memory to the kernel.
    ///
    /// The corresponding C function is `malloc_trim`.
    static func returnFreedMemory() {
        // The result, whether any was released, is not needed.
        _ = malloc_trim(0)
    }
}
