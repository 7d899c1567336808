// SPDX-License-Identifier: Apache-2.0

extension JSONError {
    /// A sentence for the client that states the error and what would be accepted.
    package var sentence: String {
        switch reason {
        case .byteOrderMark:
            "The body starts with a byte order mark; send UTF-8 without one."
        case .comment:
            "A comment starts at byte \(position), but JSON has no comments; remove it."
        case .controlCharacter(let byte):
            "The control character 0x\(hexadecimal(byte)) at byte \(position) is not escaped;"
                + " write it as \\u00\(hexadecimal(byte))."
        case .duplicateKey(let key):
            "The key \(quoted(key)) appears twice in one object; use each key only once."
        case .hexadecimalNumber:
            "The number at byte \(position) is hexadecimal; write it in decimal."
        case .invalidEscape(let byte):
            "The backslash at byte \(position) is followed by \(name(byte)); the valid escapes are"
                + #" \" \\ \/ \b \f \n \r \t and \u with four hexadecimal digits."#
        case .invalidUnicodeEscape:
            "The escape \\u at byte \(position) needs four hexadecimal digits, as in \\u00e9."
        case .invalidUTF8(let byte):
            "A string contains invalid UTF-8, starting with 0x\(hexadecimal(byte)) at byte"
                + " \(position); encode the body as UTF-8."
        case .leadingPlus:
            "The plus sign at byte \(position) is not allowed before a number; remove it."
        case .leadingZero:
            "The number at byte \(position) starts with a superfluous zero; remove it."
        case .loneSurrogate(let unit):
            "The escape \\u\(String(unit, radix: 16)) at byte \(position) is half of a surrogate"
                + " pair; write both halves."
        case .missingExponentDigits:
            "The number at byte \(position) has no digits in its exponent; write, for example, 1e5"
                + " or 1e-5."
        case .missingFractionDigits:
            "The number at byte \(position) has no digit after the decimal point; write, for"
                + " example, 1.0 or 1."
        case .missingIntegerDigits:
            "The number at byte \(position) has no digit before the decimal point or after the"
                + " minus sign; write, for example, 0.5 or -0.5."
        case .nanToken(let token):
            "\(token) at byte \(position) is not valid JSON; send a finite number."
        case .singleQuote:
            "The single quote at byte \(position) is not valid JSON; use double quotes."
        case .stringTooLong(let limit):
            "The string at byte \(position) is too long; the limit is \(limit) bytes."
        case .tooDeep(let limit):
            "The bracket at byte \(position) opens nesting level \(limit + 1);"
                + " at most \(limit) levels are allowed."
        case .trailingBytes(let byte):
            "The JSON value is followed by \(name(byte)) at byte \(position);"
                + " send one value and nothing after it."
        case .trailingComma:
            "The comma before byte \(position) is not followed by a value; remove it."
        case .unexpectedByte(let byte, let expected):
            "Expected \(expected.rawValue) at byte \(position), but found \(name(byte))."
        case .unexpectedEnd(let context):
            unexpectedEnd(context)
        case .unknownWord(let word):
            "\(word) at byte \(position) is not valid JSON; use true, false or null in lower case,"
                + " or put a string in double quotes."
        case .unquotedKey(let key):
            "The key \(key) at byte \(position) is not quoted; write \(quoted(key))."
        case .mixedArray(let found):
            found == .array
                ? "\(place) is an array, but the values before it at this depth are numbers;"
                    + " nest all rows to the same depth."
                : "\(place) is a number, but the values before it at this depth are arrays;"
                    + " nest all rows to the same depth."
        case .numberOutOfRange(let text):
            "\(place) is \(text), which exceeds the largest finite double, about 1.8e308;"
                + " send a finite number."
        case .raggedArray(let length, let expected):
            "\(place) has length \(length), but the first array at this depth has length"
                + " \(expected); make all rows the same length."
        case .unexpectedKind(let kind, let expected, let text):
            unexpectedKind(kind, expected, text)
        }
    }

    private var place: String { pointer.isEmpty ? "The body" : pointer }

    private func unexpectedEnd(_ context: Context) -> String {
        switch context {
        case .body: "The body ends before any value; send one JSON value."
        case .object: "The body ends inside the object at \(container); add the missing }."
        case .array: "The body ends inside the array at \(container); add the missing ]."
        case .string: "The body ends inside a string; add the closing quote."
        case .number: "The body ends inside a number; send all of its digits."
        case .literal: "The body ends inside a literal; write true, false or null in full."
        }
    }

    private var container: String { pointer.isEmpty ? "the top level" : pointer }

    private func unexpectedKind(
        _ kind: JSONKind,
        _ expected: [JSONKind],
        _ text: String
    ) -> String {
        let wanted = expected.map { $0.phrase }.joined(separator: " or ")
        let found = text.isEmpty ? "" : " (\(quoted(text)))"
        let statement = "\(place) is \(kind.phrase)\(found), but \(wanted) is expected"
        let isJSON = text.hasPrefix("{") || text.hasPrefix("[")
        if isJSON, pointer.isEmpty {
            return statement
                + "; it was encoded twice: send the JSON itself, not a string that contains it."
        }
        let isShort = text.utf8.count <= 40
        if isShort, kind == .string, expected.contains(.number), Double(text)?.isFinite == true {
            return statement + "; write it without quotes: \(text)."
        }
        let isInArray = pointer.split(separator: "/").last.flatMap { Int($0) } != nil
        if kind == .boolean, isInArray, expected.contains(.number) {
            return statement + "; send 1 for true and 0 for false."
        }
        return statement + "."
    }
}

extension JSONKind {
    /// The kind with its article, for use in a sentence.
    package var phrase: String {
        switch self {
        case .object: "an object"
        case .array: "an array"
        case .string: "a string"
        case .number: "a number"
        case .boolean: "a boolean"
        case .null: "null"
        }
    }
}

/// Names a byte in a sentence: a printable character in quotes, any other byte in hexadecimal.
private func name(_ byte: UInt8) -> String {
    0x21...0x7E ~= byte
        ? "'\(Character(Unicode.Scalar(byte)))'" : "byte 0x\(hexadecimal(byte))"
}

private func hexadecimal(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
}

/// Puts a text in quotes, truncated to 40 Unicode scalars.
///
/// Counting characters would not bound the length: one may consist of any number of scalars.
private func quoted(_ text: String) -> String {
    let start = text.unicodeScalars.prefix(40)
    return start.endIndex < text.endIndex ? "\"\(Substring(start))…\"" : "\"\(text)\""
}
