// SPDX-License-Identifier: Apache-2.0

/// Counts by labels of which there are few, because each has few values.
struct Tally<Labels: Equatable, Counts> {
    private var entries: [(labels: Labels, counts: Counts)] = []

    /// Changes the counts of some labels.
    ///
    /// - Parameters:
    ///   - labels: The labels.
    ///   - beginning: The counts of labels that have none yet.
    ///   - change: What to do with them.
    mutating func update(
        _ labels: Labels,
        from beginning: @autoclosure () -> Counts,
        _ change: (inout Counts) -> Void
    ) {
        var place = 0
        while place < entries.count, entries[place].labels != labels { place += 1 }
        if place == entries.count { entries.append((labels, beginning())) }
        change(&entries[place].counts)
        // What comes often is soon in front, where it is found at once: to look it up by a hash of
        // its labels took longer than all the rest.
        if place > 0 { entries.swapAt(place, place / 2) }
    }

    /// All counts with their labels as text, in the order of that.
    func sorted(by text: (Labels) -> String) -> [(text: String, counts: Counts)] {
        entries.map { (text($0.labels), $0.counts) }.sorted { $0.text < $1.text }
    }
}
