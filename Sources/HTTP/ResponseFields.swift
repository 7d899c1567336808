// SPDX-License-Identifier: Apache-2.0

package import HTTPTypes

/// The fields of an answer, and the lines that say them.
///
/// The lines are made once and not for each answer. `Date`, `Content-Length`, `Connection`,
/// `Keep-Alive` and `Transfer-Encoding` are the connection's business: it writes its own, and none
/// of these.
package struct ResponseFields: Sendable, ExpressibleByDictionaryLiteral {
    package private(set) var fields: HTTPFields
    /// `CR LF name ": " value` for each.
    private(set) var lines: [UInt8] = []

    package init(_ fields: HTTPFields) {
        self.fields = fields
        writeLines()
    }

    package init(dictionaryLiteral elements: (HTTPField.Name, String)...) {
        var fields = HTTPFields()
        for (name, value) in elements { fields.append(HTTPField(name: name, value: value)) }
        self.init(fields)
    }

    package subscript(name: HTTPField.Name) -> String? {
        get { fields[name] }
        set {
            fields[name] = newValue
            writeLines()
        }
    }

    /// Adds fields behind those there are.
    package mutating func append(_ others: ResponseFields) {
        for field in others.fields { fields.append(field) }
        lines.append(contentsOf: others.lines)
    }

    private mutating func writeLines() {
        lines = fields.filter { !Self.isOwn($0.name) }.flatMap { field in
            Array("\r\n\(field.name.rawName): \(field.value)".utf8)
        }
    }

    /// Whether the connection writes this field itself.
    private static func isOwn(_ name: HTTPField.Name) -> Bool {
        switch name.canonicalName {
        case "date", "content-length", "connection", "transfer-encoding", "keep-alive": true
        default: false
        }
    }
}
