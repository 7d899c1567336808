// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes

/// A document that stays the same as long as the process lives, with its validator.
struct StaticDocument: Sendable {
    private let body: [UInt8]
    private let mediaType: String
    private let tag: String

    init(_ value: JSONValue) {
        self.init(value.bytes, "application/json")
    }

    init(_ body: [UInt8], _ mediaType: String) {
        self.body = body
        self.mediaType = mediaType
        tag = "\"\(Self.digest(body))\""
    }

    /// The document, or 304 where the client has it already (RFC 9110 section 13.1.2).
    func response(to head: RequestHead, route: String) -> Response {
        var fields: ResponseFields = [
            .eTag: tag, .cacheControl: "public, max-age=300",
        ]
        if isKnown(to: head) {
            return Response(status: .notModified, fields: fields, route: route)
        }
        fields[.contentType] = mediaType
        return Response(status: .ok, fields: fields, body: body, route: route)
    }

    /// Weak comparison: a `W/` in front of a tag does not matter.
    private func isKnown(to head: RequestHead) -> Bool {
        guard let given = head.fields[.ifNoneMatch] else { return false }
        return given.split(separator: ",").contains { item in
            let item = item.drop { $0 == " " || $0 == "\t" }
            let trimmed = item.prefix { $0 != " " && $0 != "\t" }
            return trimmed == "*" || trimmed == tag || trimmed.dropFirst(2) == tag
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
