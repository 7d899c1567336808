// SPDX-License-Identifier: Apache-2.0

import ContentCoding
import HTTP
import HTTPTypes
import Synchronization

/// An immutable document with its entity tag.
final class StaticDocument: Sendable {
    private let body: [UInt8]
    private let mediaType: String
    private let digest: String
    /// The fields that do not depend on the request.
    private let fields: ResponseFields
    /// The encoded document, by content coding.
    private let coded = Mutex<[Coding: [UInt8]]>([:])

    convenience init(_ value: JSONValue) {
        self.init(value.bytes, "application/json")
    }

    /// Creates a JSON document at a path where browsers get the page.
    convenience init(negotiated value: JSONValue) {
        self.init(
            value.bytes,
            "application/json",
            fields: [.cacheControl: Self.caching, .vary: "Accept, Accept-Encoding"]
        )
    }

    private static let caching = "public, max-age=300"

    init(
        _ body: [UInt8],
        _ mediaType: String,
        fields: ResponseFields = [.cacheControl: caching, .vary: "Accept-Encoding"]
    ) {
        self.body = body
        self.mediaType = mediaType
        self.fields = fields
        digest = Self.digest(body)
    }

    /// The document, or 304 if the client already has it (RFC 9110 section 13.1.2).
    func response(
        to head: RequestHead,
        _ responseCoding: ResponseCoding,
        route: RouteName
    ) -> Response {
        let coding = responseCoding.coding(length: body.count)
        // Each coding is a separate representation (RFC 9110 section 8.8.3.3).
        let tag = coding.map { "\"\(digest)-\($0.rawValue)\"" } ?? "\"\(digest)\""
        var fields = fields
        fields[.eTag] = tag
        if Self.isKnown(tag, to: head) {
            return Response(status: .notModified, fields: fields, route: route)
        }
        return response(.ok, fields, in: coding, route: route)
    }

    /// The document as the response that explains a problem to a reader.
    ///
    /// It has no entity tag, because a condition applies to nothing but success (RFC 9110 section 13.2.1).
    func response(explaining problem: Problem, _ responseCoding: ResponseCoding) -> Response {
        var fields = fields
        fields[.cacheControl] = "no-store"
        let coding = responseCoding.coding(length: body.count)
        return response(problem.kind.status, fields, in: coding, route: .none, problem.kind.slug)
    }

    private func response(
        _ status: HTTPResponse.Status,
        _ fields: ResponseFields,
        in coding: Coding?,
        route: RouteName,
        _ problem: String = ""
    ) -> Response {
        var fields = fields
        fields[.contentType] = mediaType
        var content = body
        if let coding, let coded = body(in: coding) {
            content = coded
            fields[.contentEncoding] = coding.rawValue
        }
        return Response(
            status: status,
            fields: fields,
            body: content,
            isBodyShared: true,
            route: route,
            problem: problem
        )
    }

    /// The document in a content coding; `nil` if there is not enough memory to encode it.
    private func body(in coding: Coding) -> [UInt8]? {
        if let known = coded.withLock({ $0[coding] }) { return known }
        guard let made = coding.encode(body) else { return nil }
        coded.withLock { $0[coding] = made }
        return made
    }

    /// Whether `If-None-Match` contains the tag, by weak comparison (RFC 9110 section 8.8.3.2).
    private static func isKnown(_ tag: String, to head: RequestHead) -> Bool {
        guard let given = head.fields[.ifNoneMatch] else { return false }
        return ListElements(given).contains { $0 == "*" || $0 == tag || $0 == "W/" + tag }
    }

    /// The 64-bit FNV-1a hash, which only needs to distinguish versions.
    ///
    /// After G. Fowler, L. C. Noll and K.-P. Vo, 1991.
    private static func digest(_ bytes: [UInt8]) -> String {
        let hash = bytes.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { hash, byte in
            (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
        }
        return String(hash, radix: 16)
    }
}
