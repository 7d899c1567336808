// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The weights of the losses of a batch, and the denominator of their sum.
///
/// The shape of the weights is a leading part of the shape of the losses: a number, one per row, or
/// one per loss. Each weight applies to `span` consecutive losses. Losses left out have weight 0.
///
/// A loss is the exact sum of the products of weights and losses, divided by the denominator and
/// rounded once; the denominator is rounded once from its exact value.
struct Weighting {
    let reduction: Reduction
    /// The denominator of the sum of the losses, or of the items of the first dimension.
    let normalizer: Double
    /// The items of the first dimension that are reduced separately; empty if there are none.
    let items: [Item]
    /// The losses of each item.
    let extents: Items

    /// An item of the first dimension that is reduced separately.
    struct Item {
        /// The denominator of the sum of its losses.
        let normalizer: Double
        /// Whether all of its losses are left out.
        let isEmpty: Bool
    }

    /// The weights of the client, or one that all losses share.
    private let weights: [Double]
    private let span: Int
    /// Additional factors in the denominator of a mean, one per loss; `nil` means 1 each.
    let targetWeights: [Double]?
    /// Whether the quotient of some weight and its denominator is not a normal number.
    let isExtreme: Bool

    /// Checks the weights against the shape of the losses and computes the denominator.
    ///
    /// `targetWeights` are additional factors in the denominator of a mean: the weight of the class of
    /// each target, or 0 for an ignored target; `nil` means 1.
    init(_ batch: Batch, targetWeights: [Double]?) throws(LossError) {
        let shape = batch.lossShape
        let count = batch.unitCount
        let reduction = batch.request.reduction
        if let weights = batch.request.weights { try Self.check(weights, against: shape) }
        let weights = batch.request.weights?.values ?? []
        let span = count / max(weights.count, 1)
        let extents = batch.items
        let selection = batch.selection
        var items: [Item] = []
        let normalizer: Double
        switch reduction {
        case .sum, .none: normalizer = 1
        case .batchMean: normalizer = Double(selection.itemCount(of: extents))
        case .elementMean:
            normalizer = Double(selection.count) * Double(batch.request.termCount)
        case .mean:
            normalizer =
                batch.request.normalizer
                ?? Self.total(0..<count, weights, span: span, selection, targetWeights)
        case .meanOfMeans, .meanOfSums:
            let isMean = reduction == .meanOfMeans
            for item in 0..<extents.count {
                let range = extents.range(item)
                let total =
                    isMean
                    ? Self.total(range, weights, span: span, selection, targetWeights) : 1
                let isLeftOut = range.allSatisfy { selection.isLeftOut($0) }
                let isEmpty = isLeftOut || isMean && total == 0
                items.append(Item(normalizer: total, isEmpty: isEmpty))
            }
            let filled = items.count { !$0.isEmpty }
            normalizer =
                batch.request.normalizer
                ?? Double(batch.request.emptyRows == .drop ? filled : extents.count)
        }
        try Self.check(
            normalizer,
            count: count,
            isComplete: selection.isComplete,
            hasMask: batch.request.mask != nil,
            weighsTargets: targetWeights != nil,
            input: batch.signature.inputs[0].name
        )
        guard items.allSatisfy({ $0.normalizer.isFinite }) else {
            throw .notFinite(.normalizer, input: "weights", place: [])
        }
        isExtreme =
            !weights.isEmpty
            && Self.spansManyMagnitudes(
                weights,
                items.map { $0.normalizer } + [normalizer],
                dividedBy: reduction == .mean ? normalizer : nil
            )
        self.reduction = reduction
        self.normalizer = normalizer
        self.items = items
        self.extents = extents
        self.weights = weights
        self.span = span
        self.targetWeights = targetWeights
    }

    /// Whether the losses are reduced to one.
    var reduces: Bool { if case .none = reduction { false } else { true } }

    /// Whether the client has given weights.
    var isWeighted: Bool { !weights.isEmpty }

    /// Whether weights are used as they are: all are 1.
    var isTrivial: Bool { weights.isEmpty && items.isEmpty }

    /// The weight of a loss.
    subscript(offset: Int) -> Double {
        weights.isEmpty ? 1 : weights[offset / span]
    }

    /// The weights of units in exact sums.
    func units(of selection: Selection) -> UnitWeights {
        UnitWeights(weights, span: span, targets: targetWeights, leftOut: selection.leftOut)
    }

    /// Copies the weights of the losses from `first` on, unless every weight is 1.
    func copy(from first: Int, count: Int, into block: inout [Double]) {
        guard !isTrivial else { return }
        var all = block.mutableSpan
        var block = all._mutatingExtracting(first: count)
        if weights.count <= 1 {
            let common = weights.first ?? 1
            for offset in block.indices { block[offset] = common }
        } else if span == 1 {
            let given = weights.span.extracting(first..<(first + block.count))
            for offset in block.indices { block[offset] = given[offset] }
        } else {
            for offset in block.indices { block[offset] = weights[(first + offset) / span] }
        }
    }

    /// Multiplies derivatives by their weights and divides them by the denominators of their items.
    ///
    /// The caller then divides them by `divisor`. The scale keeps products clear of overflow and
    /// underflow.
    ///
    /// - Parameters:
    ///   - weights: the weight of each loss.
    ///   - derivatives: the same number of derivatives for each loss.
    ///   - first: the offset of the first loss in the batch.
    func apply(_ weights: Span<Double>, to derivatives: inout MutableSpan<Double>, from first: Int)
    {
        let length = derivatives.count / max(weights.count, 1)
        var item = firstItem(of: first)
        if isExtreme {
            let scale = scale
            for offset in derivatives.indices {
                let (weight, unit) = (weights[offset / length], first + offset / length)
                derivatives[offset] =
                    items.isEmpty && !isExtreme(weight)
                    // As if no weight of the batch were extreme: the other weights change nothing.
                    ? derivatives[offset] * (weight * scale) / (normalizer * scale)
                    : ScaledProduct.quotient(
                        derivatives[offset],
                        weight,
                        by: denominator(of: unit, in: &item),
                        normalizer
                    )
            }
        } else if length == 1, items.isEmpty {
            let scale = scale
            for offset in derivatives.indices { derivatives[offset] *= weights[offset] * scale }
        } else {
            let scale = scale
            for unit in weights.indices {
                let weight = weights[unit] * scale
                let factor =
                    items.isEmpty
                    ? weight : weight / denominator(of: first + unit, in: &item)
                for offset in (unit * length)..<((unit + 1) * length) {
                    derivatives[offset] *= factor
                }
            }
        }
    }

    /// Whether the quotient of a weight and the denominator may not be a normal number.
    private func isExtreme(_ weight: Double) -> Bool {
        Self.spansManyMagnitudes(
            [weight],
            [normalizer],
            dividedBy: reduction == .mean ? normalizer : nil
        )
    }

    /// The number by which weighted derivatives are divided.
    var divisor: Double { isExtreme ? 1 : normalizer * scale }

    /// A power of two that brings the denominator of a mean near 1, which scales the weights too.
    private var scale: Double {
        guard !weights.isEmpty, reduction == .mean else { return 1 }
        return Double(sign: .plus, exponent: -normalizer.exponent, significand: 1)
    }

    /// The item of a loss; 0 if no items are reduced separately.
    private func firstItem(of unit: Int) -> Int { items.isEmpty ? 0 : extents.item(of: unit) }

    /// The denominator of the item of a loss, which is a given one or comes later.
    private func denominator(of unit: Int, in item: inout Int) -> Double {
        guard !items.isEmpty else { return 1 }
        while unit >= extents.range(item).upperBound { item += 1 }
        return items[item].isEmpty ? 1 : items[item].normalizer
    }

    /// Whether weights or denominators are so small or large that products with them could leave
    /// the range of normal numbers.
    ///
    /// Weights that are divided by their `mean` are judged in relation to it, and without the other sums.
    private static func spansManyMagnitudes(
        _ weights: [Double],
        _ sums: [Double],
        dividedBy mean: Double?
    ) -> Bool {
        let exponent = mean.map { Int($0.exponent) } ?? 0
        var (least, greatest) = (Double.infinity, 0.0)
        func include(_ numbers: [Double]) {
            for number in numbers where number > 0 {
                least = min(least, number)
                greatest = max(greatest, number)
            }
        }
        include(weights)
        if mean == nil { include(sums) }
        guard least <= greatest else { return false }
        return Int(least.exponent) - exponent < -100 || Int(greatest.exponent) - exponent > 100
            || abs(exponent) > 1_000
    }

    /// The number of weights that are summed at once.
    private static let totalBlock = 512

    /// Σw over a range of losses, rounded once.
    private static func total(
        _ range: Range<Int>,
        _ weights: [Double],
        span: Int,
        _ selection: Selection,
        _ targetWeights: [Double]?
    ) -> Double {
        if weights.isEmpty, targetWeights == nil { return Double(selection.count(in: range)) }
        var sum = ExactSum()
        if selection.isComplete, targetWeights == nil, span == 1 {
            sum.add(weights.span.extracting(range))
            return sum.value
        }
        var (own, factors): ([Double], [Double]) = ([], [])
        for start in stride(from: range.lowerBound, to: range.upperBound, by: totalBlock) {
            own.removeAll(keepingCapacity: true)
            factors.removeAll(keepingCapacity: true)
            for unit in start..<min(start + totalBlock, range.upperBound)
            where !selection.isLeftOut(unit) {
                own.append(weights.isEmpty ? 1 : weights[unit / span])
                factors.append(targetWeights?[unit] ?? 1)
            }
            sum.add(own.span, times: factors.span)
        }
        return sum.value
    }

    /// Checks the denominator of the sum of the losses.
    ///
    /// - Parameters:
    ///   - normalizer: the denominator.
    ///   - count: the number of losses.
    ///   - isComplete: whether no loss is left out.
    ///   - hasMask: whether a mask may leave out losses.
    ///   - weighsTargets: whether targets have weights.
    ///   - input: the name of the first input.
    /// - Throws: `LossError.empty` or `LossError.nothingToAverage` if it is 0, and `LossError.notFinite` if
    ///   it is too large.
    static func check(
        _ normalizer: Double,
        count: Int,
        isComplete: Bool,
        hasMask: Bool,
        weighsTargets: Bool,
        input: String
    ) throws(LossError) {
        guard normalizer > 0 else {
            if count == 0 { throw .empty(input: input) }
            guard isComplete else { throw .nothingToAverage(hasMask ? .mask : .units) }
            throw .nothingToAverage(weighsTargets ? .targets : .weights)
        }
        guard normalizer.isFinite else {
            throw .notFinite(.normalizer, input: "weights", place: [])
        }
    }

    /// Throws if weights do not match the shape of the losses or are negative.
    static func check(_ weights: Tensor, against lossShape: [Int]) throws(LossError) {
        guard lossShape.starts(with: weights.shape) else {
            let allowed = (0...lossShape.count).map { Array(lossShape.prefix($0)) }
            throw .leadingShape(input: "weights", shape: weights.shape, allowed: allowed)
        }
        var negative: UInt64 = 0
        for weight in weights.values { negative |= weight < 0 ? 1 : 0 }
        guard negative != 0, let offset = weights.values.firstIndex(where: { $0 < 0 }) else {
            return
        }
        throw .outsideDomain(
            input: "weights",
            place: Tensor.place(of: offset, in: weights.shape),
            value: weights.values[offset],
            allowed: Interval.nonNegative.description
        )
    }
}

/// Products and quotients whose intermediate results may leave the range of doubles.
enum ScaledProduct {
    /// x·y / (a·b), where only the result may overflow or underflow.
    static func quotient(_ x: Double, _ y: Double, by a: Double, _ b: Double) -> Double {
        guard x != 0, y != 0, x.isFinite else { return x * y }
        let significand = x.significand * y.significand / (a.significand * b.significand)
        let exponent = Int(x.exponent) + Int(y.exponent) - Int(a.exponent) - Int(b.exponent)
        let signed = (x < 0) != (y < 0) ? -significand : significand
        return Double(sign: .plus, exponent: max(-3_000, min(3_000, exponent)), significand: signed)
    }
}
