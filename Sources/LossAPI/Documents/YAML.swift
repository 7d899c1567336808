// SPDX-License-Identifier: Apache-2.0

import TensorJSON

/// Serializes documents as human-readable YAML 1.2 in block style.
///
/// Scalars that are not plain words are written as JSON, of which YAML 1.2 is a superset.
enum YAML {
    static func text(_ value: JSONValue) -> String {
        var lines: [String] = []
        append(value, to: &lines, indentation: 0)
        return lines.joined(separator: "\n") + "\n"
    }

    private static func append(_ value: JSONValue, to lines: inout [String], indentation: Int) {
        let margin = String(repeating: " ", count: indentation)
        switch value {
        case .object(let members) where !members.isEmpty && !isFlat(members, after: indentation):
            for member in members {
                append(
                    member.value,
                    after: margin + scalar(.string(member.key)) + ":",
                    to: &lines,
                    indentation: indentation + 2
                )
            }
        case .array(let elements) where !elements.isEmpty && !isFlat(elements):
            for element in elements {
                let start = lines.count
                append(element, to: &lines, indentation: indentation + 2)
                lines[start] = margin + "- " + lines[start].dropFirst(indentation + 2)
            }
        default:
            lines.append(margin + scalar(value))
        }
    }

    /// Appends a value after its key, on the same line if it is short.
    private static func append(
        _ value: JSONValue,
        after key: String,
        to lines: inout [String],
        indentation: Int
    ) {
        switch value {
        case .object(let members) where !members.isEmpty && !isFlat(members, after: key.count):
            lines.append(key)
            append(value, to: &lines, indentation: indentation)
        case .array(let elements) where !elements.isEmpty && !isFlat(elements):
            lines.append(key)
            append(value, to: &lines, indentation: indentation)
        default:
            lines.append(key + " " + scalar(value))
        }
    }

    /// Whether an object is written on one line, which must fit into 100 columns.
    private static func isFlat(_ members: [JSONValue.Member], after column: Int) -> Bool {
        hasOnlySmall(members) && column + 1 + scalar(.object(members)).count <= 100
    }

    /// Whether all members are scalars, short arrays, or objects of these.
    private static func hasOnlySmall(_ members: [JSONValue.Member]) -> Bool {
        members.allSatisfy { member in
            switch member.value {
            case .object(let inner): hasOnlySmall(inner)
            case .array(let elements): isFlat(elements)
            default: true
            }
        }
    }

    /// Whether an array is written on one line: numbers or short strings.
    private static func isFlat(_ elements: [JSONValue]) -> Bool {
        elements.allSatisfy { element in
            switch element {
            case .object: false
            case .array(let inner): isFlat(inner)
            case .string(let text): text.utf8.count <= 24
            default: true
            }
        }
    }

    private static func scalar(_ value: JSONValue) -> String {
        if case .string(let text) = value, isPlain(text) { return text }
        if case .array(let elements) = value {
            return "[" + elements.map { scalar($0) }.joined(separator: ", ") + "]"
        }
        if case .object(let members) = value {
            let pairs = members.map { scalar(.string($0.key)) + ": " + scalar($0.value) }
            return "{" + pairs.joined(separator: ", ") + "}"
        }
        return String(decoding: value.bytes, as: UTF8.self)
    }

    /// Whether a string needs no quotes to be read as a string.
    private static func isPlain(_ text: String) -> Bool {
        guard let first = text.utf8.first else { return false }
        let isWord = first.isLetter || first == UInt8(ascii: "/")
        let words = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
        return isWord && !words.contains(text.lowercased())
            && text.utf8.allSatisfy { $0.isLetter || $0.isDigit || "/_-.".utf8.contains($0) }
    }
}

extension UInt8 {
    fileprivate var isLetter: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20)
    }

    fileprivate var isDigit: Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self)
    }
}
