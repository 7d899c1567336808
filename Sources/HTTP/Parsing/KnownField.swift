// SPDX-License-Identifier: Apache-2.0

/// The common field names, and those that the connection itself interprets.
package enum KnownField: Int, Sendable, CaseIterable {
    case host
    case origin
    case accept
    case cookie
    case expect
    case prefer
    case requestID
    case connection
    case userAgent
    case traceParent
    case contentType
    case authorization
    case cacheControl
    case ifNoneMatch
    case contentLength
    case acceptEncoding
    case acceptLanguage
    case contentEncoding
    case transferEncoding
    case requestedMethod
    case inferenceHeaderLength

    /// The name in lower case.
    package var name: String {
        switch self {
        case .host: "host"
        case .origin: "origin"
        case .accept: "accept"
        case .cookie: "cookie"
        case .expect: "expect"
        case .prefer: "prefer"
        case .requestID: "x-request-id"
        case .connection: "connection"
        case .userAgent: "user-agent"
        case .traceParent: "traceparent"
        case .contentType: "content-type"
        case .authorization: "authorization"
        case .cacheControl: "cache-control"
        case .ifNoneMatch: "if-none-match"
        case .contentLength: "content-length"
        case .acceptEncoding: "accept-encoding"
        case .acceptLanguage: "accept-language"
        case .contentEncoding: "content-encoding"
        case .transferEncoding: "transfer-encoding"
        case .requestedMethod: "access-control-request-method"
        case .inferenceHeaderLength: "inference-header-content-length"
        }
    }

    private static let names = allCases.map { Array($0.name.utf8) }

    /// Returns the known field with this name, in any case; `nil` if there is none.
    static func find(_ name: Span<UInt8>) -> KnownField? {
        guard let field = candidate(name) else { return nil }
        let expected = names[field.rawValue]
        return name.equalsIgnoringCase(expected.span) ? field : nil
    }

    /// Returns the only candidate, determined by the length of the name and a letter.
    private static func candidate(_ name: Span<UInt8>) -> KnownField? {
        guard name.count >= 4 else { return nil }
        switch (name.count, name[0] | 0x20) {
        case (4, UInt8(ascii: "h")): return .host
        case (6, UInt8(ascii: "a")): return .accept
        case (6, UInt8(ascii: "c")): return .cookie
        case (6, UInt8(ascii: "e")): return .expect
        case (6, UInt8(ascii: "o")): return .origin
        case (6, UInt8(ascii: "p")): return .prefer
        case (10, UInt8(ascii: "c")): return .connection
        case (10, UInt8(ascii: "u")): return .userAgent
        case (11, UInt8(ascii: "t")): return .traceParent
        case (12, UInt8(ascii: "c")): return .contentType
        case (12, UInt8(ascii: "x")): return .requestID
        case (13, UInt8(ascii: "a")): return .authorization
        case (13, UInt8(ascii: "c")): return .cacheControl
        case (13, UInt8(ascii: "i")): return .ifNoneMatch
        case (14, UInt8(ascii: "c")): return .contentLength
        case (15, UInt8(ascii: "a")):
            return name[7] | 0x20 == UInt8(ascii: "e") ? .acceptEncoding : .acceptLanguage
        case (16, UInt8(ascii: "c")): return .contentEncoding
        case (17, UInt8(ascii: "t")): return .transferEncoding
        case (29, UInt8(ascii: "a")): return .requestedMethod
        case (31, UInt8(ascii: "i")): return .inferenceHeaderLength
        default: return nil
        }
    }
}
