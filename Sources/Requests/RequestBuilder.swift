// SPDX-License-Identifier: Apache-2.0

package import LossFacts
package import LossFunctions

/// Collects the fields of a request to a loss, from any format.
///
/// It knows the signature of the loss and refuses unknown, repeated and missing fields and values
/// that are not allowed.
package struct RequestBuilder: Sendable {
    package let found: Catalogue.Found
    private var request: LossRequest
    private var options: [String: OptionValue] = [:]
    /// Written in full, because `Convention?` would begin as `nil`, and the initializer would copy the builder
    /// to replace that.
    private var convention: Optional<Convention>
    private var reduction: Reduction?
    private var hessianKind: HessianKind?
    private var penalties: [Penalty] = []
    /// The fields given outside the body.
    private var outside: [String] = []
    private var folded = FoldedRows.none
    /// Whether the body has set nothing but inputs.
    private var hasOnlyInputs = true
    private let limits: ComputationLimits

    /// The rows of which only sums are kept.
    ///
    /// Few requests have any, so they do not make all builders longer.
    private enum FoldedRows: Sendable {
        case none
        indirect case sums(RunningComputation)
    }

    /// A penalty to add to a loss.
    package struct Penalty: Sendable {
        let computation: Computation
        /// The memory of its parameters in bytes.
        let footprint: Int

        /// An estimate of the memory of a penalty in bytes, without its parameters.
        package static let ownBytes = 640
    }

    /// - Parameters:
    ///   - found: the loss.
    ///   - limits: the limits of the computation.
    ///   - outputs: the outputs to compute unless others are requested.
    package init(
        for found: Catalogue.Found,
        limits: ComputationLimits = .none,
        outputs: Outputs = .lossAndGradient
    ) {
        self.found = found
        self.limits = limits
        // The first input that is set makes room for all, so that copies of an empty builder share no array.
        request = LossRequest(inputs: [], outputs: outputs, stepLimit: limits.steps)
        convention = found.convention
    }

    /// Makes room for the inputs.
    private mutating func makeRoom() {
        let count = facts.signature.inputs.count
        var inputs: [Tensor?] = []
        inputs.reserveCapacity(count)
        for _ in 0..<count { inputs.append(nil) }
        request.inputs = inputs
    }

    /// Whether an input has been set.
    private func isSet(_ input: Int) -> Bool {
        !request.inputs.isEmpty && request.inputs[input] != nil
    }

    package var facts: Facts { found.facts }

    /// The fields that the request may have.
    package var known: [String] { RequestField.all(of: facts) }

    /// Returns the field with a name.
    ///
    /// - Throws: `RequestError` if there is none, or if it was given outside the body.
    package func field(_ name: String) throws(RequestError) -> RequestField {
        guard let field = RequestField.named(name, of: facts) else {
            throw .unknownField(name, known: known)
        }
        guard outside.isEmpty || !outside.contains(name) else { throw .repeatedField(name) }
        return field
    }

    /// Whether null in the place of the field means that it is omitted, although the loss does not have
    /// it or it was given outside the body: clients of all losses may send null for each field.
    package static func mayOmit(_ name: String) -> Bool { allFields.contains(name) }

    /// The fields of all losses and penalties.
    private static let allFields = Set(
        (Catalogue.losses + Catalogue.penalties).flatMap { RequestField.all(of: $0.facts) }
            + RequestField.common.map { $0.name }
    )

    /// Whether a field was given outside the body.
    package func isOutside(_ name: String) -> Bool { outside.contains(name) }

    /// Records that a field was given outside the body.
    package mutating func noteOutside(_ name: String) { outside.append(name) }

    /// Whether it is as it was before any content: that was nothing but inputs, which a computation took.
    package var isAsBefore: Bool { hasOnlyInputs && request.inputs.isEmpty }

    /// Sets the numbers of an input, of the weights, of a mask or of lengths.
    package mutating func set(_ field: RequestField, _ numbers: consuming Tensor) {
        switch field {
        case .input(let index, _):
            // Null means that an optional input is omitted.
            let isNull = numbers.hasMissing && numbers.shape.isEmpty
            guard !isNull || !facts.signature.inputs[index].isOptional else { return }
            if request.inputs.isEmpty { makeRoom() }
            request.inputs[index] = numbers
        case .mask:
            hasOnlyInputs = false
            request.mask = numbers
        case .tokenMask(let index):
            hasOnlyInputs = false
            if request.tokenMasks.isEmpty {
                request.tokenMasks = facts.signature.tokenMasks.map { _ in nil }
            }
            request.tokenMasks[index] = numbers
        case .lengths(let index):
            hasOnlyInputs = false
            if request.lengths.isEmpty {
                request.lengths = facts.signature.lengths.map { _ in nil }
            }
            request.lengths[index] = numbers
        default:
            hasOnlyInputs = false
            request.weights = numbers
        }
    }

    /// Sets the penalties.
    package mutating func set(_ penalties: [Penalty]) {
        hasOnlyInputs = false
        self.penalties = penalties
    }

    /// Sets any other field.
    ///
    /// - Throws: `RequestError` if the value is not allowed.
    package mutating func set(
        _ field: RequestField,
        _ value: FieldValue
    ) throws(RequestError) {
        hasOnlyInputs = false
        switch (field, value) {
        case (.option(let declaration), _): try set(declaration, value)
        case (.logProbability, .text(let name)):
            request.logProbability =
                try Self.choice(name, "log_probability", LogProbability.self)
        case (.missing, .text(let name)):
            request.skipsMissing = try Self.choice(name, "missing", MissingValues.self) == .skip
        case (.reduction, .text(let name)):
            guard let named = Reduction(named: name) else {
                throw .notAllowed(name, field: "reduction", place: [], allowed: Reduction.names)
            }
            reduction = named
        case (.normalizer, .number(let number)):
            request.normalizer = try Interval.positive.checked(number, "normalizer")
        case (.emptyRows, .text(let name)):
            request.emptyRows = try Self.choice(name, "empty_rows", EmptyRows.self)
        case (.outputs, .texts(let names)):
            request.outputs = try Outputs(names, allowed: Outputs.names(of: facts))
        case (.offset, .number(let number)):
            request.offset = try Int(
                number,
                "offset",
                0..<(1 << 53),
                "an integer from 0 to below 2^53"
            )
        case (.groups, .labels(let labels)): try set(labels)
        case (.groups, .numbers(let numbers)):
            try set(GroupLabels.integers(numbers, limit: limits.groups))
        case (.gradientOf, .texts(let names)):
            request.gradientOf = try inputs(names)
        case (.hessianKind, .text(let name)):
            hessianKind = try Self.choice(name, "hessian_kind", HessianKind.self)
        case (.hessianScale, .number(let number)):
            request.hessianScale = try Interval.positive.checked(number, "hessian_scale")
        case (.hessianFloor, .number(let number)):
            request.hessianFloor = try Interval.nonNegative.checked(number, "hessian_floor")
        case (.step, .number(let number)):
            request.step = try Interval.positive.checked(number, "step")
        case (.convention, .text(let name)):
            if let advice = found.elsewhere[name] {
                throw .conflict(field: "convention", reason: .otherLoss(advice))
            }
            guard let named = facts.conventions.first(where: { $0.name == name }) else {
                throw .notAllowed(
                    name,
                    field: "convention",
                    place: [],
                    allowed: facts.conventions.map { $0.name }
                )
            }
            convention = named
        case (_, .numbers(let numbers)): set(field, numbers)
        default: break
        }
    }

    /// Builds the requested computation once every field has been set.
    ///
    /// The builder has no inputs afterwards: the computation takes them.
    package mutating func build() throws(RequestError) -> Computation {
        let inputs = facts.signature.inputs
        if let index = inputs.indices.first(where: { !isSet($0) && !inputs[$0].isOptional }) {
            throw .missingField(inputs[index].name, expected: "a number or an array of numbers")
        }
        try checkGrouping()
        try refuseMissingInputs()
        try checkTokens()
        let chosen = chosenOptions
        var request = self.request.takeInputs()
        request.reduction = chosenReduction(request.outputs, normalizer: request.normalizer)
        if reduction == nil, let convention, convention.countsClasses {
            request.termCount = max(classCount(of: request, chosen), 1)
        }
        try checkPartial(request)
        chooseHessian(&request, chosen)
        try Self.check(request, hasPenalties: !penalties.isEmpty)
        let context = RequestError.Context(
            facts: facts,
            presets: found.presets,
            given: chosen,
            outside: outside
        )
        let loss: Loss
        do throws(LossError) {
            loss = try found.entry.loss(OptionValues(chosen, for: facts.options))
        } catch {
            throw .loss(error, context)
        }
        return Computation(
            loss: loss,
            request: consume request,
            penalties: penalties.map { $0.computation },
            convention: convention,
            context: context
        )
    }

    /// Throws if a field of partial sums is given although none is requested.
    private func checkPartial(_ request: borrowing LossRequest) throws(RequestError) {
        guard !request.outputs.contains(.partial) else { return }
        if request.groups != nil { throw .conflict(field: "groups", reason: .noPartial) }
        if request.offset != 0 { throw .conflict(field: "offset", reason: .noPartial) }
    }

    /// The reduction: the given one, the convention's, or the default.
    ///
    /// Partial sums divide by nothing: a part may be empty.
    private func chosenReduction(_ outputs: Outputs, normalizer: Double?) -> Reduction {
        if outputs == .partial { return .sum }
        let chosen = reduction ?? convention?.reduction ?? facts.defaultReduction
        // A denominator supplied by the caller replaces that of a convention.
        guard reduction == nil, normalizer != nil, !chosen.acceptsNormalizer else { return chosen }
        return .mean
    }

    /// Sets the kind of Hessian: the given one, or the convention's.
    private func chooseHessian(_ request: inout LossRequest, _ chosen: [String: OptionValue]) {
        let surrogate = convention?.surrogate
        request.hessianKind = hessianKind ?? (surrogate == nil ? .exact : .positive)
        guard let surrogate, request.hessianKind == .positive else { return }
        request.hessianFloor = request.hessianFloor ?? surrogate.floor
        guard request.hessianScale == nil else { return }
        switch surrogate.scale {
        case .number(1): break
        case .number(let scale): request.hessianScale = scale
        case .classes:
            let count = Double(classCount(of: request, chosen))
            if count > 1 { request.hessianScale = count / (count - 1) }
        }
    }

    /// The length of the class axis; 0 if there is none.
    private func classCount(of request: LossRequest, _ chosen: [String: OptionValue]) -> Int {
        let shape = request.inputs[0]?.shape ?? []
        guard case .number(let axis) = chosen["axis"] ?? .number(-1) else { return 0 }
        let index = axis < 0 ? Double(shape.count) + axis : axis
        return Int(exactly: index).flatMap { shape.indices.contains($0) ? shape[$0] : nil } ?? 0
    }

    /// Throws unless exactly one of two inputs that divide the others into segments is given.
    private func checkGrouping() throws(RequestError) {
        let signature = facts.signature
        guard let grouping = signature.grouping else { return }
        let (ids, lengths) = (
            signature.inputs[grouping.ids].name, signature.inputs[grouping.lengths].name
        )
        switch (request.inputs[grouping.ids] != nil, request.inputs[grouping.lengths] != nil) {
        case (true, true): throw .loss(.conflictingOptions(ids, lengths), nil)
        case (false, false): throw .missingChoice(ids, lengths)
        default: break
        }
    }

    /// Throws if an input is null in the place of an array.
    private func refuseMissingInputs() throws(RequestError) {
        guard !request.skipsMissing, request.inputs.count > 1, request.hasMissingNumbers else {
            return
        }
        for (index, input) in facts.signature.inputs.enumerated() {
            guard let tensor = request.inputs[index], tensor.hasMissing, tensor.shape.isEmpty,
                request.inputs.contains(where: { $0?.shape.isEmpty == false })
            else { continue }
            throw .loss(.missingValue(input: input.name, place: []), nil)
        }
    }

    /// Throws if tokens are given, or marked, although nothing says how they make up responses.
    private func checkTokens() throws(RequestError) {
        let signature = facts.signature
        guard !signature.tokenMasks.isEmpty, request.logProbability == nil else { return }
        for (index, input) in signature.inputs.enumerated() where input.tokens != nil {
            guard let shape = request.inputs[index]?.shape,
                shape.count > input.forms[0].responseRank
            else { continue }
            throw .loss(
                .tokenShape(
                    input: input.name,
                    shape: shape,
                    form: input.forms[0],
                    areTokens: false
                ),
                nil
            )
        }
        if let lengths = request.lengths.firstIndex(where: { $0 != nil }) {
            throw .conflict(field: signature.lengths[lengths], reason: .noTokens)
        }
        guard let mask = request.tokenMasks.firstIndex(where: { $0 != nil }) else { return }
        throw .conflict(field: signature.tokenMasks[mask], reason: .noTokens)
    }

    /// The effective options, in decreasing precedence: those given, those of the name, the convention's.
    private var chosenOptions: [String: OptionValue] {
        guard let convention else {
            return options.isEmpty ? found.presets : found.presets.merging(options) { $1 }
        }
        var chosen = convention.options
        // The only dimension is the class axis.
        if let axis = chosen["axis"], axis == .number(1), request.inputs[0]?.shape.count == 1 {
            chosen["axis"] = .number(0)
        }
        return chosen.merging(found.presets) { $1 }.merging(options) { $1 }
    }

    private mutating func set(
        _ declaration: OptionDeclaration,
        _ value: FieldValue
    ) throws(RequestError) {
        let option: OptionValue
        switch value {
        case .number(let number): option = .number(number)
        case .flag(let flag): option = .flag(flag)
        case .text(let text): option = .choice(text)
        case .numbers(let tensor) where tensor.shape.isEmpty: option = .number(tensor.values[0])
        case .numbers(let tensor) where tensor.shape.count == 1: option = .list(tensor.values)
        case .numbers, .texts, .labels:
            throw .wrongKind(declaration.name, expected: declaration.expected)
        }
        if let preset = found.presets[declaration.name], option != preset {
            throw .contradictsName(option: declaration.name, preset: preset, loss: facts.name)
        }
        options[declaration.name] = option
    }

    private mutating func set(_ labels: GroupLabels) throws(RequestError) {
        guard labels.keys.count <= limits.groups else { throw .tooManyGroups(limit: limits.groups) }
        request.groups = labels
    }

    private static func choice<Value: RawRepresentable<String> & CaseIterable>(
        _ name: String,
        _ field: String,
        _: Value.Type
    ) throws(RequestError) -> Value {
        guard let value = Value(rawValue: name) else {
            throw .notAllowed(
                name,
                field: field,
                place: [],
                allowed: Value.allCases.map { $0.rawValue }
            )
        }
        return value
    }

    private func inputs(_ names: [String]) throws(RequestError) -> [Int] {
        let signature = facts.signature
        let allowed = signature.differentiable.map { signature.inputs[$0].name }
        var inputs: [Int] = []
        for (place, name) in names.enumerated() {
            guard let index = signature.index(of: name), signature.differentiable.contains(index)
            else {
                throw .notAllowed(name, field: "gradient_of", place: [place], allowed: allowed)
            }
            if !inputs.contains(index) { inputs.append(index) }
        }
        guard !inputs.isEmpty else { throw .noOutputs(field: "gradient_of", allowed: allowed) }
        return inputs
    }

    /// Throws if fields contradict each other.
    private static func check(
        _ request: LossRequest,
        hasPenalties: Bool
    ) throws(RequestError) {
        if hasPenalties, request.reduction == .none {
            throw .conflict(field: "regularization", reason: .penaltyOfManyLosses)
        }
        if request.normalizer != nil, !request.reduction.acceptsNormalizer {
            throw .conflict(field: "normalizer", reason: .normalizerOf(request.reduction))
        }
        if case .zero = request.emptyRows, !request.reduction.isNested {
            throw .conflict(field: "empty_rows", reason: .emptyRowsOf(request.reduction))
        }
        guard case .exact = request.hessianKind else { return }
        if request.hessianScale != nil {
            throw .conflict(field: "hessian_scale", reason: .surrogateOfExactHessian)
        }
        if request.hessianFloor != nil {
            throw .conflict(field: "hessian_floor", reason: .surrogateOfExactHessian)
        }
    }
}

extension RequestBuilder {
    /// Whether the result follows from sums over rows, unless the shapes of inputs or options connect them.
    package var sumsRows: Bool {
        RunningLoss.suffices(
            for: request.outputs,
            chosenReduction(request.outputs, normalizer: request.normalizer),
            facts.signature
        )
    }

    /// Whether the result has numbers for each row that follow from it alone, unless the shapes of inputs or
    /// options connect the rows.
    package var yieldsRows: Bool {
        RunningLoss.yieldsRows(
            of: request.outputs,
            chosenReduction(request.outputs, normalizer: request.normalizer),
            normalizer: request.normalizer,
            facts.signature
        )
    }

    /// Keeps only sums over the rows that have been set, of inputs, weights and masks; then the next rows can
    /// be set.
    ///
    /// - Parameter cancellation: Polled during the computation; `nil` means never.
    /// - Returns: The results of these rows; `nil` if nothing was done, because the result does not follow from
    ///   sums over rows and results of each, so that all rows must be set at once.
    /// - Throws: `RequestError` if the request or a row is refused.
    package mutating func foldRows(
        unless cancellation: (any CancellationFlag)? = nil
    ) throws(RequestError) -> Evaluation? {
        var running: RunningComputation
        switch folded {
        case .sums(let sums): running = sums
        case .none:
            var request = self
            guard let begun = RunningComputation(like: try request.build()) else { return nil }
            running = begun
        }
        let evaluation = try running.add(request.takeRows(), cancellation)
        guard running.groupCount <= limits.groups else {
            throw .tooManyGroups(limit: limits.groups)
        }
        folded = .sums(running)
        hasOnlyInputs = false
        return evaluation
    }

    /// Computes what is requested, once every field has been set.
    ///
    /// The builder has no inputs afterwards.
    ///
    /// - Parameter cancellation: Polled during the computation; `nil` means never.
    /// - Returns: The result.
    /// - Throws: `RequestError` or `PenaltyError` if the request is refused, or was cancelled.
    package mutating func evaluate(
        unless cancellation: (any CancellationFlag)? = nil
    ) throws -> Evaluation {
        if case .sums = folded, request.inputs.contains(where: { $0 != nil }) {
            _ = try foldRows(unless: cancellation)
        }
        guard case .sums(let running) = folded else {
            return try build().evaluate(unless: cancellation)
        }
        return try running.result()
    }
}

extension RequestBuilder {
    /// The maximum number of groups.
    package var groupLimit: Int { limits.groups }

    /// Whether derivatives may be rounded to single precision as they are computed.
    package var roundsDerivatives: Bool {
        get { request.roundsDerivatives }
        set { request.roundsDerivatives = newValue }
    }

    package var penaltyCount: Int { penalties.count }

    /// The memory in use, in bytes.
    package var footprint: Int {
        request.inputs.reduce(0) { $0 + $1.footprint } + request.weights.footprint
            + request.mask.footprint + request.tokenMasks.reduce(0) { $0 + $1.footprint }
            + request.lengths.reduce(0) { $0 + $1.footprint }
            + options.values.reduce(0) { $0 + $1.footprint }
            + penalties.reduce(0) { $0 + $1.footprint } + (request.groups?.footprint ?? 0)
            + foldedFootprint
    }

    /// The memory for the sums of groups over rows that are not kept, in bytes.
    private var foldedFootprint: Int {
        guard case .sums(let running) = folded else { return 0 }
        return GroupLabels.bytesEach * running.groupCount + running.textLength
    }

    /// An upper bound on the memory for the keys of these groups in the result, in bytes.
    private var foldedTextFootprint: Int {
        guard case .sums(let running) = folded else { return 0 }
        return GroupLabels.textCopies * running.textLength
    }

    /// An upper bound on the memory, in bytes, to compute and serialize the result, without its text.
    package var resultFootprint: Int {
        let isByRow = facts.signature.unit == .row
        // The losses, and the weights of the targets, if rows are ignored or weighted by class.
        let weighsTargets =
            isByRow || options["class_weights"] != nil || options["ignore_index"] != nil
        let targetCount = (request.inputs.last ?? nil)?.count ?? 0
        let targetWeights = weighsTargets ? 2 * 8 * targetCount : 0
        // A long row whose numbers are not contiguous is copied, and some numbers of it are kept.
        let isStrided =
            isByRow && (options["axis"] != nil || convention?.options["axis"] != nil)
        let isWidened =
            request.hasSingles && !request.isComputedInBlocks(of: facts.signature)
        let copies = ((isStrided ? 1 : 0) + (isWidened ? 1 : 0)) * doublesFootprint
        // A byte for each loss tells whether it is left out.
        let selection = request.mask != nil || request.skipsMissing ? mostUnits : 0
        let penaltyBytes = penalties.reduce(0) { $0 + $1.footprint + Penalty.ownBytes }
        return 8 * resultCount + targetWeights + copies + request.weights.footprint + selection
            + penaltyBytes + Self.scratchBytes + segmentFootprint + groupFootprint
            + tokenFootprint + diagnosticFootprint + sequenceFootprint
    }

    /// An upper bound on the memory, in bytes, for the sequences of losses: their places and sums, and what
    /// belongs to them spread over their losses.
    private var sequenceFootprint: Int {
        let count = request.lengths.reduce(0) { $0 + ($1?.values.count ?? 0) }
        let inputs = facts.signature.inputs.count { $0.mayBeBySequence }
        guard count > 0 || inputs > 0 else { return 0 }
        let fields = count > 0 ? inputs + 3 : inputs
        return 64 * count + 8 * fields * mostUnits
    }

    /// The memory of the inputs in double precision, in bytes.
    private var doublesFootprint: Int {
        request.inputs.reduce(0) { $0 + 8 * ($1?.count ?? 0) }
    }

    /// An upper bound on the memory, in bytes, for the arrays from which diagnostics are computed.
    private var diagnosticFootprint: Int {
        request.outputs.contains(.diagnostics) ? 128 * count(of: 0) : 0
    }

    /// An upper bound on the memory, in bytes, for the numbers that tokens make up: one for each response,
    /// and its place if there is none.
    private var tokenFootprint: Int {
        request.logProbability == nil ? 0 : 32 * request.inputs.count * mostUnits
    }

    /// An upper bound on the memory, in bytes, in which the units of a loss of segments are computed
    /// one after the other.
    private var segmentFootprint: Int {
        guard let work = facts.work, let binding else { return 0 }
        let count = count(of: 0)
        // The derivatives of a unit, one of them weighted, and divided.
        let derivatives = (request.outputs.derivativeCount + 2) * count
        // Where each element belongs, or a loss for each item.
        let isGrouped = facts.signature.grouping != nil || facts.signature.sequenceDimension != nil
        let places = isGrouped ? 8 * mostUnits : binding.leading.reduce(1, *)
        let numbers = work.numbers.value(binding.length).saturatingSum(with: derivatives + places)
        return 8 * min(numbers, Self.largestCount)
    }

    /// An upper bound on the memory, in bytes, for the sums of groups: the losses, the order of the items,
    /// and the sums with their text.
    private var groupFootprint: Int {
        guard let groups = request.groups else { return foldedTextFootprint }
        return 12 * mostUnits + 8 * groups.codes.count + GroupLabels.bytesEach * groups.keys.count
            + GroupLabels.textCopies * groups.textLength + foldedTextFootprint
    }

    /// The lengths of the dimensions of the inputs; `nil` if shapes differ, which is refused.
    private var binding: Binding? {
        guard request.logProbability != nil else {
            let (signature, lengths) = (facts.signature, request.lengths.first ?? nil)
            guard signature.sequenceDimension != nil, let lengths else {
                return try? Binding(signature, request.inputs)
            }
            return try? Binding(signature, request.inputs, sequences: lengths)
        }
        let shapes = request.responseShapes(of: facts.signature)
        return try? Binding(facts.signature, shapes: shapes)
    }

    /// An upper bound on the count of numbers in the arrays of the result.
    package var resultCount: Int {
        let outputs = request.outputs
        let losses =
            (outputs.contains(.elements) ? 1 : 0)
            + (reduction == Reduction.none && outputs.contains(.loss) ? 1 : 0)
        let maps = (outputs.contains(.link) ? 1 : 0) + (outputs.contains(.prox) ? 1 : 0)
        let inputs = request.differentiated(of: facts.signature)
        let derivatives = inputs.reduce(0) { $0 + count(of: $1) }
        return losses * mostUnits + maps * count(of: 0) + outputs.derivativeCount * derivatives
            + penalties.reduce(0) { $0 + $1.footprint / 8 }
    }

    /// Whether the result takes time in proportion to the count of numbers.
    package var isLinear: Bool { facts.work == nil }

    /// An upper estimate of the time to compute the result, in nanoseconds.
    package var computingNanoseconds: Int {
        let numbers = mostUnits * Self.nanosecondsEach
        guard facts.signature.hasSegments, let work = facts.work, let binding else {
            return numbers
        }
        let units = binding.leading.reduce(1, *)
        let steps =
            request.lengths.isEmpty || facts.signature.sequenceDimension == nil
            ? work.steps.value(binding.length).saturatingProduct(with: units)
            // At most as many as of one sequence with all tokens, and of as many without any.
            : work.steps.value { _ in count(of: 0) }
                .saturatingSum(with: work.steps.value { _ in 0 }.saturatingProduct(with: units))
        return numbers + Self.nanosecondsOfStep * min(steps, Self.largestCount)
    }

    /// At least the number of losses: there may be more segments than elements, because some are empty.
    private var mostUnits: Int {
        if facts.signature.sequenceDimension != nil, let lengths = request.lengths.first ?? nil {
            return max(count(of: 0), lengths.values.count)
        }
        guard let grouping = facts.signature.grouping else {
            // There are more responses than tokens if these are few.
            return request.logProbability == nil
                ? count(of: 0) : max(count(of: 0), binding?.leading.reduce(1, *) ?? 0)
        }
        return max(count(of: 0), count(of: grouping.lengths))
    }

    /// The count of numbers of an input; 0 if it has not been set, or once a computation has taken it.
    private func count(of input: Int) -> Int {
        input < request.inputs.count ? request.inputs[input]?.count ?? 0 : 0
    }

    /// More numbers than any machine holds, and few enough that sums do not overflow.
    private static let largestCount = 1 << 50

    /// The time of an elementary step, in nanoseconds.
    private static let nanosecondsOfStep = 3

    /// The time to compute the loss of an element and its derivatives, in nanoseconds.
    private static let nanosecondsEach = 15

    /// The memory for the intermediate arrays of a block, in bytes.
    private static let scratchBytes = 1_024 * 1_024
}

extension Tensor? {
    /// The memory of its numbers in bytes; 0 for `nil`.
    fileprivate var footprint: Int { self?.footprint ?? 0 }
}

extension OptionValue {
    /// The memory of its numbers in bytes, if it is a list.
    fileprivate var footprint: Int {
        if case .list(let numbers) = self { 8 * numbers.capacity } else { 0 }
    }
}

extension GroupLabels {
    /// The integers that may be groups.
    package static let integerRange = "an integer below 2^53 in magnitude"

    /// The groups whose keys are integers, by their decimal digits.
    ///
    /// - Parameters:
    ///   - numbers: the keys.
    ///   - limit: the maximum number of groups.
    /// - Returns: the groups.
    /// - Throws: `RequestError` if a number is not an integer below 2^53 in magnitude, or if there are too
    ///   many groups.
    package static func integers(
        _ numbers: Tensor,
        limit: Int
    ) throws(RequestError) -> GroupLabels {
        guard numbers.shape.count == 1 else {
            throw .wrongKind("groups", expected: "a list of strings or integers")
        }
        var labels = GroupLabels.Builder(limit: limit)
        for (place, number) in numbers.values.enumerated() {
            guard abs(number) < 0x1p53, let integer = Int(exactly: number) else {
                throw .wrongElement(of: "groups", place: place, expected: Self.integerRange)
            }
            labels.append(integer)
            guard !labels.isOverLimit else { throw .tooManyGroups(limit: limit) }
        }
        return labels.finish()
    }
}
