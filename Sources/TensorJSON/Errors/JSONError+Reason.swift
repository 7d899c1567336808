// SPDX-License-Identifier: Apache-2.0

extension JSONError {
    /// The reasons for rejecting a body.
    package enum Reason: Equatable, Sendable {
        // Malformed: not JSON that the reader accepts.
        case byteOrderMark
        case comment
        case controlCharacter(UInt8)
        case duplicateKey(String)
        case hexadecimalNumber
        case invalidEscape(UInt8)
        case invalidUnicodeEscape
        case invalidUTF8(UInt8)
        case leadingPlus
        case leadingZero
        case loneSurrogate(UInt16)
        case missingExponentDigits
        case missingFractionDigits
        case missingIntegerDigits
        case nanToken(String)
        case singleQuote
        case stringTooLong(limit: Int)
        case tooDeep(limit: Int)
        case trailingBytes(UInt8)
        case trailingComma
        case unexpectedByte(UInt8, expected: Expectation)
        case unexpectedEnd(inside: Context)
        case unknownWord(String)
        case unquotedKey(String)

        // Well-formed JSON, but not of the expected kind, shape or range.
        case mixedArray(found: JSONKind)
        case numberOutOfRange(String)
        case raggedArray(length: Int, expected: Int)
        case unexpectedKind(JSONKind, expected: [JSONKind], text: String)
    }

    /// The tokens that the grammar allows at a position.
    package enum Expectation: String, Sendable {
        case value = "a value"
        case key = "a key in double quotes"
        case colon = "a colon"
        case commaOrBrace = "a comma or }"
        case commaOrBracket = "a comma or ]"
    }

    /// The innermost value that was being read when the body ended.
    package enum Context: String, Sendable {
        case body
        case object
        case array
        case string
        case number
        case literal
    }
}

extension JSONError.Reason {
    /// Whether the body is not JSON that the reader accepts.
    package var isMalformed: Bool {
        switch self {
        case .mixedArray, .numberOutOfRange, .raggedArray, .unexpectedKind: false
        default: true
        }
    }

    /// The stable name of the reason, in snake_case.
    package var code: String {
        switch self {
        case .byteOrderMark: "byte_order_mark"
        case .comment: "comment"
        case .controlCharacter: "control_character"
        case .duplicateKey: "duplicate_key"
        case .hexadecimalNumber: "hexadecimal_number"
        case .invalidEscape: "invalid_escape"
        case .invalidUnicodeEscape: "invalid_unicode_escape"
        case .invalidUTF8: "invalid_utf8"
        case .leadingPlus: "leading_plus"
        case .leadingZero: "leading_zero"
        case .loneSurrogate: "lone_surrogate"
        case .missingExponentDigits: "missing_exponent_digits"
        case .missingFractionDigits: "missing_fraction_digits"
        case .missingIntegerDigits: "missing_integer_digits"
        case .nanToken: "nan_token"
        case .singleQuote: "single_quote"
        case .stringTooLong: "string_too_long"
        case .tooDeep: "too_deep"
        case .trailingBytes: "trailing_bytes"
        case .trailingComma: "trailing_comma"
        case .unexpectedByte: "unexpected_byte"
        case .unexpectedEnd: "unexpected_end"
        case .unknownWord: "unknown_word"
        case .unquotedKey: "unquoted_key"
        case .mixedArray: "mixed_array"
        case .numberOutOfRange: "number_out_of_range"
        case .raggedArray: "ragged_array"
        case .unexpectedKind: "unexpected_kind"
        }
    }
}
