// SPDX-License-Identifier: Apache-2.0

package import HTTPTypes

/// The field lines of a request, kept as they came and made into text when somebody asks.
///
/// A copy of the lines and a table of where the everyday fields begin cost less than a string for
/// each name and value, of which a route reads one or two.
package struct RequestFields: Sendable {
    /// The message up to the end of its head.
    let message: [UInt8]
    /// Where the field lines begin in it.
    private let start: Int
    let places: Places

    /// Where the first value of each known field stands in the lines.
    struct Places: Sendable {
        private var ranges = InlineArray<20, (UInt32, UInt32)>(repeating: (0, 0))
        private var present: UInt32 = 0
        private var repeated: UInt32 = 0

        /// The range in the message of the first value, empty for one that is empty or not there.
        subscript(field: KnownField) -> Range<Int> {
            let (start, end) = ranges[field.rawValue]
            return Int(start)..<Int(end)
        }

        /// Whether there is no line of this field.
        func isAbsent(_ field: KnownField) -> Bool {
            present & field.bit == 0
        }

        /// Whether there is more than one line of this field.
        func isRepeated(_ field: KnownField) -> Bool {
            repeated & field.bit != 0
        }

        /// Takes note of a value; heads are far shorter than 2^32 bytes.
        mutating func note(_ field: KnownField, _ value: Range<Int>) {
            repeated |= present & field.bit
            guard present & field.bit == 0 else { return }
            present |= field.bit
            ranges[field.rawValue] = (
                UInt32(truncatingIfNeeded: value.lowerBound),
                UInt32(truncatingIfNeeded: value.upperBound)
            )
        }
    }

    /// No fields.
    package init() {
        self.init(message: [], start: 0, places: Places())
    }

    /// One line for each field.
    package init(_ fields: HTTPFields) {
        var lines: [UInt8] = []
        var places = Places()
        for field in fields {
            lines += Array("\(field.name.rawName):".utf8)
            if let known = KnownField.find(Array(field.name.canonicalName.utf8).span) {
                places.note(known, lines.count..<lines.count + field.value.utf8.count)
            }
            lines += Array("\(field.value)\r\n".utf8)
        }
        self.init(message: lines, start: 0, places: places)
    }

    /// Takes over a message whose lines have been found valid, and the places noted in it.
    init(message: [UInt8], start: Int, places: Places) {
        self.message = message
        self.start = start
        self.places = places
    }

    /// The same fields in a message that differs from this one in none of their places.
    func written(as message: [UInt8]) -> RequestFields {
        RequestFields(message: message, start: start, places: places)
    }

    /// The field lines, each with its end.
    private var lines: ArraySlice<UInt8> { message[start...] }

    /// Whether there is no line of this field, or only an empty one.
    package func isEmpty(_ field: KnownField) -> Bool {
        places.isAbsent(field) || places[field].isEmpty
    }

    /// The value of a field that stands on one line; nil where there is none, or more than one.
    package func single(_ field: KnownField) -> String? {
        guard !places.isAbsent(field), !places.isRepeated(field) else { return nil }
        let place = places[field]
        guard !place.isEmpty else { return nil }
        return String(decoding: message[place], as: UTF8.self)
    }

    /// Whether there is one line of this field and its value is just `text`.
    package func isOne(_ field: KnownField, _ text: [UInt8]) -> Bool {
        !places.isRepeated(field) && message.span.extracting(places[field]).equals(text.span)
    }

    /// The value of a field; those of several lines as one list (RFC 9110 section 5.3).
    package subscript(field: KnownField) -> String? {
        guard !places.isAbsent(field) else { return nil }
        guard places.isRepeated(field) else {
            return String(decoding: message[places[field]], as: UTF8.self)
        }
        return all.filter { $0.name == field.name }.map { $0.value }.joined(separator: ", ")
    }

    /// The trace that the request belongs to; nil if it names none, or more than one.
    var trace: TraceParent? {
        guard !isEmpty(.traceParent), !places.isRepeated(.traceParent) else { return nil }
        return TraceParent(message.span.extracting(places[.traceParent]))
    }

    /// Every line as `name: value`, the name as it was spelt.
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

    /// Every line in its order: the name in lower case and the value.
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
