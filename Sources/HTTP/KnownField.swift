// SPDX-License-Identifier: Apache-2.0

import HTTPTypes

/// The field names that arrive every day.
///
/// Finding one here saves making two strings for it, and tells the few fields that the connection
/// itself has to understand from all others.
struct KnownField {
    /// What a field means to the connection.
    enum Meaning {
        case host
        case contentLength
        case transferEncoding
        case connection
        case expect
        case other
    }

    let name: HTTPField.Name
    let meaning: Meaning

    init(_ name: HTTPField.Name, _ meaning: Meaning = .other) {
        self.name = name
        self.meaning = meaning
    }

    /// The library keeps this one name back, because newer versions of HTTP call it otherwise.
    private static let host = HTTPField.Name("Host")

    /// The known field of these bytes, nil where the name is another.
    static func find(_ bytes: Span<UInt8>) -> KnownField? {
        func isName(_ name: String) -> Bool { bytes.equalsIgnoringCase(name) }
        switch bytes.count {
        case 4 where isName("host"): return host.map { KnownField($0, .host) }
        case 6 where isName("accept"): return KnownField(.accept)
        case 6 where isName("cookie"): return KnownField(.cookie)
        case 6 where isName("expect"): return KnownField(.expect, .expect)
        case 10 where isName("connection"): return KnownField(.connection, .connection)
        case 10 where isName("user-agent"): return KnownField(.userAgent)
        case 12 where isName("content-type"): return KnownField(.contentType)
        case 13 where isName("authorization"): return KnownField(.authorization)
        case 13 where isName("cache-control"): return KnownField(.cacheControl)
        case 13 where isName("if-none-match"): return KnownField(.ifNoneMatch)
        case 14 where isName("content-length"): return KnownField(.contentLength, .contentLength)
        case 15 where isName("accept-encoding"): return KnownField(.acceptEncoding)
        case 15 where isName("accept-language"): return KnownField(.acceptLanguage)
        case 16 where isName("content-encoding"): return KnownField(.contentEncoding)
        case 17 where isName("transfer-encoding"):
            return KnownField(.transferEncoding, .transferEncoding)
        default: return nil
        }
    }
}
