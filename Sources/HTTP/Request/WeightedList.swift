// SPDX-License-Identifier: Apache-2.0

/// A list of acceptable values, each with a weight (RFC 9110 section 12.4.2).
package struct WeightedList: Sendable {
    private let elements: [(name: String, weight: Int)]

    /// Parses the value of a field such as Accept; an element with an invalid weight gets weight 0.
    package init(_ value: String) {
        elements = ListElements(value).compactMap { element in
            let parts = element.split(separator: ";", maxSplits: Self.maximumParameters).map {
                part in
                part.filter { $0 != " " && $0 != "\t" }.lowercased()
            }
            guard let name = parts.first, !name.isEmpty else { return nil }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }
            return (name, weight.map { Self.thousandths($0.dropFirst(2)) } ?? 1_000)
        }
    }

    /// The maximum number of parameters examined in an element.
    private static let maximumParameters = 16

    /// Returns the weight of an element in thousandths; `nil` if it is not listed.
    package func weight(of name: String) -> Int? {
        elements.first { $0.name == name }?.weight
    }

    /// Parses `( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] )`; returns 0 for anything else.
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

/// The nonempty elements of a list-valued field (RFC 9110 section 5.6.1), without surrounding white
/// space.
///
/// Only the first 64 elements, of at most 256 bytes each, are returned: no legitimate client sends
/// more, and the rest is not needed for a decision.
package struct ListElements: Sequence, IteratorProtocol {
    private var remainder: Substring.UTF8View
    private var remaining = Self.maximumElements

    private static let maximumElements = 64
    private static let maximumElementBytes = 256

    package init(_ value: String) {
        remainder = value[...].utf8
    }

    package mutating func next() -> Substring? {
        while remaining > 0, !remainder.isEmpty {
            remaining -= 1
            let element = remainder.prefix { $0 != UInt8(ascii: ",") }
            remainder = remainder[element.endIndex...].dropFirst()
            let trimmed = Substring(element).trimmed
            if !trimmed.isEmpty, trimmed.utf8.count <= Self.maximumElementBytes { return trimmed }
        }
        return nil
    }
}

extension Substring {
    /// The substring without surrounding white space.
    fileprivate var trimmed: Substring {
        let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        guard let last = utf8.lastIndex(where: { !isSpace($0) }) else { return "" }
        return Substring(utf8[...last].drop(while: isSpace))
    }
}
