// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes

/// The origins allowed to call this service (Fetch Standard, "CORS protocol").
package struct CrossOrigin: Sendable {
    /// The listed origins; `nil` if all are allowed.
    private let origins: Set<String>?

    /// Parses a list of origins separated by commas; `*` alone allows all.
    package init(_ list: String) throws(Origin.Fault) {
        guard list != "*" else {
            origins = nil
            return
        }
        var origins: Set<String> = []
        for text in list.split(separator: ",", omittingEmptySubsequences: false) {
            origins.insert(try Self.origin(text).text)
        }
        self.origins = origins
    }

    private static func origin(_ text: Substring) throws(Origin.Fault) -> Origin {
        guard !text.isEmpty else { throw Origin.Fault("the list has an empty entry.") }
        guard !text.contains(where: { $0.isWhitespace }) else {
            throw Origin.Fault("origins are separated by a comma alone: leave out the white space.")
        }
        guard text != "*" else {
            throw Origin.Fault("* allows all origins, so it must be the only entry.")
        }
        return try Origin(String(text))
    }

    /// The CORS fields of every response to a request.
    func fields(for head: RequestHead) -> ResponseFields? {
        guard let origin = head.fields.single(.origin) else {
            // A cache must not serve a response without these fields to a page that needs them.
            return origins == nil ? nil : [.vary: "Origin"]
        }
        guard origins?.contains(origin) ?? true else { return [.vary: "Origin"] }
        var fields: HTTPFields = [
            .accessControlAllowOrigin: origins == nil ? "*" : origin,
            .accessControlExposeHeaders: Self.exposed,
        ]
        if origins != nil { fields[.vary] = "Origin" }
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
        "Accept-Encoding, Accept-Post, Allow, ETag, Loss, Loss-Convention, Loss-Normalizer, "
        + "Loss-Skipped, Loss-Statistics, Preference-Applied, Retry-After, Server-Timing, WWW-Authenticate, X-Request-Id"
    private static let allowed =
        "Authorization, Content-Encoding, Content-Type, If-None-Match, Prefer, X-Request-Id, traceparent, "
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
