// SPDX-License-Identifier: Apache-2.0

package import HTTPTypes

/// The fields of a response, with their lines as they are sent.
///
/// The lines are formatted once rather than for each response, and copying the value copies only a
/// reference. The connection itself writes `Date`, `Content-Length`, `Connection`, `Keep-Alive` and
/// `Transfer-Encoding`, so these are omitted.
package struct ResponseFields: Sendable, ExpressibleByDictionaryLiteral {
    private var storage: Storage

    package var fields: HTTPFields { storage.fields }
    /// `CR LF name ": " value` for each field.
    var lines: [UInt8] { storage.lines }

    private final class Storage: Sendable {
        let fields: HTTPFields
        let lines: [UInt8]

        init(_ fields: HTTPFields, lines: [UInt8]) {
            self.fields = fields
            self.lines = lines
        }
    }

    package init(_ fields: HTTPFields) {
        storage = Storage(fields, lines: Self.lines(of: fields))
    }

    package init(dictionaryLiteral elements: (HTTPField.Name, String)...) {
        var fields = HTTPFields()
        for (name, value) in elements { fields.append(HTTPField(name: name, value: value)) }
        self.init(fields)
    }

    /// No fields.
    package static let none = ResponseFields(HTTPFields())

    package subscript(name: HTTPField.Name) -> String? {
        get { fields[name] }
        set {
            var fields = fields
            fields[name] = newValue
            self = ResponseFields(fields)
        }
    }

    /// Appends fields after the existing ones.
    package mutating func append(_ others: ResponseFields) {
        var fields = fields
        for field in others.fields { fields.append(field) }
        storage = Storage(fields, lines: lines + others.lines)
    }

    private static func lines(of fields: HTTPFields) -> [UInt8] {
        fields.filter { !isOwn($0.name) }.flatMap { field in
            Array("\r\n\(field.name.rawName): \(field.value)".utf8)
        }
    }

    /// Returns whether the connection itself writes this field.
    private static func isOwn(_ name: HTTPField.Name) -> Bool {
        switch name.canonicalName {
        case "date", "content-length", "connection", "transfer-encoding", "keep-alive": true
        default: false
        }
    }
}
