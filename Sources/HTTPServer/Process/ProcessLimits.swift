// SPDX-License-Identifier: Apache-2.0

/// The machine resources available to this process, given its affinity, resource limits and control
/// groups.
package enum ProcessLimits {
    /// The number of usable cores: those of its affinity, or the processor quota rounded up if that
    /// is less.
    package static let cores = max(
        1,
        min(SystemCall.coreCount(), ControlGroups.ofThisProcess.cores ?? .max)
    )

    /// Returns the memory for requests and responses in bytes.
    ///
    /// - Parameter maximum: The result if nothing limits the memory of the process.
    /// - Returns: Three quarters of the memory limit, less 64 MiB, but at most `maximum` and at least
    ///   16 MiB. A quarter is for socket buffers in the kernel and for fragmentation; 64 MiB are
    ///   for the idle process and for the computation of small requests.
    package static func memoryBytes(maximum: Int) -> Int {
        memoryBytes(
            maximum: maximum,
            of: [ControlGroups.ofThisProcess.memoryBytes, SystemCall.dataLimit()]
        )
    }

    /// Returns the same for the given limits.
    static func memoryBytes(maximum: Int, of limits: [Int?]) -> Int {
        let own = 64 * 1_024 * 1_024
        let allowed = limits.compactMap { $0 }.min().map { $0 / 4 * 3 - own } ?? maximum
        return min(maximum, max(allowed, 16 * 1_024 * 1_024))
    }
}
