// SPDX-License-Identifier: Apache-2.0

import HTTP

/// Counters of exchanges that share their labels.
protocol ExchangeCounter {
    /// Creates counters of no exchanges.
    init()

    mutating func add(_ exchange: borrowing Exchange)
}

/// Counters by labels, of which there are few combinations.
struct Tally<Labels: Equatable, Counts: ExchangeCounter> {
    /// The combinations of labels, and their counters at the same places.
    private var labels: [Labels] = []
    private var counts: [Counts] = []

    /// Adds an exchange to the counters of its labels; returns whether they are the first.
    mutating func add(_ exchange: borrowing Exchange, under given: Labels) -> Bool {
        let index = labels.firstIndex(of: given) ?? labels.count
        if index == labels.count {
            labels.append(given)
            counts.append(Counts())
        }
        counts[index].add(exchange)
        guard index > 0 else { return true }
        // Frequent labels move to the front, where a linear search finds them faster than hashing.
        labels.swapAt(index, index / 2)
        counts.swapAt(index, index / 2)
        return index / 2 == 0
    }

    /// Adds an exchange to the first counters.
    mutating func addToFirst(_ exchange: borrowing Exchange) { counts[0].add(exchange) }

    /// All counters with their labels.
    var all: [(labels: Labels, counts: Counts)] {
        zip(labels, counts).map { (labels: $0, counts: $1) }
    }

    /// All counters with their labels as text, sorted by that text.
    func sorted(by text: (Labels) -> String) -> [(text: String, counts: Counts)] {
        zip(labels.map(text), counts).map { (text: $0, counts: $1) }.sorted { $0.text < $1.text }
    }
}
