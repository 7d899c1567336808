// SPDX-License-Identifier: Apache-2.0

/// The character classes of HTTP and of URIs, each with its grammar.
extension UInt8 {
    static let horizontalTab: UInt8 = 0x09
    static let lineFeed: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let space: UInt8 = 0x20

    /// `tchar`, RFC 9110 section 5.6.2.
    ///
    /// `"!" / "#" / "$" / "%" / "&" / "'" / "*" / "+" / "-" / "." / "^" / "_" / "`" / "|" / "~" /
    /// DIGIT / ALPHA`
    var isTokenCharacter: Bool {
        switch self {
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x30...0x39: true
        case 0x41...0x5A, 0x5E...0x7A, 0x7C, 0x7E: true
        default: false
        }
    }

    /// `pchar / "/"`, RFC 3986 section 3.3, including the `%` that begins a triplet.
    var isPathCharacter: Bool {
        switch self {
        case 0x21, 0x24...0x3B, 0x3D, 0x40...0x5A, 0x5F, 0x61...0x7A, 0x7E: true
        default: false
        }
    }

    /// `unreserved / pct-encoded / sub-delims` of a `reg-name`, RFC 3986 section 3.2.2, except the
    /// comma.
    ///
    /// A comma in a Host field more likely results from a folded list than from a name.
    var isHostCharacter: Bool {
        switch self {
        case 0x2C, 0x2F, 0x3A, 0x40: false
        default: isPathCharacter
        }
    }

    /// `SP / HTAB`, RFC 9110 section 5.6.3.
    var isWhitespace: Bool { self == .space || self == .horizontalTab }

    /// `HTAB / SP / VCHAR / obs-text`, RFC 9110 section 5.5.
    var isFieldValueCharacter: Bool { self >= 0x20 && self != 0x7F || self == .horizontalTab }

    var isDigit: Bool { 0x30 <= self && self <= 0x39 }

    /// The value of a hexadecimal digit; `nil` for any other character.
    var hexadecimalValue: UInt8? {
        switch self {
        case 0x30...0x39: self - 0x30
        case 0x41...0x46: self - 0x41 + 10
        case 0x61...0x66: self - 0x61 + 10
        default: nil
        }
    }

    /// The lower-case form of an ASCII letter, the same byte otherwise.
    var lowercased: UInt8 { 0x41 <= self && self <= 0x5A ? self | 0x20 : self }
}
