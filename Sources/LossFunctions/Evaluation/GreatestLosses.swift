// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// Finds the greatest losses of a batch, block by block.
struct GreatestLosses {
    private let count: Int
    /// Those found so far and some that they exceed, with their units.
    private var losses: [(loss: Double, unit: Int)] = []
    /// The least of the greatest losses, once there are as many as requested.
    private var bound = -Double.infinity

    /// - Parameter count: the maximum number of losses to find.
    init(count: Int) { self.count = count }

    /// Adds the losses from `first` on, of which those of units that are left out do not count.
    mutating func add(_ block: Span<Double>, from first: Int, of selection: Selection) {
        guard count > 0 else { return }
        // Most blocks have none of them.
        guard InstructionSet.current.functions.extremes(of: block).greatest > bound else { return }
        for offset in block.indices {
            let loss = block[offset]
            guard loss > bound, !selection.isLeftOut(first + offset) else { continue }
            // Adding 0 turns -0 into 0.
            losses.append((loss + 0, first + offset))
            // Sorting twice as many at a time takes little time for each loss, in whatever order they are.
            if losses.count == 2 * count { keepGreatest() }
        }
    }

    private mutating func keepGreatest() {
        losses.sort { $0.loss == $1.loss ? $0.unit < $1.unit : $0.loss > $1.loss }
        guard losses.count >= count else { return }
        losses.removeSubrange(count...)
        bound = losses[count - 1].loss
    }

    /// The losses in descending order, of equal ones the first, with their places in the shape of all losses.
    func extremes(of shape: [Int]) -> [Statistics.Extreme] {
        guard count > 0 else { return [] }
        var sorted = self
        sorted.keepGreatest()
        return sorted.losses.map {
            Statistics.Extreme(loss: $0.loss, place: Tensor.place(of: $0.unit, in: shape))
        }
    }
}
