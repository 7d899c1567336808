// SPDX-License-Identifier: Apache-2.0

import Formats
package import HTTP
import LossFunctions
import Requests

/// Creates the intakes that parse, evaluate and serialize requests.
package struct LossService: Sendable {
    /// The default maximum nesting depth of JSON.
    package static let defaultDepth = 32

    /// The default maximum number of steps of a loss: about three seconds on one core.
    package static let defaultSteps = 1_000_000_000

    private let maximumDepth: Int
    private let maximumSteps: Int
    private let clock: MonotonicClock

    /// - Parameters:
    ///   - maximumDepth: The maximum nesting depth of JSON.
    ///   - maximumSteps: The maximum number of steps of a loss that states them.
    ///   - clock: The clock for Server-Timing.
    package init(
        maximumDepth: Int = defaultDepth,
        maximumSteps: Int = defaultSteps,
        clock: @escaping MonotonicClock
    ) {
        self.maximumDepth = maximumDepth
        self.maximumSteps = maximumSteps
        self.clock = clock
    }

    /// Creates the intake for the body of a request.
    ///
    /// - Parameters:
    ///   - route: The route of the request.
    ///   - query: The query of the request, which may contain options.
    ///   - formats: The formats of the request and of its result.
    ///   - length: The length of the body in bytes, if it is known.
    /// - Returns: The intake; `nil` if the route does not accept a body.
    /// - Throws: A problem with the query.
    func intake(
        for route: Route,
        query: String?,
        formats: ContentFormats = .json,
        expecting length: Int?
    ) throws(Problem) -> (any Intake)? {
        guard case .entry(_, let found) = route else { return nil }
        switch formats.request {
        case .json:
            // Constructed in place: named values would be copied.
            return RequestIntake(
                members: MemberReader(maximumDepth: maximumDepth, expecting: length),
                builder: try .make(for: found, query, formats, stepLimit: maximumSteps),
                format: formats.result,
                route: route.name,
                clock: clock
            )
        case .safetensors:
            return RequestIntake(
                members: TensorBody(SafeTensorsReader()),
                builder: try .make(for: found, query, formats, stepLimit: maximumSteps),
                format: formats.result,
                route: route.name,
                clock: clock
            )
        }
    }
}
