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

    package init(
        method: HTTPRequest.Method?,
        route: String,
        status: HTTPResponse.Status,
        seconds: Double,
        requestBytes: Int,
        responseBytes: Int
    ) {
        self.method = method
        self.route = route
        self.status = status
        self.seconds = seconds
        self.requestBytes = requestBytes
        self.responseBytes = responseBytes
    }
}
