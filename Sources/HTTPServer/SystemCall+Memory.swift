// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// What becomes of memory that has been freed.
extension SystemCall {
    /// Keeps freed memory for what comes next, until it is asked back.
    ///
    /// By itself the C library gets every large array from the kernel and gives it back at once; a
    /// body of a million numbers then costs more for the kernel to clear the pages of its arrays
    /// than it does to read the numbers. One arena serves all threads, so that what one of them
    /// frees the next can use.
    ///
    /// The corresponding C function is `mallopt`.
    static func keepFreedMemory() {
        // Each returns 0 where the C library does not know the parameter: then it is as it was.
        _ = mallopt(M_ARENA_MAX, 1)
        _ = mallopt(M_MMAP_MAX, 0)
        _ = mallopt(M_TRIM_THRESHOLD, .max)
    }

    /// Has blocks of a megabyte and more got from the kernel and given back to it one by one; or no
    /// longer.
    ///
    /// The corresponding C function is `mallopt`.
    static func giveBackLargeBlocks(_ isWanted: Bool) {
        _ = mallopt(M_MMAP_THRESHOLD, 1_024 * 1_024)
        _ = mallopt(M_MMAP_MAX, isWanted ? 65_536 : 0)
    }

    /// The bytes of memory that this process has from the kernel; 0 where the kernel does not tell.
    ///
    /// They are the second number in `/proc/self/statm`, in pages.
    static func residentBytes() -> Int {
        let numbers = SmallFile.text("/proc/self/statm")?.split(separator: " ") ?? []
        guard numbers.count > 1, let pages = Int(numbers[1]) else { return 0 }
        return pages * sysconf(Int32(_SC_PAGESIZE))
    }

    /// How many bytes of memory this process may still get for its data; nil: any.
    ///
    /// The stacks of threads count, whether or not they are used: room for 32 of a megabyte is set
    /// aside.
    ///
    /// The corresponding C function is `getrlimit`.
    static func dataLimit() -> Int? {
        let numbers = SmallFile.text("/proc/self/statm")?.split { $0 == " " || $0 == "\n" } ?? []
        // In pages: the whole address space, and further on what belongs to data.
        let pages = numbers.map { Int($0) ?? 0 }
        let stacks = 32 * 1_024 * 1_024
        func left(_ resource: __rlimit_resource, _ place: Int) -> Int? {
            var limit = rlimit()
            // Safe: the structure is valid for the call.
            guard unsafe getrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0,
                limit.rlim_cur < 1 << 60
            else { return nil }
            let used = place < pages.count ? pages[place] * sysconf(Int32(_SC_PAGESIZE)) : 0
            return max(0, Int(limit.rlim_cur) - used - stacks)
        }
        return [left(RLIMIT_DATA, 5), left(RLIMIT_AS, 0)].compactMap { $0 }.min()
    }

    /// Gives the kernel back what is free.
    ///
    /// The corresponding C function is `malloc_trim`.
    static func returnFreedMemory() {
        // It tells whether there was any.
        _ = malloc_trim(0)
    }
}
