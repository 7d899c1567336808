// SPDX-License-Identifier: Apache-2.0

package import HTTPTypes

/// A response as made by a route.
package struct Response: Sendable {
    package var status: HTTPResponse.Status
    package var fields: ResponseFields
    /// The content, or its first part if ``source`` provides the rest.
    ///
    /// For HEAD it is measured but not sent.
    package var body: [UInt8]
    /// Whether the server keeps ``body`` anyway, so that the response needs no memory of its own.
    package let isBodyShared: Bool
    /// The source of the content after ``body``, of unknown length; `nil` if `body` is all of it.
    package let source: (any ContentSource)?
    /// Whether ``source`` follows ``body``; stored, because inspecting the source would copy it.
    package let isStreamed: Bool
    /// The route that responded, for metrics and logs.
    package var route: RouteName
    /// The kind of problem that the response explains, for metrics and logs; empty if there is
    /// none.
    package var problem: String
    /// The time spent on the response; `nil` if it was not measured.
    package var times: WorkTimes?

    package init(
        status: HTTPResponse.Status,
        fields: ResponseFields = .none,
        body: [UInt8] = [],
        isBodyShared: Bool = false,
        source: consuming (any ContentSource)? = nil,
        route: RouteName = .none,
        problem: String = "",
        times: WorkTimes? = nil
    ) {
        self.status = status
        self.fields = fields
        self.body = body
        self.isBodyShared = isBodyShared
        isStreamed = source != nil
        self.source = source
        self.route = route
        self.problem = problem
        self.times = times
    }
}
