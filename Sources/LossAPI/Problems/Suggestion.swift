// SPDX-License-Identifier: Apache-2.0

/// What a client may have meant by a name there is none of.
enum Suggestion {
    /// The name fewest edits away, if no more than a third of its letters would have to change.
    static func nearest(to name: String, among known: [String]) -> String? {
        guard name.utf8.count <= 64 else { return nil }
        let candidates = known.map { (name: $0, edits: edits(from: name, to: $0)) }
        guard let best = candidates.min(by: { $0.edits < $1.edits }) else { return nil }
        return best.edits <= max(2, best.name.utf8.count / 3) ? best.name : nil
    }

    /// How many insertions, deletions, substitutions and swaps of neighbours lie between two names.
    ///
    /// Case, and hyphen or underscore, do not matter. The optimal string alignment distance, after
    /// F. J. Damerau, Communications of the ACM 7, 1964.
    private static func edits(from source: String, to target: String) -> Int {
        let source = folded(source)
        let target = folded(target)
        var beforeLast: [Int] = []
        var last = Array(0...target.count)
        for (row, letter) in source.enumerated() {
            var current = [row + 1]
            for (column, other) in target.enumerated() {
                var best = min(last[column + 1] + 1, current[column] + 1)
                best = min(best, last[column] + (letter == other ? 0 : 1))
                if row > 0, column > 0, letter == target[column - 1], source[row - 1] == other {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            beforeLast = last
            last = current
        }
        return last[target.count]
    }

    private static func folded(_ name: String) -> [UInt8] {
        name.lowercased().utf8.map { $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : $0 }
    }
}
