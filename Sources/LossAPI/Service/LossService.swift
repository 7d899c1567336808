// SPDX-License-Identifier: Apache-2.0

package import HTTP
import LossFunctions

/// Turns the body of a question into the answer: reads it while it arrives, computes, writes.
package struct LossService: Sendable {
    /// How deep JSON may nest unless told otherwise.
    package static let defaultDepth = 32

    private let maximumDepth: Int
    private let clock: MonotonicClock

    /// - Parameters:
    ///   - maximumDepth: How deep JSON may nest.
    ///   - clock: What the work is timed by.
    package init(maximumDepth: Int = defaultDepth, clock: @escaping MonotonicClock) {
        self.maximumDepth = maximumDepth
        self.clock = clock
    }

    /// Who takes in a question; nil for a route that takes none.
    ///
    /// - Parameters:
    ///   - route: What the question is for.
    ///   - length: The length of the text, if it is known.
    /// - Returns: The intake.
    func intake(for route: Route, expecting length: Int?) -> (any Intake)? {
        // Each part is made where it stays: a value with a name would be copied there.
        switch route {
        case .loss(let found):
            return LossIntake(
                members: MemberReader(maximumDepth: maximumDepth, expecting: length),
                draft: LossDraft(for: found),
                work: Work(route: route.name, clock: clock)
            )
        case .penalty(let found):
            return PenaltyIntake(
                members: MemberReader(maximumDepth: maximumDepth, expecting: length),
                draft: PenaltyDraft(for: found),
                work: Work(route: route.name, clock: clock)
            )
        default:
            return nil
        }
    }
}
