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

    package mutating func set(confidence: Double) throws(RequestError) {
        let allowed = Interval.open(0, 1)
        guard allowed.contains(confidence) else {
            throw .loss(
                .outOfRange(
                    option: "confidence",
                    place: [],
                    value: confidence,
                    allowed: allowed.description
                ),
                nil
            )
        }
        self.confidence = confidence
    }

    package mutating func set(worst count: Double) throws(RequestError) {
        guard let count = Int(exactly: count), (0...Self.maximumWorst).contains(count) else {
            throw .loss(
                .outOfRange(
                    option: "worst",
                    place: [],
                    value: count,
                    allowed: "an integer from 0 to \(Self.maximumWorst)"
                ),
                nil
            )
        }
        worstCount = count
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
            + terms * (4_096 + 64 * worstCount) + 2 * 1_024 * 1_024
    }

    /// Computes the losses and metrics.
    ///
    /// - Parameter cancellation: polled during the computation; `nil` means never.
    /// - Returns: the results in the order of the lists.
    /// - Throws: `DataSetError` if the request, or a loss or metric, is refused, or the computation is
    ///   cancelled.
    package func result(
        unless cancellation: (any CancellationFlag)? = nil
    ) throws(DataSetError) -> DataSetResult {
        try checkRequest()
        let quantile = NormalQuantile.value(0.5 + 0.5 * confidence)
        // One limit for all losses.
        var steps = 0
        var results: [DataSetResult.Loss] = []
        for (place, term) in losses.enumerated() {
            guard let found = Catalogue.loss(named: term.name) else {
                throw .unknown(list: "losses", place: place, name: term.name)
            }
            do throws(RequestError) {
                results.append(try result(of: found, term, quantile, &steps, cancellation))
            } catch {
                if error == .loss(.cancelled, nil) { throw .cancelled }
                throw .term(list: "losses", place: place, term, error)
            }
        }
        var values: [DataSetResult.Metric] = []
        for (place, term) in metrics.enumerated() {
            guard let found = MetricCatalogue.metric(named: term.name) else {
                throw .unknown(list: "metrics", place: place, name: term.name)
            }
            do throws(RequestError) {
                values.append(try result(of: found, term, quantile, cancellation))
            } catch {
                throw .term(list: "metrics", place: place, term, error)
            }
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
            throw .request(
                .wrongKind(
                    "losses",
                    expected: "at most \(Self.maximumTerms) losses and metrics in all"
                )
            )
        }
        for (list, terms) in [("losses", losses), ("metrics", metrics)] {
            for (place, term) in terms.enumerated() where Self.inputs(of: term, list) == nil {
                throw .unknown(list: list, place: place, name: term.name)
            }
        }
        let names = data.inputs.map { $0.name }
        if let other = baseline.first(where: { !names.contains($0.name) }) {
            throw .unused(input: "baseline/" + other.name, known: names)
        }
        let read =
            losses.flatMap { Self.inputs(of: $0, "losses") ?? [] }
            + metrics.flatMap { Self.inputs(of: $0, "metrics") ?? [] }
        if let unused = names.first(where: { !read.contains($0) }) {
            throw .unused(input: "inputs/" + unused, known: Set(read).sorted())
        }
    }

    /// The inputs of the data set that a loss or metric reads; `nil` if it is not known.
    private static func inputs(of term: Term, _ list: String) -> [String]? {
        let names =
            list == "losses"
            ? Catalogue.loss(named: term.name)?.facts.signature.inputs.map { $0.name }
            : MetricCatalogue.metric(named: term.name)?.entry.facts.inputNames
        return names?.map { term.source(of: $0) }
    }
}

extension DataSetEvaluation {
    /// The results of a loss.
    private func result(
        of found: Catalogue.Found,
        _ term: Term,
        _ quantile: Double,
        _ steps: inout Int,
        _ cancellation: (any CancellationFlag)?
    ) throws(RequestError) -> DataSetResult.Loss {
        let facts = found.facts
        var result = DataSetResult.Loss(label: term.label ?? facts.name, loss: facts.name)
        guard facts.hasPartial else {
            let own = try evaluate(found, term, data, .loss, &steps, cancellation).result
            result.all = DataSetResult.Mean(value: own.reduced, normalizer: own.normalizer)
            result.all.count = 1
            result.reason = "a loss of the whole batch is not a mean over units"
            return result
        }
        let outputs: Outputs = [.loss, .partial, .elements]
        let own = try evaluate(found, term, data, outputs, &steps, cancellation)
        guard let moments = own.result.moments, let elements = own.result.elements,
            let normalizer = moments.normalizer(of: own.reduction)
        else {
            throw .notAllowed(
                own.reduction.rawValue,
                field: "reduction",
                place: [],
                allowed: Merger.reductions.map { $0.rawValue }
            )
        }
        var other: Tensor?
        if !baseline.isEmpty {
            let replaced = data.replacing(baseline)
            other = try evaluate(found, term, replaced, outputs, &steps, cancellation).result
                .elements
        }
        let reduction = own.reduction
        result.all = mean(
            moments,
            own.result.normalizer == normalizer ? nil : own.result.normalizer,
            reduction,
            quantile
        )
        result.skipped = own.result.skipped
        result.worst = Self.worst(elements, count: worstCount)
        result.groups = (own.result.groups ?? []).map { mean($0.moments, nil, reduction, quantile) }
        guard let other else { return result }
        let differences = zip(elements.values, other.values).map { $0 - $1 }
        guard
            let paired = Moments.moments(of: differences, weights: data.weights, data.groups),
            let others = Moments.moments(of: other.values, weights: data.weights, data.groups)
        else {
            throw .loss(.notFinite(.loss, input: facts.signature.inputs[0].name, place: []), nil)
        }
        result.baseline = DataSetResult.Comparison(
            baseline: mean(others.all, nil, reduction, quantile),
            difference: mean(paired.all, nil, .mean, quantile)
        )
        result.groupBaselines = zip(others.groups, paired.groups).map { own, difference in
            DataSetResult.Comparison(
                baseline: mean(own.moments, nil, reduction, quantile),
                difference: mean(difference.moments, nil, .mean, quantile)
            )
        }
        return result
    }

    private func evaluate(
        _ found: Catalogue.Found,
        _ term: Term,
        _ data: DataSet,
        _ outputs: Outputs,
        _ steps: inout Int,
        _ cancellation: (any CancellationFlag)?
    ) throws(RequestError) -> (result: LossResult, reduction: Reduction) {
        var builder = try term.builder(for: found, of: data, outputs, limits)
        if let groups = data.groups, outputs.contains(.partial) {
            try builder.set(.groups, .labels(groups))
        }
        let computation = try builder.build()
        let result = try computation.evaluateLoss(after: &steps, cancellation)
        return (result, computation.request.reduction)
    }

    /// The mean of losses, and its uncertainty.
    private func mean(
        _ moments: Moments,
        _ normalizer: Double?,
        _ reduction: Reduction,
        _ quantile: Double
    ) -> DataSetResult.Mean {
        let denominator = normalizer ?? moments.normalizer(of: reduction) ?? 1
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
        mean.interval = [value - quantile * error, value + quantile * error]
        return mean
    }

    /// The greatest losses, in descending order; of equal ones the first.
    private static func worst(_ elements: Tensor, count: Int) -> [Statistics.Extreme] {
        guard count > 0 else { return [] }
        var worst: [(loss: Double, offset: Int)] = []
        for offset in elements.values.indices {
            let loss = elements.values[offset]
            guard !loss.isNaN, worst.count < count || loss > worst[worst.count - 1].loss else {
                continue
            }
            let place = worst.firstIndex { $0.loss < loss } ?? worst.count
            worst.insert((loss, offset), at: place)
            if worst.count > count { worst.removeLast() }
        }
        return worst.map {
            Statistics.Extreme(
                loss: $0.loss,
                place: Tensor.place(of: $0.offset, in: elements.shape)
            )
        }
    }

    /// The value of a metric, in all and of each group.
    private func result(
        of found: MetricCatalogue.Found,
        _ term: Term,
        _ quantile: Double,
        _ cancellation: (any CancellationFlag)?
    ) throws(RequestError) -> DataSetResult.Metric {
        let facts = found.entry.facts
        let names = facts.options.map { $0.name }
        var options = found.presets
        for (name, value) in term.fields {
            guard let declaration = facts.options.first(where: { $0.name == name }) else {
                throw .unknownField(name, known: names)
            }
            guard let option = OptionValue(value) else {
                throw .wrongKind(name, expected: declaration.expected)
            }
            options[name] = option
        }
        func tensors(of data: DataSet) -> [Tensor?] {
            facts.inputNames.map { data.input(named: term.source(of: $0)) }
        }
        let inputs = tensors(of: data)
        if let place = inputs.firstIndex(where: { $0 == nil }), place < 2 {
            throw .missingField(
                facts.inputNames[place],
                expected: "a number or an array of numbers"
            )
        }
        do throws(LossError) {
            let metric = try found.entry.metric(OptionValues(options, for: facts.options))
            let units = try MetricUnits(
                metric,
                inputs,
                weights: data.weights,
                mask: data.mask,
                skipsMissing: data.skipsMissing
            )
            let own = try metric.evaluate(inputs, units, unless: cancellation)
            var result = DataSetResult.Metric(
                label: term.label ?? facts.name,
                metric: facts.name,
                all: DataSetResult.Score(own, quantile)
            )
            if !baseline.isEmpty {
                let others = tensors(of: data.replacing(baseline))
                result.baseline = try metric.evaluate(others, units, unless: cancellation)
            }
            guard let labels = data.groups else { return result }
            result.groups = try scores(metric, inputs, units, labels, quantile, cancellation)
            return result
        } catch {
            throw .loss(error, nil)
        }
    }

    /// The value of a metric for each group.
    private func scores(
        _ metric: Metric,
        _ inputs: [Tensor?],
        _ units: MetricUnits,
        _ labels: GroupLabels,
        _ quantile: Double,
        _ cancellation: (any CancellationFlag)?
    ) throws(LossError) -> [DataSetResult.Score] {
        guard units.shape.first == labels.codes.count else {
            let allowed = [Array(units.shape.prefix(1))]
            throw .leadingShape(input: "groups", shape: [labels.codes.count], allowed: allowed)
        }
        let length = units.shape.dropFirst().reduce(1, *)
        let codes = labels.codes.flatMap { repeatElement(Int($0), count: length) }
        let groups = MetricGroups(units, by: codes, count: labels.keys.count)
        let arranged = inputs.map { tensor in
            tensor.map { $0.shape.starts(with: units.shape) ? groups.arranged($0) : $0 }
        }
        var scores: [DataSetResult.Score] = []
        for own in groups.units {
            let result = try metric.evaluate(arranged, own, unless: cancellation)
            scores.append(DataSetResult.Score(result, quantile))
        }
        return scores
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
