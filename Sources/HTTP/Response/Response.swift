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
    /// Whether it is a part of a response that begins before the request has ended.
    package let extent: Extent

    /// The part of a response that a ``Response`` is.
    package enum Extent: Sendable {
        /// The whole response.
        case whole
        /// A part that others follow.
        ///
        /// If the request fails after the first part, whose status and fields are those of the
        /// response, the problem is written in the frame; `nil` means that only the end of the
        /// connection tells of it.
        case part(ProblemFrame?)
        /// The last part, with the fields of the trailer section.
        case end(trailers: ResponseFields)

        /// Whether other parts follow.
        var hasMore: Bool { if case .part = self { true } else { false } }

        var trailers: ResponseFields {
            if case .end(let trailers) = self { trailers } else { .none }
        }
    }

    /// The bytes around a problem document in the content of a response that has begun.
    package struct ProblemFrame: Sendable {
        let before: [UInt8]
        let after: [UInt8]

        package init(before: String, after: String) {
            self.before = Array(before.utf8)
            self.after = Array(after.utf8)
        }
    }

    package init(
        status: HTTPResponse.Status,
        fields: ResponseFields = .none,
        body: [UInt8] = [],
        isBodyShared: Bool = false,
        source: consuming (any ContentSource)? = nil,
        route: RouteName = .none,
        problem: String = "",
        times: WorkTimes? = nil,
        extent: Extent = .whole
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
        self.extent = extent
    }

    /// Whether the length of the content is known when the head is sent.
    var hasKnownLength: Bool {
        guard case .whole = extent else { return false }
        return !isStreamed
    }
}
