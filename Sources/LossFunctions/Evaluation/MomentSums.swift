// SPDX-License-Identifier: Apache-2.0

import ArrayMath
package import LossFacts

/// Collects the moments of a batch block by block.
///
/// A class, so that the accumulations of batches without moments stay short.
final class MomentSums {
    private let weights: UnitWeights
    /// The offset of the batch in the data set of which it is a part.
    private let offset: Int
    /// Whether only the sum of the losses is read, and not those of squares or the extremes.
    private let isMean: Bool

    private var sums: LossSums
    private var least: Moments.Extreme?
    private var greatest: Moments.Extreme?
    private var ownLosses: [Double] = []
    private var ownWeights: [Double] = []

    init(_ weights: UnitWeights, offset: Int, isMean: Bool = false) {
        self.isMean = isMean
        sums = LossSums(
            isWeighted: weights.isWeighted,
            hasNormalizer: weights.targets != nil,
            hasSquares: !isMean
        )
        self.weights = weights
        self.offset = offset
    }

    /// Adds the losses from `first` on.
    func add(_ block: Span<Double>, from first: Int) {
        guard !weights.areTrivial else {
            addExtremes(block) { first &+ $0 }
            return sums.add(block, weights: block)
        }
        collect(count: block.count, unit: { first &+ $0 }, loss: { block[$0] })
    }

    /// Adds the losses of some units, by their places among all `losses`.
    func add(_ losses: Span<Double>, of units: Span<Int>) {
        collect(count: units.count, unit: { units[$0] }, loss: { losses[units[$0]] })
    }

    /// The moments, once every loss has been added; `nil` if a loss was not finite.
    func moments() -> Moments? { sums.moments(least: least, greatest: greatest) }

    /// Adds the losses of the units that take part, with their weights.
    ///
    /// Local arrays are filled, because each access to a property of a class is checked.
    @inline(__always)
    private func collect(count: Int, unit: (Int) -> Int, loss: (Int) -> Double) {
        let weights = weights
        var (losses, own): ([Double], [Double]) = ([], [])
        swap(&losses, &ownLosses)
        swap(&own, &ownWeights)
        losses.removeAll(keepingCapacity: true)
        own.removeAll(keepingCapacity: true)
        // The units of the losses, if some are left out.
        var units: [Int] = []
        for index in 0..<count {
            let unit = unit(index)
            guard !weights.isLeftOut(unit) else { continue }
            losses.append(loss(index))
            if weights.leavesOutSome { units.append(unit) }
            guard !weights.areTrivial else { continue }
            let weight = weights[unit]
            own.append(weight)
            if let targets = weights.targets {
                sums.addToNormalizer(weight, times: targets[unit])
            }
        }
        if weights.leavesOutSome {
            addExtremes(losses.span) { units[$0] }
        } else {
            addExtremes(losses.span, unit)
        }
        sums.add(losses.span, weights: own.span)
        swap(&losses, &ownLosses)
        swap(&own, &ownWeights)
    }

    /// Finds the extremes among losses, each of a unit.
    ///
    /// Blocks rarely have a new one, whose place is then searched for.
    private func addExtremes(_ losses: Span<Double>, _ unit: (Int) -> Int) {
        guard !isMean else { return }
        let (low, high) = InstructionSet.current.functions.extremes(of: losses)
        func extreme(_ loss: Double) -> Moments.Extreme? {
            losses.indices.first { losses[$0] == loss }.map { index in
                // Adding 0 turns -0 into 0.
                Moments.Extreme(loss: loss + 0, offset: offset &+ unit(index))
            }
        }
        if least.map({ low < $0.loss }) ?? true { least = extreme(low) ?? least }
        if greatest.map({ high > $0.loss }) ?? true { greatest = extreme(high) ?? greatest }
    }
}

/// The weight of each unit in exact sums, and whether it takes part.
struct UnitWeights {
    /// A weight for every `span` units; empty if all are 1.
    private let weights: [Double]
    private let span: Int
    /// Factors of the weights in the denominator of a mean; `nil` means 1 each.
    let targets: [Double]?
    /// Whether each unit is left out; empty if all take part.
    private let leftOut: [Bool]

    init(_ weights: [Double], span: Int, targets: [Double]? = nil, leftOut: [Bool]) {
        self.weights = weights
        self.span = span
        self.targets = targets
        self.leftOut = leftOut
    }

    var isWeighted: Bool { !weights.isEmpty }

    /// Whether all units take part with weight 1.
    var areTrivial: Bool { weights.isEmpty && targets == nil && leftOut.isEmpty }

    subscript(unit: Int) -> Double {
        weights.isEmpty ? 1 : weights[span == 1 ? unit : unit / span]
    }

    /// Whether some units do not take part.
    var leavesOutSome: Bool { !leftOut.isEmpty }

    func isLeftOut(_ unit: Int) -> Bool { !leftOut.isEmpty && leftOut[unit] }
}

extension Moments {
    /// The moments of numbers, one for each unit, and those of each group; `nil` if a number is not finite.
    ///
    /// - Parameters:
    ///   - numbers: the numbers, of which those that are NaN are left out.
    ///   - weights: the weights of the units, for the leading dimensions; `nil` means 1 each.
    ///   - labels: the groups of the items of the first dimension; `nil` if there are none.
    /// - Returns: the moments.
    package static func moments(
        of numbers: [Double],
        weights: Tensor?,
        _ labels: GroupLabels?
    ) -> (all: Moments, groups: [LossPartial.Group])? {
        let leftOut = numbers.contains { $0.isNaN } ? numbers.map { $0.isNaN } : []
        let given = weights?.values ?? []
        let span = numbers.count / max(given.count, 1)
        let units = UnitWeights(given, span: max(span, 1), leftOut: leftOut)
        let sums = MomentSums(units, offset: 0)
        sums.add(numbers.span, from: 0)
        guard let all = sums.moments() else { return nil }
        guard let labels else { return (all, []) }
        return labels.moments(of: numbers, units, offset: 0).map { (all, $0) }
    }
}

extension GroupLabels {
    /// The exact sums of each group; `nil` if a loss is not finite.
    ///
    /// - Parameters:
    ///   - losses: the losses of all units.
    ///   - weights: the weights of the losses.
    ///   - offset: the offset of the batch in the data set of which it is a part.
    /// - Returns: the sums in the order of the keys.
    func moments(
        of losses: [Double],
        _ weights: UnitWeights,
        offset: Int
    ) -> [LossPartial.Group]? {
        let length = losses.count / max(codes.count, 1)
        var units: [Int] = []
        var groups: [LossPartial.Group] = []
        groups.reserveCapacity(keys.count)
        for (place, key) in keys.enumerated() {
            let sums = MomentSums(weights, offset: offset)
            for item in items[starts[place]..<starts[place + 1]] {
                let first = Int(item) * length
                units.append(contentsOf: first..<(first + length))
                guard units.count >= ElementBlock.capacity else { continue }
                sums.add(losses.span, of: units.span)
                units.removeAll(keepingCapacity: true)
            }
            sums.add(losses.span, of: units.span)
            units.removeAll(keepingCapacity: true)
            guard let moments = sums.moments() else { return nil }
            groups.append(LossPartial.Group(key: key, moments))
        }
        return groups
    }
}
