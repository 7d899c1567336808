// SPDX-License-Identifier: Apache-2.0

extension JSONError {
    /// What was found and what would be accepted, for the person who wrote the body.
    package var sentence: String {
        switch reason {
        case .byteOrderMark:
            "The body starts with a byte order mark; send plain UTF-8 without one."
        case .comment:
            "A comment starts at byte \(position); JSON has no comments, leave it out."
        case .controlCharacter(let byte):
            "The control character \(name(byte)) stands unescaped in a string at byte \(position);"
                + " write it as \\u00\(hexadecimal(byte))."
        case .duplicateKey(let key):
            "The key \(quoted(key)) stands twice in one object; give each key once."
        case .hexadecimalNumber:
            "A hexadecimal number stands at byte \(position); write it in decimal."
        case .invalidEscape(let byte):
            "A backslash is followed by \(name(byte)) at byte \(position); JSON knows the escapes"
                + #" \" \\ \/ \b \f \n \r \t and \u with four hexadecimal digits."#
        case .invalidUnicodeEscape:
            "The escape \\u at byte \(position) needs four hexadecimal digits, as in \\u00e9."
        case .invalidUTF8(let byte):
            "The bytes of a string are not UTF-8 from \(name(byte)) at byte \(position) on;"
                + " encode the body as UTF-8."
        case .leadingPlus:
            "A plus sign stands before a number at byte \(position); leave it out."
        case .leadingZero:
            "The number at byte \(position) starts with a superfluous zero; leave it out."
        case .loneSurrogate(let unit):
            "The escape \\u\(String(unit, radix: 16)) at byte \(position) is half of a surrogate"
                + " pair; write both halves."
        case .missingExponentDigits:
            "The number at byte \(position) has an exponent without digits; write 1e5 or 1e-5."
        case .missingFractionDigits:
            "The number at byte \(position) has no digit after the point; write 1.0 or 1."
        case .missingIntegerDigits:
            "The number at byte \(position) has no digit before the point or after the minus sign;"
                + " write 0.5 or -0.5."
        case .nanToken(let token):
            "\(token) stands at byte \(position), but JSON has no such token; send a finite number."
        case .singleQuote:
            "A single quote stands at byte \(position); JSON strings take double quotes."
        case .stringTooLong(let limit):
            "The string at byte \(position) is too long; at most \(limit) bytes are read."
        case .tooDeep(let limit):
            "The bracket at byte \(position) opens level \(limit + 1) of nesting;"
                + " at most \(limit) levels are read."
        case .trailingBytes(let byte):
            "\(name(byte)) stands at byte \(position), after the end of the JSON value;"
                + " send one value and nothing after it."
        case .trailingComma:
            "The comma before byte \(position) is not followed by a value; leave it out."
        case .unexpectedByte(let byte, let expected):
            "\(name(byte)) stands at byte \(position), where \(expected.rawValue) is expected."
        case .unexpectedEnd(let opening):
            unexpectedEnd(opening)
        case .unknownWord(let word):
            "\(word) stands at byte \(position); JSON has the words true, false and null, in lower"
                + " case, and strings take double quotes."
        case .unquotedKey(let key):
            "The key \(key) stands without quotes at byte \(position); write \(quoted(key))."
        case .mixedArray(let found):
            found == .array
                ? "\(place) is an array, where a number is expected as before it;"
                    + " give every row the same depth."
                : "\(place) is a number, where an array is expected as before it;"
                    + " give every row the same depth."
        case .numberOutOfRange(let text):
            "\(place) is \(text), beyond the largest finite double, about 1.8e308;"
                + " send a finite number."
        case .raggedArray(let length, let expected):
            "\(place) has length \(length), but the first array at its level has length"
                + " \(expected); all rows need the same length."
        case .unexpectedKind(let kind, let expected, let text):
            unexpectedKind(kind, expected, text)
        }
    }

    private var place: String { pointer.isEmpty ? "The body" : pointer }

    private func unexpectedEnd(_ opening: Opening) -> String {
        switch opening {
        case .body: "The body ends before any value; send one JSON value."
        case .object: "The body ends inside the object at \(container); its } is missing."
        case .array: "The body ends inside the array at \(container); its ] is missing."
        case .string: "The body ends inside a string; its closing quote is missing."
        case .number: "The body ends inside a number; its last digits are missing."
        case .word: "The body ends inside a word; JSON has the words true, false and null."
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
        let opening = "\(place) is \(kind.phrase)\(found), where \(wanted) is expected"
        let isJSON = text.hasPrefix("{") || text.hasPrefix("[")
        if isJSON, pointer.isEmpty {
            return opening
                + "; it was encoded twice: send the JSON itself, not a string that holds it."
        }
        let isShort = text.utf8.count <= 40
        if isShort, kind == .string, expected.contains(.number), Double(text)?.isFinite == true {
            return opening + "; write it without quotes: \(text)."
        }
        return opening + "."
    }
}

extension JSONKind {
    /// The kind with its article, as it stands in a sentence.
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

/// A byte as a reader of the sentence would call it.
private func name(_ byte: UInt8) -> String {
    0x21...0x7E ~= byte
        ? "'\(Character(Unicode.Scalar(byte)))'" : "Byte 0x\(hexadecimal(byte))"
}

private func hexadecimal(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
}

/// A text in quotes, cut where it is long: by scalars, any number of which can make one character.
private func quoted(_ text: String) -> String {
    let start = text.unicodeScalars.prefix(40)
    return start.endIndex < text.endIndex ? "\"\(Substring(start))…\"" : "\"\(text)\""
}
