// SPDX-License-Identifier: Apache-2.0

/// A list of what a client accepts, each element with a weight (RFC 9110 section 12.4.2).
package struct WeightedList: Sendable {
    private let elements: [(name: String, weight: Int)]

    /// Reads the value of a field like Accept; an element whose weight cannot be read weighs
    /// nothing, since nobody can say what was meant.
    package init(_ value: String) {
        elements = value.split(separator: ",").compactMap { element in
            let parts = element.split(separator: ";").map { part in
                part.filter { $0 != " " && $0 != "\t" }.lowercased()
            }
            guard let name = parts.first, !name.isEmpty else { return nil }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }
            return (name, weight.map { Self.thousandths($0.dropFirst(2)) } ?? 1_000)
        }
    }

    /// The weight of an element in thousandths; nil where it is not listed.
    package func weight(of name: String) -> Int? {
        elements.first { $0.name == name }?.weight
    }

    /// `( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] )`; 0 for all else.
    private static func thousandths(_ text: Substring) -> Int {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let digits = parts.count == 2 ? parts[1] : ""
        guard parts.count <= 2, digits.utf8.count <= 3, digits.utf8.allSatisfy({ $0.isDigit }),
            let fraction = Int(digits + String(repeating: "0", count: 3 - digits.utf8.count))
        else { return 0 }
        switch parts[0] {
        case "0": return fraction
        case "1": return fraction == 0 ? 1_000 : 0
        default: return 0
        }
    }
}
