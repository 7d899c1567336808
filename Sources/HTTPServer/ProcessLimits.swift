// SPDX-License-Identifier: Apache-2.0

/// What this process may use of the machine: by its affinity, its resource limits, and its control
/// groups, which are how containers are limited.
package enum ProcessLimits {
    /// How many cores it may use: those that it is bound to, or as many as its quota of processor
    /// time amounts to, rounded up.
    package static let cores = max(
        1,
        min(SystemCall.coreCount(), ControlGroups.ofThisProcess.cores ?? .max)
    )

    /// The bytes that requests and answers may take in all.
    ///
    /// - Parameter most: Where nothing limits the memory of the process.
    /// - Returns: Three quarters of the memory that the process may have less 64 MiB, or `most`,
    ///   whichever is less; at least 16 MiB. A quarter is for what the kernel keeps for sockets and
    ///   for memory that lies free between others, 64 MiB for what the process has at rest and for
    ///   what small requests are computed in.
    package static func memoryBytes(most: Int) -> Int {
        memoryBytes(
            most: most,
            of: [ControlGroups.ofThisProcess.memoryBytes, SystemCall.dataLimit()]
        )
    }

    /// The same for the limits that are given.
    static func memoryBytes(most: Int, of limits: [Int?]) -> Int {
        let own = 64 * 1_024 * 1_024
        let allowed = limits.compactMap { $0 }.min().map { $0 / 4 * 3 - own } ?? most
        return min(most, max(allowed, 16 * 1_024 * 1_024))
    }
}
