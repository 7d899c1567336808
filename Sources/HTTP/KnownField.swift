// SPDX-License-Identifier: Apache-2.0

/// The field names that arrive every day, and those that the connection itself has to understand.
package enum KnownField: Int, Sendable, CaseIterable {
    case host
    case accept
    case cookie
    case expect
    case connection
    case userAgent
    case contentType
    case authorization
    case cacheControl
    case ifNoneMatch
    case contentLength
    case acceptEncoding
    case acceptLanguage
    case contentEncoding
    case transferEncoding

    /// The known field of that name in any case, nil where the name is another.
    static func find(_ name: Span<UInt8>) -> KnownField? {
        let candidate: (KnownField, String)
        switch (name.count, name.count > 0 ? name[0] | 0x20 : 0) {
        case (4, UInt8(ascii: "h")): candidate = (.host, "host")
        case (6, UInt8(ascii: "a")): candidate = (.accept, "accept")
        case (6, UInt8(ascii: "c")): candidate = (.cookie, "cookie")
        case (6, UInt8(ascii: "e")): candidate = (.expect, "expect")
        case (10, UInt8(ascii: "c")): candidate = (.connection, "connection")
        case (10, UInt8(ascii: "u")): candidate = (.userAgent, "user-agent")
        case (12, UInt8(ascii: "c")): candidate = (.contentType, "content-type")
        case (13, UInt8(ascii: "a")): candidate = (.authorization, "authorization")
        case (13, UInt8(ascii: "c")): candidate = (.cacheControl, "cache-control")
        case (13, UInt8(ascii: "i")): candidate = (.ifNoneMatch, "if-none-match")
        case (14, UInt8(ascii: "c")): candidate = (.contentLength, "content-length")
        case (15, UInt8(ascii: "a")):
            let isEncoding = name[7] | 0x20 == UInt8(ascii: "e")
            candidate =
                isEncoding
                ? (.acceptEncoding, "accept-encoding") : (.acceptLanguage, "accept-language")
        case (16, UInt8(ascii: "c")): candidate = (.contentEncoding, "content-encoding")
        case (17, UInt8(ascii: "t")): candidate = (.transferEncoding, "transfer-encoding")
        default: return nil
        }
        return name.equalsIgnoringCase(candidate.1) ? candidate.0 : nil
    }
}
