// SPDX-License-Identifier: Apache-2.0

/// Counters by labels, of which there are few combinations.
struct Tally<Labels: Equatable, Counts> {
    private var entries: [(labels: Labels, counts: Counts)] = []

    /// Updates the counters of a combination of labels.
    ///
    /// - Parameters:
    ///   - labels: The labels.
    ///   - initial: The counters of labels that have none yet.
    ///   - change: Updates the counters.
    mutating func update(
        _ labels: Labels,
        from initial: @autoclosure () -> Counts,
        _ change: (inout Counts) -> Void
    ) {
        var index = 0
        while index < entries.count, entries[index].labels != labels { index += 1 }
        if index == entries.count { entries.append((labels, initial())) }
        change(&entries[index].counts)
        // Frequent labels move to the front, where a linear search finds them faster than hashing.
        if index > 0 { entries.swapAt(index, index / 2) }
    }

    /// All counters with their labels as text, sorted by that text.
    func sorted(by text: (Labels) -> String) -> [(text: String, counts: Counts)] {
        entries.map { (text($0.labels), $0.counts) }.sorted { $0.text < $1.text }
    }
}
