// SPDX-License-Identifier: Apache-2.0

/// The fields of a request or response, in order.
struct Fields: ExpressibleByDictionaryLiteral, Sendable {
    private(set) var all: [(name: String, value: String)]

    init(dictionaryLiteral elements: (String, String)...) {
        all = elements.map { (name: $0, value: $1) }
    }

    /// Parses lines of the form "Name: value".
    init(lines: some Sequence<some StringProtocol>) {
        all = lines.compactMap { line in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            return (name: String(line[..<colon]), value: String(value))
        }
    }

    /// The value of a field, by name in any case; several are joined by commas.
    subscript(_ name: String) -> String? {
        let values = all.filter { $0.name.lowercased() == name.lowercased() }.map { $0.value }
        return values.isEmpty ? nil : values.joined(separator: ", ")
    }

    mutating func append(_ name: String, _ value: String) {
        all.append((name: name, value: value))
    }
}
