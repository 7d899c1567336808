// SPDX-License-Identifier: Apache-2.0

package import LossFacts

/// A loss of a data set whose rows arrive in parts, of which only exact sums are kept.
///
/// Its result equals that of all rows at once, bit for bit, and so do the results of the rows.
package struct RunningLoss: Sendable {
    private let loss: Loss
    /// The request for the sums of some rows, without inputs.
    private var template: LossRequest
    private let reduction: Reduction
    private let normalizer: Double?
    /// The outputs of all rows together.
    private let outputs: Outputs
    private var moments = Moments.none
    /// The sums of each group by its key, if the losses are grouped.
    private var groups: [GroupKey: Moments] = [:]
    private var hasGroups = false

    /// The number of groups so far.
    package var groupCount: Int { groups.count }
    /// The maximum length of all keys of groups in the text of the result, in bytes.
    package private(set) var textLength = 0
    /// The extent of the rows so far.
    private var extent = LossResult.Extent()
    private var skipped = 0
    /// The steps taken so far, if the loss states them.
    private var steps = 0
    private var hasMask = false

    /// Creates a loss without rows; `nil` if its result does not follow from sums over rows.
    ///
    /// - Parameters:
    ///   - loss: the loss.
    ///   - request: the options, and the inputs of some rows.
    package init?(_ loss: Loss, like request: borrowing LossRequest) {
        let shapes = request.inputs.compactMap { $0?.shape }
        let (reduction, signature) = (request.reduction, loss.facts.signature)
        let rowOutputs = Self.outputsOfRows(in: request.outputs, reduction)
        guard
            rowOutputs.isEmpty
                ? Self.suffices(for: request.outputs, reduction, signature)
                : Self.yieldsRows(
                    of: request.outputs,
                    reduction,
                    normalizer: request.normalizer,
                    signature
                ),
            loss.isDivisible(into: shapes), request.lengths.isEmpty
        else { return nil }
        self.loss = loss
        template = copy request
        _ = template.takeRows()
        template.outputs = rowOutputs.union(.partial)
        if rowOutputs.isEmpty {
            template.reduction = .sum
            template.normalizer = nil
        }
        self.reduction = reduction
        normalizer = request.normalizer
        outputs = request.outputs.subtracting(rowOutputs)
        template.sumsLossesOnly = outputs.isSubset(of: .loss)
    }

    /// The outputs that have numbers for each row.
    private static func outputsOfRows(in outputs: Outputs, _ reduction: Reduction) -> Outputs {
        var rows = outputs.intersection([.gradient, .hessian, .elements, .link])
        if case .none = reduction, outputs.contains(.loss) { rows.insert(.loss) }
        return rows
    }

    /// Whether some outputs have numbers for each row, and those of a row follow from it alone, unless the
    /// shapes of the inputs of the loss or its options connect the rows.
    ///
    /// A denominator that follows from all rows would be known only after the last.
    package static func yieldsRows(
        of outputs: Outputs,
        _ reduction: Reduction,
        normalizer: Double?,
        _ signature: Signature
    ) -> Bool {
        let rows = outputsOfRows(in: outputs, reduction)
        guard !rows.isEmpty, outputs.subtracting(rows).isSubset(of: [.loss, .statistics]),
            !signature.hasSegments
        else { return false }
        return switch reduction {
        case .sum, .none: true
        case .mean: normalizer != nil
        case .elementMean, .batchMean, .meanOfMeans, .meanOfSums: false
        }
    }

    /// Whether some outputs follow from sums over the rows of a loss, unless the shapes of its inputs or its
    /// options connect the rows.
    package static func suffices(
        for outputs: Outputs,
        _ reduction: Reduction,
        _ signature: Signature
    ) -> Bool {
        guard outputs.isSubset(of: [.loss, .statistics, .partial]), !signature.hasSegments else {
            return false
        }
        return switch reduction {
        case .mean, .sum, .elementMean, .batchMean: true
        case .none, .meanOfMeans, .meanOfSums: false
        }
    }

    /// Adds the losses of the next rows.
    ///
    /// - Parameters:
    ///   - inputs: the rows of the inputs, in the order of the signature; `nil` for those omitted.
    ///   - weights: the weights of the rows; `nil` means 1.
    ///   - mask: the mask of the rows; `nil` includes all.
    ///   - tokenMasks: the masks of tokens of the rows; empty counts all.
    ///   - labels: the groups of the rows; `nil` means that the losses are not grouped.
    ///   - cancellation: polled during the evaluation; `nil` means never.
    /// - Returns: the outputs of the rows; without any if none is requested.
    /// - Throws: `LossError` with the place in all rows.
    package mutating func add(
        _ inputs: [Tensor?],
        weights: Tensor?,
        mask: Tensor?,
        tokenMasks: [Tensor?] = [],
        groups labels: GroupLabels? = nil,
        unless cancellation: (any CancellationFlag)? = nil
    ) throws(LossError) -> LossResult {
        var request = template
        request.inputs = inputs
        request.weights = weights
        request.mask = mask
        request.tokenMasks = tokenMasks
        request.groups = labels
        request.offset = template.offset + extent.unitCount
        request.stepsBefore = template.stepsBefore.saturatingSum(with: steps)
        let result: LossResult
        do throws(LossError) {
            result = try loss.evaluate(request, unless: cancellation)
        } catch {
            throw error.moved(by: extent.lossShape.first ?? 0)
        }
        guard let own = result.moments, let next = result.extent, moments.merge(own) else {
            throw notFinite
        }
        for group in result.groups ?? [] {
            hasGroups = true
            let (key, count) = (group.key ?? "", groups.count)
            guard groups[GroupKey(text: key), default: .none].merge(group.moments) else {
                throw notFinite
            }
            if groups.count > count { textLength += key.utf8.longestText }
        }
        steps = steps.saturatingSum(with: result.steps)
        extent.add(next)
        skipped += result.skipped ?? 0
        hasMask = hasMask || mask != nil
        return result
    }

    /// The result of all rows.
    ///
    /// - Throws: `LossError` if nothing is left to average, or if a number is not finite.
    package func result() throws(LossError) -> LossResult {
        let denominator = denominator
        try Weighting.check(
            denominator,
            count: extent.unitCount,
            isComplete: moments.count == extent.unitCount,
            hasMask: hasMask,
            weighsTargets: extent.weighsTargets,
            input: input
        )
        var value: Double?
        if outputs.contains(.loss) {
            let reduced = moments.loss(dividedBy: denominator)
            guard reduced.isFinite else { throw notFinite }
            value = reduced
        }
        var statistics: Statistics?
        if outputs.contains(.statistics) {
            let (shape, first) = (extent.lossShape, template.offset)
            statistics = try Statistics(moments, input: input, hasMask: hasMask) { offset in
                Tensor.place(of: offset - first, in: shape)
            }
        }
        var result = LossResult(
            reduced: value,
            normalizer: denominator,
            derivatives: [],
            LossResult.OtherOutputs(
                LossResult.Values(
                    statistics: statistics,
                    moments: outputs.contains(.partial) ? moments : nil,
                    groups: hasGroups
                        ? groups.map { LossPartial.Group(key: $0.key.text, $0.value) } : nil,
                    skipped: template.skipsMissing ? skipped : nil,
                    extent: outputs.contains(.partial) ? extent : nil
                )
            )
        )
        result.steps = steps
        return result
    }

    /// The denominator of the sum of the losses.
    private var denominator: Double {
        switch reduction {
        case .mean: normalizer ?? moments[.normalizer].rounded
        case .batchMean: Double(extent.itemCount)
        default: moments.normalizer(of: reduction, termCount: template.termCount) ?? 1
        }
    }

    private var input: String { loss.facts.signature.inputs[0].name }

    private var notFinite: LossError { .notFinite(.loss, input: input, place: []) }
}

extension Loss {
    /// Whether the losses of some rows do not depend on others, for inputs of some shapes.
    fileprivate func isDivisible(into shapes: [[Int]]) -> Bool {
        let signature = facts.signature
        guard let first = shapes.first, !first.isEmpty, shapes.allSatisfy({ !$0.isEmpty }),
            signature.inputs.allSatisfy({ $0.forms.allSatisfy { $0.shape.hasLeading } })
        else { return false }
        return evaluatesRowsApart(of: first)
    }
}

extension LossError {
    /// The error with places in rows that come after others.
    fileprivate func moved(by rows: Int) -> LossError {
        func moved(_ place: [Int]) -> [Int] {
            guard let first = place.first else { return place }
            return [first + rows] + place.dropFirst()
        }
        switch self {
        case .outsideDomain(let input, let place, let value, let allowed):
            return .outsideDomain(
                input: input,
                place: moved(place),
                value: value,
                allowed: allowed
            )
        case .tokensOutsideDomain(let operation, let input, let place, let value, let allowed):
            return .tokensOutsideDomain(
                operation,
                input: input,
                place: moved(place),
                value: value,
                allowed: allowed
            )
        case .notAClassIndex(let input, let place, let value, let classes, let ignored):
            return .notAClassIndex(
                input: input,
                place: moved(place),
                value: value,
                classes: classes,
                ignored: ignored
            )
        case .notADistribution(let input, let row, let axis, let sum, let inLogarithms):
            return .notADistribution(
                input: input,
                row: moved(row),
                axis: axis,
                sum: sum,
                inLogarithms: inLogarithms
            )
        case .missingValue(let input, let place):
            return .missingValue(input: input, place: moved(place))
        case .notFinite(let quantity, let input, let place):
            return .notFinite(quantity, input: input, place: moved(place))
        case .undefined(let input, let place, let reason):
            return .undefined(input: input, place: moved(place), reason)
        default: return self
        }
    }
}
