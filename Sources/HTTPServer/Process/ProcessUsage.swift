// SPDX-License-Identifier: Apache-2.0

package import HTTP

extension ProcessUsage {
    /// Returns the current usage of this process.
    package static func now() -> ProcessUsage {
        ProcessUsage(
            processorSeconds: SystemCall.processorSeconds(),
            residentBytes: SystemCall.residentBytes(),
            openDescriptors: SystemCall.openDescriptors(),
            descriptorLimit: SystemCall.descriptorLimit(),
            startSeconds: ProcessStart.time
        )
    }
}
