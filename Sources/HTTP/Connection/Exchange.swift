// SPDX-License-Identifier: Apache-2.0

package import HTTPTypes

/// A record of one request and its response.
package struct Exchange: Sendable, Hashable {
    /// The address of the client; `nil` if the network does not provide it.
    package let client: ClientAddress?
    /// The method; `nil` if the request was refused before it was known.
    package let method: HTTPRequest.Method?
    /// See ``Response/route``.
    package let route: RouteName
    package let status: HTTPResponse.Status
    /// The time in seconds from the first byte of the request to the last byte of the response.
    package let seconds: Double
    /// See ``Response/times``.
    package let times: WorkTimes?
    /// The size of the request's content in bytes.
    package let requestBytes: Int
    /// The size of the response's content in bytes.
    package let responseBytes: Int
    package let requestID: RequestID
    /// The trace that the request belongs to; `nil` if it has none.
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
        requestID: RequestID = .generated(connection: 0, ordinal: 0),
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
