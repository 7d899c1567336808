// SPDX-License-Identifier: Apache-2.0

/// What a process takes of its machine.
package struct ProcessUse: Sendable, Hashable {
    /// Processor time of all threads, user and system, in seconds.
    package var processorSeconds: Double
    /// The memory that it has from the kernel, in bytes.
    package var residentBytes: Int
    /// Open descriptors; nil where the kernel does not tell.
    package var openDescriptors: Int?
    /// The most descriptors that it may have.
    package var descriptorLimit: Int
    /// When it started, in seconds since 1970-01-01T00:00:00Z.
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
