// SPDX-License-Identifier: Apache-2.0

package import LossFacts

/// The units of a batch over which a metric is computed, with their weights.
///
/// A unit is an element, or a row of scores.
package struct MetricUnits: Equatable, Sendable {
    /// The shape of all units, including those left out.
    package let shape: [Int]
    /// The units that take part.
    private let chosen: Chosen
    /// The weight of each unit, also of those left out; empty means 1.
    package let weights: [Double]
    /// The number of units skipped for a missing input.
    package let skipped: Int

    private enum Chosen: Equatable {
        case range(Range<Int>)
        /// Ascending offsets.
        case list([Int])
    }

    /// The number of units that take part.
    package var count: Int {
        switch chosen {
        case .range(let range): range.count
        case .list(let offsets): offsets.count
        }
    }

    /// The offsets of the units that take part, if they are consecutive.
    var range: Range<Int>? {
        if case .range(let range) = chosen { range } else { nil }
    }

    /// The offset of a unit, by its position among those that take part.
    @inline(__always)
    subscript(position: Int) -> Int {
        switch chosen {
        case .range(let range): range.lowerBound + position
        case .list(let offsets): offsets[position]
        }
    }

    /// The weights of the units that take part; empty means 1.
    var ownWeights: [Double] {
        if weights.isEmpty || count == weights.count { return weights }
        return (0..<count).map { weights[self[$0]] }
    }

    /// Selects the units of a metric.
    ///
    /// - Parameters:
    ///   - metric: the metric.
    ///   - inputs: its inputs in the order of its facts; `nil` for optional ones that are omitted.
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
        // An input of another shape has no units to skip.
        var request = LossRequest(
            inputs: inputs.indices.map { index in
                signature.inputs[index].isByUnit ? inputs[index] : nil
            }
        )
        request.mask = mask
        request.skipsMissing = skipsMissing
        let selection = try Selection(request, signature, binding, nil, axis: -1)
        let shape = binding.leading
        let count = shape.reduce(1, *)
        if let weights { try Weighting.check(weights, against: shape) }
        self.shape = shape
        chosen =
            selection.isComplete
            ? .range(0..<count) : .list((0..<count).filter { !selection.isLeftOut($0) })
        skipped = selection.skipped
        guard let values = weights?.values, values.count < count else {
            self.weights = weights?.values ?? []
            return
        }
        let span = count / max(values.count, 1)
        self.weights = values.flatMap { repeatElement($0, count: span) }
    }

    /// Creates the units of a group in an arrangement of `total` units.
    fileprivate init(_ range: Range<Int>, of total: Int, weights: [Double]) {
        shape = [total]
        chosen = .range(range)
        self.weights = weights
        skipped = 0
    }
}

/// The units that take part, arranged group by group, so that every group is read at once.
///
/// Errors that a metric throws for an arrangement have places in it: compute the metric of all units
/// first, which finds any error.
package struct MetricGroups: Sendable {
    /// The units of each group.
    package let units: [MetricUnits]
    private let all: MetricUnits
    /// The place of each unit that takes part.
    private let places: [Int]

    /// Arranges units.
    ///
    /// - Parameters:
    ///   - units: the units.
    ///   - groups: the group of each unit, also of those left out, from 0 to below `count`.
    ///   - count: the number of groups.
    package init(_ units: MetricUnits, by groups: [Int], count: Int) {
        precondition(groups.count == units.shape.reduce(1, *), "a unit belongs to one group")
        var ends = [Int](repeating: 0, count: count)
        for position in 0..<units.count { ends[groups[units[position]]] += 1 }
        var starts: [Int] = []
        var next = 0
        for group in ends.indices {
            starts.append(next)
            next += ends[group]
            ends[group] = next
        }
        let ranges = zip(starts, ends).map { $0..<$1 }
        var places: [Int] = []
        places.reserveCapacity(units.count)
        for position in 0..<units.count {
            let group = groups[units[position]]
            places.append(starts[group])
            starts[group] += 1
        }
        self.places = places
        all = units
        let weights =
            units.weights.isEmpty ? [] : Self.arranged(units.weights, 1, units, places)
        self.units = ranges.map { MetricUnits($0, of: places.count, weights: weights) }
    }

    /// The numbers of an input for the units that take part, group by group.
    ///
    /// - Parameter tensor: an input with numbers for each unit.
    /// - Returns: a tensor whose first dimension is that of the units.
    package func arranged(_ tensor: Tensor) -> Tensor {
        let dimensions = tensor.shape.dropFirst(all.shape.count)
        return Tensor(
            shape: [places.count] + dimensions,
            values: Self.arranged(tensor.values, dimensions.reduce(1, *), all, places)
        )
    }

    /// Moves the numbers of each unit, as many as `width`, to its place.
    private static func arranged(
        _ values: [Double],
        _ width: Int,
        _ units: MetricUnits,
        _ places: [Int]
    ) -> [Double] {
        var result = [Double](repeating: 0, count: places.count * width)
        for position in places.indices {
            let (source, place) = (units[position] * width, places[position] * width)
            for column in 0..<width { result[place + column] = values[source + column] }
        }
        return result
    }
}
