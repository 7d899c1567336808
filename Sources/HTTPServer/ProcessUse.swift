// SPDX-License-Identifier: Apache-2.0

package import HTTP

extension ProcessUse {
    /// What this process takes now.
    package static func now() -> ProcessUse {
        ProcessUse(
            processorSeconds: SystemCall.processorSeconds(),
            residentBytes: SystemCall.residentBytes(),
            openDescriptors: SystemCall.openDescriptors(),
            descriptorLimit: SystemCall.descriptorLimit(),
            startSeconds: ProcessStart.time
        )
    }
}
