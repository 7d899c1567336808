// SPDX-License-Identifier: Apache-2.0

/// Suggests a known name for an unknown one.
///
/// The known names are stored folded, so that a lookup takes microseconds.
package struct Suggestions: Sendable {
    private let names: [(name: String, folded: [UInt8])]

    /// The maximum length of a name in bytes; longer names get no suggestion.
    private static let maximumLength = 64

    package init(_ known: [String]) {
        names = known.map { ($0, Self.folded($0)) }
    }

    /// The name with the smallest edit distance, if that is at most a third of its length.
    package func nearest(to name: String) -> String? { nearest(to: name, atMost: 1).first }

    /// Up to `limit` such names, the nearest first.
    package func nearest(to name: String, atMost limit: Int) -> [String] {
        guard name.utf8.count <= Self.maximumLength else { return [] }
        let letters = Self.folded(name)
        var best: [(name: String, edits: Int)] = []
        for (name, folded) in names {
            // Only names closer than the last of the best so far matter.
            let worst = best.count < limit ? Int.max : (best.last?.edits ?? 0) - 1
            let allowed = min(folded.count < 5 ? 1 : max(2, folded.count / 3), worst)
            guard let edits = Self.edits(from: letters, to: folded, atMost: allowed) else {
                continue
            }
            let place = best.firstIndex { edits < $0.edits } ?? best.count
            best.insert((name, edits), at: place)
            if best.count > limit { best.removeLast() }
        }
        return best.map { $0.name }
    }

    /// The optimal string alignment distance of two names; `nil` if it exceeds `limit`.
    ///
    /// It counts insertions, deletions, substitutions and swaps of adjacent letters (F. J. Damerau,
    /// Communications of the ACM 7, 1964).
    private static func edits(from source: [UInt8], to target: [UInt8], atMost limit: Int) -> Int? {
        guard limit >= 0, abs(source.count - target.count) <= limit else { return nil }
        var beforeLast = [Int](repeating: 0, count: target.count + 1)
        var last = Array(0...target.count)
        var current = beforeLast
        for row in source.indices {
            let letter = source[row]
            current[0] = row + 1
            var minimum = row + 1
            for column in target.indices {
                let other = target[column]
                var best = min(last[column + 1] + 1, current[column] + 1)
                best = min(best, last[column] + (letter == other ? 0 : 1))
                if row > 0, column > 0, letter == target[column - 1], source[row - 1] == other {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current[column + 1] = best
                minimum = min(minimum, best)
            }
            // A swap refers back by two rows, which can be smaller by at most 1.
            guard minimum <= limit + 1 else { return nil }
            (beforeLast, last, current) = (last, current, beforeLast)
        }
        return last[target.count] <= limit ? last[target.count] : nil
    }

    /// The name in lower case with hyphens for underscores.
    private static func folded(_ name: String) -> [UInt8] {
        name.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
            case UInt8(ascii: "_"): UInt8(ascii: "-")
            default: byte
            }
        }
    }
}
