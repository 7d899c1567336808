// SPDX-License-Identifier: Apache-2.0

package import HTTP
import LossFunctions

/// Creates the intakes that parse, evaluate and serialize requests.
package struct LossService: Sendable {
    /// The default maximum nesting depth of JSON.
    package static let defaultDepth = 32

    private let maximumDepth: Int
    private let clock: MonotonicClock

    /// - Parameters:
    ///   - maximumDepth: The maximum nesting depth of JSON.
    ///   - clock: The clock for Server-Timing.
    package init(maximumDepth: Int = defaultDepth, clock: @escaping MonotonicClock) {
        self.maximumDepth = maximumDepth
        self.clock = clock
    }

    /// Creates the intake for the body of a request.
    ///
    /// - Parameters:
    ///   - route: The route of the request.
    ///   - length: The length of the body in bytes, if it is known.
    /// - Returns: The intake; `nil` if the route does not accept a body.
    func intake(for route: Route, expecting length: Int?) -> (any Intake)? {
        // Constructed in place: a named value would be copied.
        switch route {
        case .loss(let found):
            return RequestIntake(
                members: MemberReader(maximumDepth: maximumDepth, expecting: length),
                builder: LossRequestBuilder(for: found),
                route: route.name,
                clock: clock
            )
        case .penalty(let found):
            return RequestIntake(
                members: MemberReader(maximumDepth: maximumDepth, expecting: length),
                builder: PenaltyRequestBuilder(for: found),
                route: route.name,
                clock: clock
            )
        default:
            return nil
        }
    }
}
