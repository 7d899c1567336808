// SPDX-License-Identifier: Apache-2.0

package import HTTPTypes

/// One answer and what it took.
package struct Exchange: Sendable, Hashable {
    /// The method, nil where a refusal came before it was known.
    package let method: HTTPRequest.Method?
    /// See ``Response/route``.
    package let route: String
    package let status: HTTPResponse.Status
    /// The time from the first byte of the request to the last byte of the answer.
    package let seconds: Double
    /// The size of the request's content.
    package let requestBytes: Int
    /// The size of the answer's content.
    package let responseBytes: Int
    package let requestID: RequestID
    /// The trace the request belongs to, nil if it names none.
    package let trace: TraceParent?
    /// See ``Response/problem``.
    package let problem: String

    package init(
        method: HTTPRequest.Method?,
        route: String,
        status: HTTPResponse.Status,
        seconds: Double,
        requestBytes: Int,
        responseBytes: Int,
        requestID: RequestID = .made(connection: 0, ordinal: 0),
        trace: TraceParent? = nil,
        problem: String = ""
    ) {
        self.method = method
        self.route = route
        self.status = status
        self.seconds = seconds
        self.requestBytes = requestBytes
        self.responseBytes = responseBytes
        self.requestID = requestID
        self.trace = trace
        self.problem = problem
    }
}
