// SPDX-License-Identifier: Apache-2.0

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

extension JSONValue {
    /// The value as JSON text.
    var json: String { String(decoding: bytes, as: UTF8.self) }
}
