// SPDX-License-Identifier: Apache-2.0

/// The resources that a process uses.
package struct ProcessUsage: Sendable, Hashable {
    /// Processor time of all threads, user and system, in seconds.
    package var processorSeconds: Double
    /// Resident memory in bytes.
    package var residentBytes: Int
    /// The number of open descriptors; `nil` if the kernel does not report it.
    package var openDescriptors: Int?
    /// The maximum number of open descriptors.
    package var descriptorLimit: Int
    /// The start time, in seconds since 1970-01-01T00:00:00Z.
    package var startSeconds: Double

    package init(
        processorSeconds: Double,
        residentBytes: Int,
        openDescriptors: Int?,
        descriptorLimit: Int,
        startSeconds: Double
    ) {
        self.processorSeconds = processorSeconds
        self.residentBytes = residentBytes
        self.openDescriptors = openDescriptors
        self.descriptorLimit = descriptorLimit
        self.startSeconds = startSeconds
    }
}
