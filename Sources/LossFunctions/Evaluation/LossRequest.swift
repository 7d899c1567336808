// SPDX-License-Identifier: Apache-2.0

import ArrayMath
package import LossFacts

/// The inputs of a loss, and the outputs to compute from them.
package struct LossRequest: Sendable {
    /// The inputs in the order of the signature; `nil` for those omitted.
    package var inputs: [Tensor?]
    /// Whether losses with a missing input are skipped rather than refused.
    package var skipsMissing = false
    package var reduction = Reduction.mean
    package var outputs: Outputs
    /// The offsets of the inputs with respect to which to differentiate; empty means the primary ones.
    package var gradientOf: [Int] = []
    package var hessianKind = HessianKind.exact
    /// The maximum number of steps of a loss that states them.
    package var stepLimit: Int
    /// The settings that few requests have; `nil` if everything in it is at its default.
    ///
    /// Written in full, as otherwise the initializer would replace an initial `nil`.
    private var details: Optional<Details>

    /// The settings that few requests have.
    ///
    /// A class, so that requests are short.
    private final class Details: Sendable {
        let values: Values

        init(_ values: Values) { self.values = values }
    }

    /// See the properties of the request with these names.
    private struct Values: Sendable {
        var weights: Tensor?
        var mask: Tensor?
        var logProbability: LogProbability?
        var tokenMasks: [Tensor?] = []
        var lengths: [Tensor?] = []
        var normalizer: Double?
        var emptyRows = EmptyRows.drop
        var hessianScale: Double?
        var hessianFloor: Double?
        var step = 1.0
        var offset = 0
        var groups: GroupLabels?
        var worstCount = 0
        var stepsBefore = 0
        var termCount = 1
        var roundsDerivatives = false
        var sumsLossesOnly = false
    }

    package init(
        inputs: [Tensor?],
        outputs: Outputs = .lossAndGradient,
        stepLimit: Int = .max
    ) {
        self.inputs = inputs
        self.outputs = outputs
        self.stepLimit = stepLimit
        details = nil
    }

    /// Whether an input has a missing number.
    package var hasMissingNumbers: Bool {
        // Without copies of the inputs.
        for index in inputs.indices where inputs[index]?.hasMissing == true { return true }
        return false
    }

    /// The offsets of the inputs with respect to which to differentiate: the requested ones, or the
    /// primary ones of the signature.
    package func differentiated(of signature: Signature) -> [Int] {
        gradientOf.isEmpty ? signature.primary : gradientOf
    }
}

extension LossRequest {
    /// A number, one per row, or one per loss; `nil` means 1.
    package var weights: Tensor? {
        get { details?.values.weights }
        set { change { $0.weights = newValue } }
    }
    /// 1 for each loss to include and 0 for each to leave out; `nil` includes all.
    package var mask: Tensor? {
        get { details?.values.mask }
        set { change { $0.mask = newValue } }
    }
    /// The combination of tokens into the numbers of responses; `nil` means that the inputs have the numbers
    /// of responses.
    package var logProbability: LogProbability? {
        get { details?.values.logProbability }
        set { change { $0.logProbability = newValue } }
    }
    /// 1 for each token that counts and 0 for others; `nil` counts all.
    ///
    /// The masks are in the order of `Signature.tokenMasks`; none at all count all.
    package var tokenMasks: [Tensor?] {
        get { details?.values.tokenMasks ?? [] }
        set { change { $0.tokenMasks = newValue } }
    }
    /// The lengths of sequences that follow each other in one dimension.
    ///
    /// They are in the order of `Signature.lengths`; none at all means that items have equal lengths.
    package var lengths: [Tensor?] {
        get { details?.values.lengths ?? [] }
        set { change { $0.lengths = newValue } }
    }
    /// Whether there are lengths of sequences.
    package var hasLengths: Bool { details.map { !$0.values.lengths.isEmpty } ?? false }
    /// The denominator, if the caller supplies it.
    package var normalizer: Double? {
        get { details?.values.normalizer }
        set { change { $0.normalizer = newValue } }
    }
    package var emptyRows: EmptyRows {
        get { details?.values.emptyRows ?? .drop }
        set { change { $0.emptyRows = newValue } }
    }
    /// The factor of surrogates of second derivatives; `nil` means 1.
    package var hessianScale: Double? {
        get { details?.values.hessianScale }
        set { change { $0.hessianScale = newValue } }
    }
    /// The lower bound of surrogates of second derivatives.
    package var hessianFloor: Double? {
        get { details?.values.hessianFloor }
        set { change { $0.hessianFloor = newValue } }
    }
    /// The step of the proximal operator.
    package var step: Double {
        get { details?.values.step ?? 1 }
        set { change { $0.step = newValue } }
    }
    /// The number of losses before the first, if the inputs are a part of a data set.
    package var offset: Int {
        get { details?.values.offset ?? 0 }
        set { change { $0.offset = newValue } }
    }
    /// The groups of the items of the first dimension, whose sums are kept apart.
    package var groups: GroupLabels? {
        get { details?.values.groups }
        set { change { $0.groups = newValue } }
    }
    /// The number of the greatest losses to find.
    package var worstCount: Int {
        get { details?.values.worstCount ?? 0 }
        set { change { $0.worstCount = newValue } }
    }
    /// The number of steps of the losses of the same request that were computed before.
    package var stepsBefore: Int {
        get { details?.values.stepsBefore ?? 0 }
        set { change { $0.stepsBefore = newValue } }
    }

    /// The number of terms of each loss, which the denominator of `Reduction.elementMean` counts.
    package var termCount: Int {
        get { details?.values.termCount ?? 1 }
        set { change { $0.termCount = newValue } }
    }

    /// Whether derivatives are rounded to single precision, if their loss can do so.
    package var roundsDerivatives: Bool {
        get { details?.values.roundsDerivatives ?? false }
        set { change { $0.roundsDerivatives = newValue } }
    }

    /// Whether of the exact sums only that of the losses is read, with the denominator.
    var sumsLossesOnly: Bool {
        get { details?.values.sumsLossesOnly ?? false }
        set { change { $0.sumsLossesOnly = newValue } }
    }

    /// Whether an input is in single precision.
    package var hasSingles: Bool {
        for index in inputs.indices where inputs[index]?.singles != nil { return true }
        return false
    }

    /// Whether a loss of elements widens its inputs block by block, so that they stay in single precision.
    package func isComputedInBlocks(of signature: Signature) -> Bool {
        signature.unit == .element && logProbability == nil
            && !hasLengths && !signature.hasInputsBySequence
            && outputs.isSubset(of: .ofBlocks)
    }

    /// The same request with all inputs in double precision.
    func widened() -> LossRequest {
        var request = self
        for index in inputs.indices { request.inputs[index] = inputs[index]?.widened }
        return request
    }

    /// Takes the inputs; the request that they make up has the same settings.
    package mutating func takeInputs() -> LossRequest {
        var own: [Tensor?] = []
        swap(&own, &inputs)
        var taken = self
        swap(&own, &taken.inputs)
        return taken
    }

    /// Takes what belongs to rows: the inputs, the weights, the masks and the groups.
    package mutating func takeRows() -> LossRequest {
        var rows = LossRequest(inputs: [])
        swap(&rows.inputs, &inputs)
        guard let values = details?.values else { return rows }
        rows.change {
            $0.weights = values.weights
            $0.mask = values.mask
            $0.tokenMasks = values.tokenMasks
            $0.groups = values.groups
        }
        change {
            $0.weights = nil
            $0.mask = nil
            $0.tokenMasks = []
            $0.groups = nil
        }
        return rows
    }

    private mutating func change(_ change: (inout Values) -> Void) {
        var values = details?.values ?? Values()
        change(&values)
        details = Details(values)
    }
}

/// The result of a loss; outputs that were not requested are `nil`.
package struct LossResult: Equatable, Sendable {
    /// The reduced loss; `nil` with `Reduction.none`.
    package let reduced: Double?
    /// The denominator of the sum of the losses; 1 for `Reduction.sum` and `Reduction.none`.
    package let normalizer: Double
    /// The derivatives of `loss`: a gradient for each requested input, then the diagonal of a Hessian for
    /// each; with `Reduction.none`, those of the losses themselves.
    package internal(set) var derivatives: [Derivative]
    /// `nil` if there are none.
    ///
    /// Written in full, as otherwise the initializer would copy the result to replace an initial `nil`.
    private var others: Optional<OtherOutputs>

    /// The outputs that most requests do not have.
    ///
    /// A class, so that most results are short.
    final class OtherOutputs: Equatable, Sendable {
        let values: Values

        init(_ values: Values) { self.values = values }

        static func == (left: OtherOutputs, right: OtherOutputs) -> Bool {
            left.values == right.values
        }
    }

    /// The values of outputs that most requests do not have.
    struct Values: Equatable, Sendable {
        var weighted: Tensor?
        var elements: Tensor?
        var statistics: Statistics?
        var moments: Moments?
        var groups: [LossPartial.Group]?
        var skipped: Int?
        var worst: [Statistics.Extreme] = []
        var extent: Extent?
        var link: Tensor?
        var prox: Tensor?
        var diagnostics: [DiagnosticValue]?
    }

    init(
        reduced: Double?,
        normalizer: Double,
        derivatives: [Derivative],
        _ others: OtherOutputs?
    ) {
        self.reduced = reduced
        self.normalizer = normalizer
        self.derivatives = derivatives
        self.others = others
    }

    /// Whether there may be outputs besides the reduced loss, its denominator and derivatives.
    package var hasOthers: Bool { if case .none = others { false } else { true } }
    /// With `Reduction.none`, the weighted losses.
    package var weighted: Tensor? { others?.values.weighted }
    /// The losses one by one, before weights and reduction; NaN for those left out.
    package var elements: Tensor? { others?.values.elements }
    package var statistics: Statistics? { others?.values.statistics }
    /// The exact sums from which reduced losses and statistics follow.
    package var moments: Moments? { others?.values.moments }
    /// The exact sums of each group, if the losses are grouped.
    package var groups: [LossPartial.Group]? { others?.values.groups }
    /// The number of steps, if the loss states it.
    package internal(set) var steps = 0
    /// The number of losses skipped because of a missing input; `nil` unless skipping was requested.
    package var skipped: Int? { others?.values.skipped }
    /// The greatest losses in descending order, as many as requested; of equal ones the first.
    package var worst: [Statistics.Extreme] { others?.values.worst ?? [] }
    /// The units of the losses, if their exact sums were requested.
    var extent: Extent? { others?.values.extent }
    /// The means that the predictions estimate, in their shape.
    package var link: Tensor? { others?.values.link }
    /// The parameters that minimize half of the squared distance to the given ones plus the step times the
    /// loss.
    package var prox: Tensor? { others?.values.prox }
    /// The numbers by which training is watched; `nil` unless they were requested.
    package var diagnostics: [DiagnosticValue]? { others?.values.diagnostics }

    /// Adds the outputs with a number for each prediction or parameter that are not derivatives.
    mutating func add(link: Tensor?, prox: Tensor?) {
        var values = others?.values ?? Values()
        values.link = link
        values.prox = prox
        others = OtherOutputs(values)
    }

    /// Adds the numbers by which training is watched.
    mutating func add(_ diagnostics: [DiagnosticValue]) {
        var values = others?.values ?? Values()
        values.diagnostics = diagnostics
        others = OtherOutputs(values)
    }

    /// The units of a batch, by which the sums of parts of a data set become its result.
    struct Extent: Equatable, Sendable {
        /// The shape of the losses.
        private(set) var lossShape: [Int]
        /// The number of items of the first dimension with a loss that is not left out.
        private(set) var itemCount: Int
        /// Whether targets have weights in the denominator of a mean.
        private(set) var weighsTargets: Bool

        /// Creates the extent of no units.
        init() { self.init(lossShape: [0], itemCount: 0, weighsTargets: false) }

        init(lossShape: [Int], itemCount: Int, weighsTargets: Bool) {
            self.lossShape = lossShape
            self.itemCount = itemCount
            self.weighsTargets = weighsTargets
        }

        /// The number of units, including those left out.
        var unitCount: Int { lossShape.reduce(1, *) }

        /// Adds the units of the next rows.
        mutating func add(_ next: Extent) {
            let rows = lossShape[0]
            lossShape = next.lossShape
            lossShape[0] += rows
            itemCount += next.itemCount
            weighsTargets = weighsTargets || next.weighsTargets
        }
    }

    /// The reduced loss, or the losses if they are not reduced.
    package var loss: Tensor? { reduced.map { Tensor($0) } ?? weighted }

    package var gradients: [Derivative] { derivatives.filter { !$0.isHessian } }
    package var hessians: [Derivative] { derivatives.filter { $0.isHessian } }

    /// The gradient with respect to the first of the requested inputs.
    package var gradient: Tensor? { gradients.first?.tensor }
    /// The Hessian's diagonal with respect to the first of the requested inputs.
    package var hessian: Tensor? { hessians.first?.tensor }
}
