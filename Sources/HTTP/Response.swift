// SPDX-License-Identifier: Apache-2.0

package import HTTPTypes

/// An answer as the routes give it.
package struct Response: Sendable {
    package var status: HTTPResponse.Status
    package var fields: ResponseFields
    /// The content, or with ``rest`` its beginning.
    ///
    /// For HEAD it is measured and not sent.
    package var body: [UInt8]
    /// Whether the server keeps ``body`` anyway, so that an answer that carries it takes no memory
    /// of its own.
    package let keepsBody: Bool
    /// What follows ``body``, of a length that is not known beforehand; nil: nothing.
    package private(set) var rest: (any ContentSource)?
    /// Whether something follows ``body``: kept, since a look at what follows would copy it.
    package let hasRest: Bool
    /// The route that answered, for metrics and logs.
    package var route: RouteName
    /// The kind of problem that it explains, for metrics and logs; empty: none.
    package var problem: String
    /// What it took to make it; nil where that tells nothing.
    package var times: WorkTimes?

    package init(
        status: HTTPResponse.Status,
        fields: ResponseFields = .none,
        body: [UInt8] = [],
        keepsBody: Bool = false,
        rest: (any ContentSource)? = nil,
        route: RouteName = .none,
        problem: String = "",
        times: WorkTimes? = nil
    ) {
        self.status = status
        self.fields = fields
        self.body = body
        self.keepsBody = keepsBody
        self.rest = rest
        hasRest = rest != nil
        self.route = route
        self.problem = problem
        self.times = times
    }
}
