// SPDX-License-Identifier: Apache-2.0

package import HTTPTypes

/// The field lines of a request, kept as received and decoded on demand.
///
/// A copy of the lines with an index of the common fields costs less than a string for each name
/// and value, of which a route reads one or two.
///
/// A class, so that asking for a field copies no index.
package final class RequestFields: Sendable {
    /// The message up to the end of its head.
    let message: [UInt8]
    /// The offset of the field lines in the message.
    private let start: Int
    let positions: Positions

    /// An index of the known fields: the range of the first value of each.
    struct Positions: Sendable {
        /// The ranges by field, of which there are at most as many as bits in the sets below.
        private var ranges = InlineArray<32, (UInt32, UInt32)>(repeating: (0, 0))
        private var present: UInt32 = 0
        private var repeated: UInt32 = 0

        /// The range of the first value in the message; empty if the value is empty or absent.
        subscript(field: KnownField) -> Range<Int> {
            let (start, end) = ranges[field.rawValue]
            return Int(start)..<Int(end)
        }

        /// Returns whether no line has this field.
        func isAbsent(_ field: KnownField) -> Bool {
            present & field.bit == 0
        }

        /// Returns whether more than one line has this field.
        func isRepeated(_ field: KnownField) -> Bool {
            repeated & field.bit != 0
        }

        /// Records a value; heads are much shorter than 2^32 bytes.
        mutating func record(_ field: KnownField, _ value: Range<Int>) {
            repeated |= present & field.bit
            guard present & field.bit == 0 else { return }
            present |= field.bit
            ranges[field.rawValue] = (
                UInt32(truncatingIfNeeded: value.lowerBound),
                UInt32(truncatingIfNeeded: value.upperBound)
            )
        }
    }

    /// Creates an empty set of fields.
    package convenience init() {
        self.init(message: [], start: 0, positions: Positions())
    }

    /// Creates one line for each field.
    package convenience init(_ fields: HTTPFields) {
        var lines: [UInt8] = []
        var positions = Positions()
        for field in fields {
            lines += Array("\(field.name.rawName):".utf8)
            if let known = KnownField.find(Array(field.name.canonicalName.utf8).span) {
                positions.record(known, lines.count..<lines.count + field.value.utf8.count)
            }
            lines += Array("\(field.value)\r\n".utf8)
        }
        self.init(message: lines, start: 0, positions: positions)
    }

    /// Adopts a message whose lines have been validated, with the index of its known fields.
    init(message: [UInt8], start: Int, positions: Positions) {
        self.message = message
        self.start = start
        self.positions = positions
    }

    /// Returns the same fields within a message that has them at the same positions.
    func relocated(to message: [UInt8]) -> RequestFields {
        RequestFields(message: message, start: start, positions: positions)
    }

    /// The field lines, with their line ends.
    private var lines: ArraySlice<UInt8> { message[start...] }

    /// Returns whether the field is absent, or present only as one empty line.
    package func isEmpty(_ field: KnownField) -> Bool {
        positions.isAbsent(field) || positions[field].isEmpty
    }

    /// Returns the value of a field with exactly one line; `nil` if it has none or several.
    package func single(_ field: KnownField) -> String? {
        guard !positions.isAbsent(field), !positions.isRepeated(field) else { return nil }
        let position = positions[field]
        guard !position.isEmpty else { return nil }
        return String(decoding: message[position], as: UTF8.self)
    }

    /// Returns whether the field has exactly one line, with the value `text`.
    package func hasSingleValue(_ field: KnownField, equalTo text: [UInt8]) -> Bool {
        guard !positions.isRepeated(field) else { return false }
        let message = message
        return message.span.extracting(positions[field]).equals(text.span)
    }

    /// The value of a field; the values of several lines are joined as a list (RFC 9110 section
    /// 5.3).
    package subscript(field: KnownField) -> String? {
        guard !positions.isAbsent(field) else { return nil }
        guard positions.isRepeated(field) else {
            return String(decoding: message[positions[field]], as: UTF8.self)
        }
        return all.filter { $0.name == field.name }.map { $0.value }.joined(separator: ", ")
    }

    /// The trace of the request; `nil` if it has no valid trace, or several.
    var trace: TraceParent? {
        guard !isEmpty(.traceParent), !positions.isRepeated(.traceParent) else { return nil }
        let message = message
        return TraceParent(message.span.extracting(positions[.traceParent]))
    }

    /// Every line as `name: value`, with the name as received.
    package var text: [UInt8] {
        lines.split(separator: .lineFeed).reduce(into: []) { text, line in
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return }
            let value = line.span.trimming(colon + 1 - line.startIndex..<line.count - 1)
            text += line[..<colon]
            text += Array(": ".utf8)
            text += line.dropFirst(value.lowerBound).prefix(value.count)
            text += Array("\r\n".utf8)
        }
    }

    /// Every line in order: the name in lower case, and the value.
    package var all: [(name: String, value: String)] {
        lines.split(separator: .lineFeed).compactMap { line in
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return nil }
            let value = line.span.trimming(colon + 1 - line.startIndex..<line.count - 1)
            return (
                String(decoding: line[..<colon], as: UTF8.self).lowercased(),
                // Bytes above 127 need not be UTF-8 (obs-text, RFC 9110 section 5.5).
                String(
                    decoding: line.dropFirst(value.lowerBound).prefix(value.count),
                    as: UTF8.self
                )
            )
        }
    }
}

extension KnownField {
    fileprivate var bit: UInt32 { 1 << UInt32(rawValue) }
}
