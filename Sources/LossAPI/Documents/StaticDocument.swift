// SPDX-License-Identifier: Apache-2.0

import ContentCoding
import HTTP
import HTTPTypes

/// A document that stays the same as long as the process lives, with its validator.
struct StaticDocument: Sendable {
    private let body: [UInt8]
    private let mediaType: String
    private let digest: String

    init(_ value: JSONValue) {
        self.init(value.bytes, "application/json")
    }

    init(_ body: [UInt8], _ mediaType: String) {
        self.body = body
        self.mediaType = mediaType
        digest = Self.digest(body)
    }

    /// The document, or 304 where the client has it already (RFC 9110 section 13.1.2).
    func response(to head: RequestHead, _ answers: AnswerCoding, route: String) -> Response {
        let coding = answers.coding(length: body.count)
        // Each coding is a representation of its own (RFC 9110 section 8.8.3.3).
        let tag = coding.map { "\"\(digest)-\($0.rawValue)\"" } ?? "\"\(digest)\""
        var fields: ResponseFields = [
            .eTag: tag, .cacheControl: "public, max-age=300", .vary: "Accept-Encoding",
        ]
        if Self.isKnown(tag, to: head) {
            return Response(status: .notModified, fields: fields, route: route)
        }
        fields[.contentType] = mediaType
        let plain = Response(status: .ok, fields: fields, body: body, route: route)
        guard let coding else { return plain }
        return plain.coded(coding)
    }

    /// Weak comparison: a `W/` in front of a tag does not matter.
    private static func isKnown(_ tag: String, to head: RequestHead) -> Bool {
        guard let given = head.fields[.ifNoneMatch] else { return false }
        return given.split(separator: ",").contains { item in
            let item = item.drop { $0 == " " || $0 == "\t" }
            let trimmed = item.prefix { $0 != " " && $0 != "\t" }
            return trimmed == "*" || trimmed == tag || trimmed == "W/" + tag
        }
    }

    /// A hash that tells versions apart, and no more: FNV-1a of 64 bits.
    ///
    /// After G. Fowler, L. C. Noll and K.-P. Vo, 1991.
    private static func digest(_ bytes: [UInt8]) -> String {
        let hash = bytes.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { hash, byte in
            (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
        }
        return String(hash, radix: 16)
    }
}
