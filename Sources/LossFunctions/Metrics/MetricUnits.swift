// SPDX-License-Identifier: Apache-2.0

package import LossFacts

/// The units of a batch over which a metric is computed, with their weights.
///
/// A unit is an element, or a row of scores.
package struct MetricUnits: Equatable, Sendable {
    /// The shape of all units, including those left out.
    package let shape: [Int]
    /// The ascending offsets of the units that take part; `nil` if all do.
    package let offsets: [Int]?
    /// The weight of each unit, also of those left out; empty means 1.
    package let weights: [Double]
    /// The number of units skipped for a missing input.
    package let skipped: Int

    /// The number of units that take part.
    package var count: Int { offsets?.count ?? shape.reduce(1, *) }

    /// Selects the units of a metric.
    ///
    /// - Parameters:
    ///   - metric: the metric.
    ///   - inputs: its inputs, in the order of its facts.
    ///   - weights: a number, or numbers whose shape is a leading part of that of the units; `nil` means 1.
    ///   - mask: 1 for units to include and 0 for others, of such a shape; `nil` includes all.
    ///   - skipsMissing: whether units with a missing input are skipped rather than refused.
    /// - Throws: `LossError` if shapes do not match, a weight is negative, or an input is missing.
    package init(
        _ metric: Metric,
        _ inputs: [Tensor?],
        weights: Tensor? = nil,
        mask: Tensor? = nil,
        skipsMissing: Bool = false
    ) throws(LossError) {
        let signature = metric.facts.signature(of: inputs)
        let binding = try Binding(signature, inputs)
        var request = LossRequest(inputs: inputs)
        request.mask = mask
        request.skipsMissing = skipsMissing
        let selection = try Selection(request, signature, binding, nil, axis: -1)
        let shape = binding.leading
        let count = shape.reduce(1, *)
        if let weights { try Weighting.check(weights, against: shape) }
        self.shape = shape
        offsets =
            selection.isComplete ? nil : (0..<count).filter { !selection.isLeftOut($0) }
        skipped = selection.skipped
        guard let values = weights?.values, values.count < count else {
            self.weights = weights?.values ?? []
            return
        }
        let span = count / max(values.count, 1)
        self.weights = values.flatMap { repeatElement($0, count: span) }
    }

    private init(_ units: MetricUnits, _ offsets: [Int]) {
        shape = units.shape
        weights = units.weights
        self.offsets = offsets
        skipped = 0
    }

    /// Divides the units into groups.
    ///
    /// - Parameters:
    ///   - groups: the group of each unit, also of those left out, from 0 to below `count`.
    ///   - count: the number of groups.
    /// - Returns: the units of each group that take part.
    package func grouped(by groups: [Int], count: Int) -> [MetricUnits] {
        precondition(groups.count == shape.reduce(1, *), "a unit belongs to one group")
        var parts = [[Int]](repeating: [], count: count)
        if let offsets {
            for unit in offsets { parts[groups[unit]].append(unit) }
        } else {
            for (unit, group) in groups.enumerated() { parts[group].append(unit) }
        }
        return parts.map { MetricUnits(self, $0) }
    }
}
