// SPDX-License-Identifier: Apache-2.0

package import LossFunctions

extension LossPartial {
    /// Adds the losses of another part, in any order.
    package mutating func merge(_ other: LossPartial) throws(Mismatch) {
        var running = RunningPartial(like: self)
        try running.add(GroupTerms(self), of: self)
        try running.add(GroupTerms(other), of: other)
        self = running.partial
    }
}
