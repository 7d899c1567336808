// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// Parts of pages in Markdown.
enum Markdown {
    /// A table with a head.
    static func table(_ head: [String], _ rows: [[String]]) -> String {
        let lines = [head, head.map { _ in "---" }] + rows
        return lines.map { cells in
            "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
        }
        .joined(separator: "\n")
    }
}

extension String {
    /// The text as code.
    var code: String { isEmpty ? "" : "`\(self)`" }
}

extension [String: OptionValue] {
    /// The options and their values as code, in alphabetical order.
    var code: String {
        sorted { $0.key < $1.key }.map { "\($0.key): \(JSONValue($0.value).json)".code }
            .joined(separator: ", ")
    }
}

extension JSONValue {
    /// The value as JSON text.
    var json: String { String(decoding: bytes, as: UTF8.self) }
}
