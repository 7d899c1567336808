// SPDX-License-Identifier: Apache-2.0

/// The items of the first dimension of losses, all of one length, or sequences with lengths of their own.
struct Items: Sendable {
    let count: Int
    /// The number of losses of each item, if all have as many.
    private let length: Int
    /// The offset of the first loss of each sequence, and the end of the last; empty if all have one length.
    private let starts: [Int]

    /// The items of losses in a shape; a single number is one item.
    init(of shape: [Int]) {
        count = shape.first ?? 1
        length = shape.dropFirst().reduce(1, *)
        starts = []
    }

    /// The items with all dimensions of a shape but the last, which has their elements.
    init(ofLast shape: [Int]) {
        count = shape.dropLast().reduce(1, *)
        length = shape.last ?? 0
        starts = []
    }

    /// The sequences with given lengths.
    init(_ lengths: SequenceLengths) {
        count = lengths.count
        length = 0
        starts = lengths.starts
    }

    /// The losses of an item.
    func range(_ item: Int) -> Range<Int> {
        starts.isEmpty
            ? (item * length)..<((item + 1) * length) : starts[item]..<starts[item + 1]
    }

    /// The item of a loss.
    func item(of loss: Int) -> Int {
        guard !starts.isEmpty else { return loss / length }
        // The last sequence that does not begin behind the loss: those before it may be empty.
        var (low, high) = (0, count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= loss { low = middle } else { high = middle }
        }
        return low
    }

    /// The number of items with losses, if none is left out.
    var filledCount: Int {
        starts.isEmpty ? count : (0..<count).count { starts[$0] < starts[$0 + 1] }
    }

    /// The numbers of items, each as often as the item has losses.
    func spread<Number>(_ numbers: [Number]) -> [Number] {
        var all: [Number] = []
        all.reserveCapacity(count > 0 ? range(count - 1).upperBound : 0)
        for (item, number) in numbers.enumerated() {
            all.append(contentsOf: repeatElement(number, count: range(item).count))
        }
        return all
    }
}
