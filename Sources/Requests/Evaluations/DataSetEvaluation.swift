// SPDX-License-Identifier: Apache-2.0

package import LossFacts
package import LossFunctions

/// The evaluation of a model, or of two, on a data set: losses and metrics with their uncertainty.
package struct DataSetEvaluation: Sendable {
    package var data = DataSet()
    package var losses: [Term] = []
    package var metrics: [Term] = []
    /// The inputs of the model to compare with, which replace those of the data set.
    package var baseline: [(name: String, tensor: Tensor)] = []
    /// The probability with which an interval contains the mean, if it is normally distributed.
    package private(set) var confidence = 0.95
    /// The number of the greatest losses to list.
    package private(set) var worstCount = 10
    private let limits: ComputationLimits

    /// The maximum number of losses and metrics.
    package static let maximumTerms = 256

    /// The maximum number of the greatest losses to list.
    package static let maximumWorst = 1_000

    package init(limits: ComputationLimits) { self.limits = limits }

    /// The maximum number of groups.
    package var groupLimit: Int { limits.groups }

    package mutating func set(confidence: Double) throws(RequestError) {
        self.confidence = try Interval.open(0, 1).checked(confidence, "confidence")
    }

    package mutating func set(worst count: Double) throws(RequestError) {
        let allowed = 0...Self.maximumWorst
        worstCount = try Int(count, "worst", allowed, "an integer from 0 to \(Self.maximumWorst)")
    }

    package mutating func set(groups: GroupLabels) throws(RequestError) {
        guard groups.keys.count <= limits.groups else { throw .tooManyGroups(limit: limits.groups) }
        data.groups = groups
    }

    /// The memory in use, in bytes.
    package var footprint: Int {
        data.footprint + baseline.reduce(0) { $0 + 8 * $1.tensor.values.capacity }
            + (losses + metrics).reduce(0) { $0 + $1.footprint }
    }

    /// An upper bound on the memory for the result, in bytes: losses are computed one after the other.
    package var resultFootprint: Int {
        let count = data.inputs.reduce(0) { max($0, $1.tensor.values.count) }
        let groups = data.groups?.keys.count ?? 0
        let terms = losses.count + metrics.count
        // The losses of the model and of the baseline, their differences, their order by groups, and copies
        // of the inputs of a metric in this order.
        return 8 * 12 * count + 2 * data.footprint + GroupLabels.bytesEach * groups * (terms + 2)
            + terms * 4_096 + losses.count * worstCount * worstFootprint
            + GroupLabels.textCopies * (data.groups?.textLength ?? 0)
            + (groups + 1) * labelFootprint + cellFootprint + 2 * 1_024 * 1_024
    }

    /// An upper estimate of the memory for one of the greatest losses with its place, and their text.
    private var worstFootprint: Int {
        256 + 64 * data.inputs.reduce(0) { max($0, $1.tensor.shape.count) }
    }

    /// The memory for the text of all labels, whose bytes may be escaped.
    private var labelFootprint: Int {
        (losses + metrics).reduce(0) { $0 + 6 * ($1.label ?? $1.name).utf8.count }
    }

    /// The memory for the classes, or pairs of classes, of metrics, and for numbers of them in results.
    private var cellFootprint: Int {
        let results = (data.groups?.keys.count ?? 0) + (baseline.isEmpty ? 1 : 2)
        var (kept, most) = (0, 0)
        for term in metrics {
            guard let found = MetricCatalogue.metric(named: term.name),
                let metric = try? metric(found, term)
            else { continue }
            let cells = cellCount(metric, term)
            kept += results * cells
            most = max(most, cells)
        }
        return Self.cellBytes * kept + Metric.cellBytes * most
    }

    /// The memory for a number of a class in a result, with its text.
    private static let cellBytes = 64

    private func cellCount(_ metric: Metric, _ term: Term) -> Int {
        metric.cellCount(metric.facts.inputNames.map { data.input(named: term.source(of: $0)) })
    }

    /// Computes the losses and metrics.
    ///
    /// - Parameter cancellation: polled during the computation; `nil` means never.
    /// - Returns: the results in the order of the lists.
    /// - Throws: `DataSetError` if the request, or a loss or metric, is refused.
    package func result(
        unless cancellation: (any CancellationFlag)? = nil
    ) throws(DataSetError) -> DataSetResult {
        try checkRequest()
        return try sharingMissing().results(cancellation)
    }

    /// The evaluation in which a number that is missing for one of two models is missing for both, so that
    /// their losses and metrics are of the same units.
    private func sharingMissing() -> DataSetEvaluation {
        guard data.skipsMissing else { return self }
        var shared = self
        for index in shared.baseline.indices {
            let (name, other) = shared.baseline[index]
            guard let own = data.input(named: name), own.shape == other.shape,
                own.hasMissing || other.hasMissing
            else { continue }
            shared.baseline[index].tensor = other.missing(where: own)
            shared.data.replace(name, own.missing(where: other))
        }
        return shared
    }

    private func results(
        _ cancellation: (any CancellationFlag)?
    ) throws(DataSetError) -> DataSetResult {
        let quantile = NormalQuantile.magnitude(confidence)
        // One limit for all losses.
        var steps = 0
        var results: [DataSetResult.Loss] = []
        var shared = SharedResults(groupCount: data.groups?.keys.count ?? 0)
        for (index, term) in losses.enumerated() {
            guard let found = Catalogue.loss(named: term.name) else {
                throw .unknown(list: "losses", place: index, name: term.name)
            }
            let inputs = found.facts.signature.inputs.map { $0.name }
            let place = TermPlace(list: "losses", index: index, term: term, inputs: inputs)
            results.append(try result(of: found, place, quantile, &steps, &shared, cancellation))
        }
        var values: [DataSetResult.Metric] = []
        for (index, term) in metrics.enumerated() {
            guard let found = MetricCatalogue.metric(named: term.name) else {
                throw .unknown(list: "metrics", place: index, name: term.name)
            }
            let inputs = found.entry.facts.inputNames
            let place = TermPlace(list: "metrics", index: index, term: term, inputs: inputs)
            values.append(
                try result(of: found, place, quantile, &shared, &steps, cancellation)
            )
        }
        return DataSetResult(
            losses: results,
            metrics: values,
            groups: data.groups?.keysInOrder ?? []
        )
    }

    private func checkRequest() throws(DataSetError) {
        guard !losses.isEmpty || !metrics.isEmpty else {
            throw .request(.missingChoice("losses", "metrics"))
        }
        guard losses.count + metrics.count <= Self.maximumTerms else {
            throw .request(.tooManyTerms("losses", "metrics", limit: Self.maximumTerms))
        }
        for (list, terms) in [("losses", losses), ("metrics", metrics)] {
            for (place, term) in terms.enumerated() where Self.inputs(of: term, list) == nil {
                throw .unknown(list: list, place: place, name: term.name)
            }
        }
        try Term.checkNames(of: ("losses", losses), ("metrics", metrics))
        let names = data.inputs.map { $0.name }
        if let other = baseline.first(where: { !names.contains($0.name) }) {
            throw .unused(input: "baseline/" + other.name, known: names)
        }
        try data.checkUse(inputNames + lengthNames)
    }

    /// The inputs of the data set that losses and metrics read, each once, in the order in which they name them.
    package var inputNames: [String] {
        let read =
            losses.flatMap { Self.inputs(of: $0, "losses") ?? [] }
            + metrics.flatMap { Self.inputs(of: $0, "metrics") ?? [] }
        return read.uniqued
    }

    /// The lengths of sequences that losses may read besides, each once.
    package var lengthNames: [String] {
        let inputs = inputNames
        let read = losses.flatMap { term in
            (Catalogue.loss(named: term.name)?.facts.signature.lengths ?? [])
                .map { term.source(of: $0) }
        }
        return read.uniqued.filter { !inputs.contains($0) }
    }

    /// The inputs of the data set that a loss or metric reads; `nil` if it is not known.
    private static func inputs(of term: Term, _ list: String) -> [String]? {
        let names =
            list == "losses"
            ? Catalogue.loss(named: term.name).map { DataSet.names(of: $0.facts.signature) }
            : MetricCatalogue.metric(named: term.name)?.entry.facts.inputNames
        return names?.map { term.source(of: $0) }
    }
}

extension DataSetEvaluation {
    /// The results of a loss.
    private func result(
        of found: Catalogue.Found,
        _ place: TermPlace,
        _ quantile: Double,
        _ steps: inout Int,
        _ shared: inout SharedResults,
        _ cancellation: (any CancellationFlag)?
    ) throws(DataSetError) -> DataSetResult.Loss {
        let (facts, term) = (found.facts, place.term)
        var result = DataSetResult.Loss(label: term.resultName, loss: facts.name)
        // The losses themselves are kept for their differences only.
        let outputs: Outputs =
            !facts.hasPartial
            ? .loss : baseline.isEmpty ? [.loss, .partial] : [.loss, .partial, .elements]
        let own = try evaluate(found, place, data, outputs, &steps, cancellation)
        shared.add(own.result, of: own.computation, term)
        let other =
            try baseline.isEmpty
            ? nil
            : evaluate(found, place, data.replacing(baseline), outputs, &steps, cancellation)
        guard facts.hasPartial else {
            try check(own, found, place)
            result.all = DataSetResult.Mean(own.result)
            result.baseline = other.map { other in
                DataSetResult.Comparison(
                    baseline: DataSetResult.Mean(other.result),
                    difference: DataSetResult.Mean(
                        value: own.result.reduced.flatMap { value in
                            other.result.reduced.map { value - $0 + 0 }
                        }.flatMap { $0.isFinite ? $0 : nil },
                        normalizer: nil
                    )
                )
            }
            result.reason = "a loss of the whole batch is not a mean over units"
            return result
        }
        let request = own.computation.request
        let reduction = request.reduction
        guard let moments = own.result.moments,
            let usual = moments.normalizer(of: reduction, termCount: request.termCount)
        else {
            throw place.error(
                .notAllowed(
                    reduction.rawValue,
                    field: "reduction",
                    place: [],
                    allowed: Merger.reductions.map { $0.rawValue }
                )
            )
        }
        // A denominator of the client's own is that of the groups and of the baseline too.
        let normalizer = own.result.normalizer == usual ? nil : own.result.normalizer
        func mean(_ moments: Moments) -> DataSetResult.Mean {
            let usual = moments.normalizer(of: reduction, termCount: request.termCount)
            return self.mean(moments, normalizer ?? usual ?? 1, quantile)
        }
        result.all = mean(moments)
        result.skipped = own.result.skipped
        result.worst = own.result.worst
        result.groups = (own.result.groups ?? []).map { mean($0.moments) }
        guard let other, let others = other.result.moments,
            let elements = own.result.elements, let losses = other.result.elements
        else { return result }
        let differences = zip(elements.values, losses.values).map { $0 - $1 }
        guard let paired = Moments.moments(of: differences, weights: data.weights, data.groups)
        else {
            let input = facts.signature.inputs[0].name
            throw place.error(.loss(.notFinite(.loss, input: input, place: []), nil))
        }
        func difference(_ moments: Moments) -> DataSetResult.Mean {
            self.mean(moments, moments.normalizer(of: .mean) ?? 1, quantile)
        }
        result.baseline = DataSetResult.Comparison(
            baseline: mean(others),
            difference: difference(paired.all)
        )
        result.groupBaselines = zip(other.result.groups ?? [], paired.groups).map { own, paired in
            DataSetResult.Comparison(
                baseline: mean(own.moments),
                difference: difference(paired.moments)
            )
        }
        return result
    }

    /// Throws unless a loss of a whole batch is a single number, of a batch that the groups divide.
    private func check(
        _ own: (result: LossResult, computation: Computation),
        _ found: Catalogue.Found,
        _ place: TermPlace
    ) throws(DataSetError) {
        guard own.result.reduced != nil else {
            throw place.error(.notReduced(own.computation.request.reduction))
        }
        let input = found.facts.signature.inputs[0].name
        guard let count = data.groups?.codes.count,
            let length = data.input(named: place.term.source(of: input))?.shape.first,
            count != length
        else { return }
        throw place.error(
            .loss(.leadingShape(input: "groups", shape: [count], allowed: [[length]]), nil)
        )
    }

    private func evaluate(
        _ found: Catalogue.Found,
        _ place: TermPlace,
        _ data: DataSet,
        _ outputs: Outputs,
        _ steps: inout Int,
        _ cancellation: (any CancellationFlag)?
    ) throws(DataSetError) -> (result: LossResult, computation: Computation) {
        do throws(RequestError) {
            var builder = try place.term.builder(for: found, of: data, outputs, limits)
            if let groups = data.groups, outputs.contains(.partial) {
                try builder.set(.groups, .labels(groups))
            }
            let computation = try builder.build()
            let result = try computation.evaluateLoss(
                after: &steps,
                worst: worstCount,
                cancellation
            )
            return (result, computation)
        } catch {
            throw place.error(error, of: data)
        }
    }

    /// The mean of losses, and its uncertainty.
    private func mean(
        _ moments: Moments,
        _ denominator: Double,
        _ quantile: Double
    ) -> DataSetResult.Mean {
        let isEmpty = !(denominator > 0)
        var mean = DataSetResult.Mean(
            value: isEmpty ? nil : moments.loss(dividedBy: denominator),
            normalizer: isEmpty ? nil : denominator
        )
        mean.count = moments.count
        // Other denominators than the sum of the weights do not make a mean.
        guard !isEmpty, denominator == moments[.weight].rounded,
            let error = moments.standardError, error.isFinite, let value = mean.value
        else { return mean }
        mean.standardError = error
        mean.interval = DataSetResult.interval(around: value, quantile * error)
        return mean
    }

    /// The value of a metric, in all and of each group.
    private func result(
        of found: MetricCatalogue.Found,
        _ place: TermPlace,
        _ quantile: Double,
        _ shared: inout SharedResults,
        _ steps: inout Int,
        _ cancellation: (any CancellationFlag)?
    ) throws(DataSetError) -> DataSetResult.Metric {
        let (facts, term) = (found.entry.facts, place.term)
        let metric: Metric
        do throws(RequestError) {
            metric = try self.metric(found, term)
        } catch {
            throw place.error(error)
        }
        try count(&steps, of: metric, place)
        let names = facts.inputNames.map { term.source(of: $0) }
        let sums = shared.sums(of: names)
        let own = try evaluate(metric, place, data, sums.all, cancellation)
        var result = DataSetResult.Metric(
            label: term.resultName,
            metric: facts.name,
            all: DataSetResult.Score(own.result, quantile)
        )
        if !baseline.isEmpty {
            result.baseline =
                try evaluate(metric, place, data.replacing(baseline), sums.baseline, cancellation)
                .result
        }
        guard let labels = data.groups else { return result }
        do throws(LossError) {
            if shared.arrangement?.units != own.units {
                shared.arrangement = try GroupArrangement(own.units, labels)
            }
            let arranged = names.map { shared.arrangement?.arranged($0, of: data) }
            let groups = shared.arrangement?.groups.units ?? []
            for (units, own) in zip(groups, sums.groups) {
                let score =
                    try metric.evaluate(arranged, units, sharing: own, unless: cancellation)
                result.groups.append(DataSetResult.Score(score, quantile))
            }
        } catch {
            throw place.error(.loss(error, nil))
        }
        return result
    }

    /// Counts the steps of a metric that grow with the classes rather than the units.
    ///
    /// - Throws: `DataSetError` if they exceed the limit together with those before.
    private func count(
        _ steps: inout Int,
        of metric: Metric,
        _ place: TermPlace
    ) throws(DataSetError) {
        let results = (data.groups?.keys.count ?? 0) + (baseline.isEmpty ? 1 : 2)
        let own = Metric.cellSteps * results * cellCount(metric, place.term)
        steps = steps.saturatingSum(with: own)
        guard steps <= limits.steps else {
            throw place.error(.loss(.tooManySteps(steps, limit: limits.steps), nil))
        }
    }

    /// The metric of a term with its options.
    private func metric(
        _ found: MetricCatalogue.Found,
        _ term: Term
    ) throws(RequestError) -> Metric {
        let facts = found.entry.facts
        if let name = term.inputs.keys.sorted().first(where: { !facts.inputNames.contains($0) }) {
            throw .unknownMember(name, of: "inputs", known: facts.inputNames)
        }
        var options = found.presets
        for (name, value) in term.fields {
            guard let declaration = facts.options.first(where: { $0.name == name }) else {
                throw .unknownField(name, known: facts.options.map { $0.name })
            }
            guard let option = OptionValue(value) else {
                throw .wrongKind(name, expected: declaration.expected)
            }
            if let preset = found.presets[name], option != preset {
                throw .contradictsName(option: name, preset: preset, loss: facts.name)
            }
            options[name] = option
        }
        do throws(LossError) {
            return try found.entry.metric(OptionValues(options, for: facts.options))
        } catch {
            throw .loss(error, nil)
        }
    }

    /// The value of a metric for all units.
    private func evaluate(
        _ metric: Metric,
        _ place: TermPlace,
        _ data: DataSet,
        _ shared: SharedSums,
        _ cancellation: (any CancellationFlag)?
    ) throws(DataSetError) -> (result: MetricResult, units: MetricUnits) {
        let names = metric.facts.inputNames
        let inputs = names.map { data.input(named: place.term.source(of: $0)) }
        if let missing = inputs.prefix(2).firstIndex(where: { $0 == nil }) {
            let expected = "a number or an array of numbers"
            throw place.error(.missingField(names[missing], expected: expected))
        }
        do throws(LossError) {
            let units = try MetricUnits(
                metric,
                inputs,
                weights: data.weights,
                mask: data.mask,
                skipsMissing: data.skipsMissing
            )
            let result =
                try metric.evaluate(inputs, units, sharing: shared, unless: cancellation)
            return (result, units)
        } catch {
            throw place.error(.loss(error, nil), of: data)
        }
    }
}

extension Tensor {
    /// The tensor whose values are also missing where those of another are, of the same shape.
    fileprivate func missing(where other: Tensor) -> Tensor {
        Tensor(
            shape: shape,
            values: zip(values, other.values).map { $1.isNaN ? .nan : $0 },
            hasMissing: true
        )
    }
}

/// The results that the losses and metrics of a data set share.
private struct SharedResults {
    /// The sums of all units, of those of the baseline, and of each group, by the names of the inputs.
    private var sums: [[String]: Sums] = [:]
    var arrangement: GroupArrangement?
    private let groupCount: Int

    struct Sums {
        let all = SharedSums()
        let baseline = SharedSums()
        let groups: [SharedSums]
    }

    init(groupCount: Int) { self.groupCount = groupCount }

    /// The sums over inputs of the data set.
    mutating func sums(of names: [String]) -> Sums {
        if let found = sums[names] { return found }
        let new = Sums(groups: (0..<groupCount).map { _ in SharedSums() })
        sums[names] = new
        return new
    }

    /// Adds the moments of a loss that has the inputs of a metric: predictions and targets, as they are.
    mutating func add(_ result: LossResult, of computation: Computation, _ term: Term) {
        let names = computation.loss.facts.signature.inputs.map { term.source(of: $0.name) }
        guard names.count == 2, computation.convention == nil, let moments = result.moments else {
            return
        }
        let sums = sums(of: names)
        sums.all.add(moments, of: computation.loss)
        for (own, group) in zip(sums.groups, result.groups ?? []) {
            own.add(group.moments, of: computation.loss)
        }
    }
}

/// The inputs of metrics in the order of the groups, which metrics of the same units share.
private struct GroupArrangement {
    let units: MetricUnits
    let groups: MetricGroups
    private var tensors: [String: Tensor] = [:]

    /// - Throws: `LossError` if the labels do not match the units.
    init(_ units: MetricUnits, _ labels: GroupLabels) throws(LossError) {
        guard units.shape.first == labels.codes.count else {
            let allowed = [Array(units.shape.prefix(1))]
            throw .leadingShape(input: "groups", shape: [labels.codes.count], allowed: allowed)
        }
        let length = units.shape.dropFirst().reduce(1, *)
        let codes = labels.codes.flatMap { repeatElement(Int($0), count: length) }
        self.units = units
        groups = MetricGroups(units, by: codes, count: labels.keys.count)
    }

    /// An input in the order of the groups; one without numbers for each unit as it is.
    mutating func arranged(_ name: String, of data: DataSet) -> Tensor? {
        if let tensor = tensors[name] { return tensor }
        guard let tensor = data.input(named: name) else { return nil }
        let isByUnit = tensor.shape.starts(with: units.shape)
        let arranged = isByUnit ? groups.arranged(tensor) : tensor
        tensors[name] = arranged
        return arranged
    }
}

extension OptionValue {
    /// The value of an option in a request; `nil` if no option has its kind.
    fileprivate init?(_ value: FieldValue) {
        switch value {
        case .number(let number): self = .number(number)
        case .flag(let flag): self = .flag(flag)
        case .text(let text): self = .choice(text)
        case .numbers(let tensor) where tensor.hasMissing: return nil
        case .numbers(let tensor) where tensor.shape.isEmpty: self = .number(tensor.values[0])
        case .numbers(let tensor) where tensor.shape.count == 1: self = .list(tensor.values)
        case .numbers, .texts, .labels: return nil
        }
    }
}
