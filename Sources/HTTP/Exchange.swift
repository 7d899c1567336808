// SPDX-License-Identifier: Apache-2.0

package import HTTPTypes

/// One answer and what it took.
package struct Exchange: Sendable, Hashable {
    /// Who asked; nil where the network does not tell.
    package let client: ClientAddress?
    /// The method, nil where a refusal came before it was known.
    package let method: HTTPRequest.Method?
    /// See ``Response/route``.
    package let route: RouteName
    package let status: HTTPResponse.Status
    /// The time from the first byte of the request to the last byte of the answer.
    package let seconds: Double
    /// See ``Response/times``.
    package let times: WorkTimes?
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
        client: ClientAddress? = nil,
        method: HTTPRequest.Method?,
        route: RouteName,
        status: HTTPResponse.Status,
        seconds: Double,
        times: WorkTimes? = nil,
        requestBytes: Int,
        responseBytes: Int,
        requestID: RequestID = .made(connection: 0, ordinal: 0),
        trace: TraceParent? = nil,
        problem: String = ""
    ) {
        self.client = client
        self.method = method
        self.route = route
        self.status = status
        self.seconds = seconds
        self.times = times
        self.requestBytes = requestBytes
        self.responseBytes = responseBytes
        self.requestID = requestID
        self.trace = trace
        self.problem = problem
    }
}
