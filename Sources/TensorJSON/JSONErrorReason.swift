// SPDX-License-Identifier: Apache-2.0

extension JSONError {
    /// Everything that can be wrong with a body.
    package enum Reason: Equatable, Sendable {
        // The body is not JSON.
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
        case unexpectedEnd(inside: Opening)
        case unknownWord(String)
        case unquotedKey(String)

        // The body is JSON, but not what was asked for.
        case mixedArray(found: JSONKind)
        case numberOutOfRange(String)
        case raggedArray(length: Int, expected: Int)
        case unexpectedKind(JSONKind, expected: [JSONKind], text: String)
    }

    /// What the grammar allows at a place.
    package enum Expectation: String, Sendable {
        case value = "a value"
        case key = "a key in double quotes"
        case colon = "a colon"
        case commaOrBrace = "a comma or }"
        case commaOrBracket = "a comma or ]"
    }

    /// What was open when the body ended.
    package enum Opening: String, Sendable {
        case body
        case object
        case array
        case string
        case number
        case word
    }
}

extension JSONError.Reason {
    /// Whether the body is no JSON that the reader takes.
    package var isMalformed: Bool {
        switch self {
        case .mixedArray, .numberOutOfRange, .raggedArray, .unexpectedKind: false
        default: true
        }
    }

    /// A stable name, in snake_case.
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
