// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The units of a batch in ascending order of a score, with their weights and whether they are positive.
struct RankedUnits {
    /// A unit whose weight is above 0.
    private struct Unit {
        /// An integer with the order of the scores, equal for 0 and -0.
        let key: UInt64
        /// The weight, negated for units that are not positive.
        let signedWeight: Double

        init(score: Double, weight: Double, isPositive: Bool) {
            let bits = (score + 0).bitPattern
            key = bits >> 63 == 1 ? ~bits : bits | 1 << 63
            signedWeight = isPositive ? weight : -weight
        }

        /// The score, with 0 instead of -0.
        var score: Double {
            Double(bitPattern: key >> 63 == 1 ? key & ~(1 << 63) : ~key)
        }
    }

    private var units: [Unit] = []

    /// Sorts the units of a batch by their scores of the positive class.
    init(binary batch: MetricBatch) throws(LossError) {
        units.reserveCapacity(batch.count)
        try batch.forEachBlock { predictions, targets, weights, first throws(LossError) in
            try batch.checkBinary(targets, from: first)
            for offset in targets.indices {
                add(predictions[offset], weights, offset, isPositive: targets[offset] == 1)
            }
        }
        sort()
    }

    /// Sorts the rows of a batch by their scores of a class, of which the others are the negatives.
    init(_ batch: MetricBatch, class index: Int) throws(LossError) {
        units.reserveCapacity(batch.count)
        let width = batch.width
        try batch.forEachBlock { predictions, targets, weights, first throws(LossError) in
            for row in targets.indices {
                guard let target = MetricBatch.classIndex(targets[row], of: width) else {
                    throw batch.notAClass(targets[row], at: first + row, input: 1, classes: width)
                }
                add(predictions[row * width + index], weights, row, isPositive: target == index)
            }
        }
        sort()
    }

    /// Sorts the units of a batch by an input, all of them as positive ones.
    init(_ batch: MetricBatch, input: Int) {
        let numbers = batch.inputs[input]?.values ?? []
        let weights = batch.units.weights
        units.reserveCapacity(batch.count)
        for position in 0..<batch.count {
            let unit = batch.units[position]
            add(numbers[unit], weights.span, unit, isPositive: true)
        }
        sort()
    }

    /// Whether two scores differ.
    var differ: Bool { units.first?.key != units.last?.key }

    /// The least score such that the weights of it and of lower ones are at least a share of all.
    func quantile(_ level: Double, _ scale: WeightScale) -> Double {
        scale.isNarrow
            ? quantile(level, scale, FixedCount.self) : quantile(level, scale, ExactNumber.self)
    }

    private func quantile<Count: ExactCount>(
        _ level: Double,
        _ scale: WeightScale,
        _: Count.Type
    ) -> Double {
        var sums: [Count] = []
        sums.reserveCapacity(units.count)
        var sum = Count.zero
        for unit in units {
            sum += Count(weight: unit.signedWeight.magnitude, scale)
            sums.append(sum)
        }
        let least = sum.number(scale) * ExactNumber(level)
        var (low, high) = (0, units.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if (sums[middle].number(scale) - least).isNegative {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return units[low].score
    }

    @inline(__always)
    private mutating func add(
        _ score: Double,
        _ weights: Span<Double>,
        _ offset: Int,
        isPositive: Bool
    ) {
        let weight = weights.isEmpty ? 1 : weights[offset]
        if weight > 0 {
            units.append(Unit(score: score, weight: weight, isPositive: isPositive))
        }
    }

    /// The weights of units with the same score.
    struct Tie<Count: ExactCount> {
        fileprivate(set) var positive = Count.zero
        fileprivate(set) var negative = Count.zero
    }

    /// Passes the weights of the units of each score to `body`, in ascending or descending order.
    func forEachTie<Count: ExactCount>(
        descending: Bool = false,
        _: Count.Type,
        _ scale: WeightScale,
        _ body: (Tie<Count>) -> Void
    ) {
        var tie = Tie<Count>()
        for place in units.indices {
            let unit = units[descending ? units.count - 1 - place : place]
            let weight = Count(weight: unit.signedWeight.magnitude, scale)
            if unit.signedWeight > 0 { tie.positive += weight } else { tie.negative += weight }
            let next = place + 1
            if next == units.count
                || units[descending ? units.count - 1 - next : next].key != unit.key
            {
                body(tie)
                tie = Tie()
            }
        }
    }
}

extension RankedUnits {
    /// The bits of a digit.
    private static let digitBits = 11
    /// The number of units from which sorting by digits is faster than by comparisons.
    private static let minimumCount = 4_096

    /// Sorts by key; the order of units with equal keys does not matter.
    private mutating func sort() {
        guard units.count >= Self.minimumCount else {
            return units.sort { $0.key < $1.key }
        }
        var other = units
        for shift in stride(from: 0, to: 64, by: Self.digitBits) {
            // The number of units with each digit, then the place of the first of them.
            var places = [Int](repeating: 0, count: 1 << Self.digitBits)
            let mask = UInt64(places.count - 1)
            for unit in units { places[Int(unit.key >> UInt64(shift) & mask)] += 1 }
            guard !places.contains(units.count) else { continue }
            var next = 0
            for digit in places.indices { (places[digit], next) = (next, next + places[digit]) }
            for unit in units {
                let digit = Int(unit.key >> UInt64(shift) & mask)
                other[places[digit]] = unit
                places[digit] += 1
            }
            swap(&units, &other)
        }
    }
}
