// SPDX-License-Identifier: Apache-2.0

/// The limits of the computation of a request.
package struct ComputationLimits: Equatable, Sendable {
    /// The maximum number of steps of a loss that states them.
    package var steps: Int
    /// The maximum number of groups whose sums are kept apart.
    package var groups: Int

    package init(steps: Int, groups: Int) {
        self.steps = steps
        self.groups = groups
    }

    /// No limits.
    package static let none = ComputationLimits(steps: .max, groups: .max)
}
