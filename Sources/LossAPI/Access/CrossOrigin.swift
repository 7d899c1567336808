// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes

/// The origins allowed to call this service (Fetch Standard, "CORS protocol").
package struct CrossOrigin: Sendable {
    private let origins: [String]
    private let allowsAll: Bool

    /// - Parameter origins: Origins as browsers write them, `https://example.org`; `*` for all.
    package init(_ origins: [String]) {
        self.origins = origins
        allowsAll = origins.contains("*")
    }

    /// The CORS fields of every response to a request.
    func fields(for head: RequestHead) -> ResponseFields? {
        guard let origin = head.fields.single(.origin) else {
            // A cache must not serve a response without these fields to a page that needs them.
            return allowsAll ? nil : [.vary: "Origin"]
        }
        let isAllowed = allowsAll || origins.contains(origin)
        guard isAllowed else { return [.vary: "Origin"] }
        var fields: HTTPFields = [
            .accessControlAllowOrigin: allowsAll ? "*" : origin,
            .accessControlExposeHeaders: Self.exposed,
        ]
        if !allowsAll { fields[.vary] = "Origin" }
        if isPreflight(head) {
            fields[.accessControlAllowMethods] = "GET, HEAD, POST"
            fields[.accessControlAllowHeaders] = Self.allowed
            fields[.accessControlMaxAge] = "7200"
        }
        return ResponseFields(fields)
    }

    /// Whether this is a preflight request.
    func isPreflight(_ head: RequestHead) -> Bool {
        head.method == .options && head.fields.single(.requestedMethod) != nil
    }

    private static let exposed =
        "Accept-Encoding, Accept-Post, Allow, ETag, Retry-After, Server-Timing, WWW-Authenticate, "
        + "X-Request-Id"
    private static let allowed =
        "Authorization, Content-Encoding, Content-Type, If-None-Match, X-Request-Id, traceparent, "
        + "tracestate"
}

extension Response {
    /// The same response with more fields.
    func adding(_ common: ResponseFields?) -> Response {
        guard let common else { return self }
        var response = self
        response.fields.append(common)
        return response
    }
}
