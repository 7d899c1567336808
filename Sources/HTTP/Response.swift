// SPDX-License-Identifier: Apache-2.0

package import HTTPTypes

/// An answer as the routes give it.
///
/// `Date`, `Content-Length`, `Connection` and `Transfer-Encoding` are the connection's business: it
/// writes its own and leaves out any among ``fields``.
package struct Response: Sendable {
    package var status: HTTPResponse.Status
    package var fields: HTTPFields
    /// The content.
    ///
    /// For HEAD it is measured and not sent.
    package var body: [UInt8]
    /// The template of the route that answered, for metrics and logs: `/v1/losses/{loss}`.
    ///
    /// Empty where no route matched, so that clients cannot invent labels.
    package var route: String

    package init(
        status: HTTPResponse.Status,
        fields: HTTPFields = [:],
        body: [UInt8] = [],
        route: String = ""
    ) {
        self.status = status
        self.fields = fields
        self.body = body
        self.route = route
    }
}
