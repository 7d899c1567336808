// SPDX-License-Identifier: Apache-2.0

package import HTTPTypes

/// A request without its body, validated and unambiguous.
///
/// A class, so that passing it on to a route copies only a reference.
package final class RequestHead: Sendable {
    package let method: HTTPRequest.Method
    /// Whether the method is HEAD, whose response has no content.
    let isHead: Bool
    package let target: RequestTarget
    package let version: Version
    package let fields: RequestFields
    package let framing: Framing
    /// Whether the client waits for `100 Continue` before it sends the body.
    package let expectsContinue: Bool
    /// Whether the client keeps the connection open for another request.
    package let keepsAlive: Bool

    package init(
        method: HTTPRequest.Method,
        target: RequestTarget,
        version: Version = .http11,
        fields: RequestFields = RequestFields(),
        framing: Framing = .none,
        expectsContinue: Bool = false,
        keepsAlive: Bool = true
    ) {
        self.method = method
        isHead = method == .head
        self.target = target
        self.version = version
        self.fields = fields
        self.framing = framing
        self.expectsContinue = expectsContinue
        self.keepsAlive = keepsAlive
    }

    /// The path as one string; see ``RequestTarget/path``.
    package var path: String { target.path }

    /// The part after the first `?`, still encoded.
    package var query: String? { target.query }

    /// Whether the target is `*`, the server as a whole (RFC 9112 section 3.2.4).
    package var isAsterisk: Bool { target.isAsterisk }

    /// The length of the content in bytes; `nil` if the head does not specify it.
    package var contentLength: Int? {
        switch framing {
        case .none: 0
        case .length(let length): length
        case .chunked: nil
        }
    }
}
