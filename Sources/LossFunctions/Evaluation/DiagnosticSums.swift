// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// A number by which training is watched, with its name.
package struct DiagnosticValue: Equatable, Sendable {
    package let name: String
    package let value: Double
}

/// The numbers by which the training of a policy is watched, of the units of a batch that take part.
///
/// They do not depend on weights. Means are exact sums, of rewards that are not rounded and of ratios,
/// estimates of divergences and entropies that are those of the losses `importance_sampling`, `policy_kl` and
/// `entropy`.
struct DiagnosticSums {
    private let batch: Batch
    private let signature: Signature

    init(_ batch: Batch) {
        self.batch = batch
        signature = batch.signature
    }

    /// Computes the numbers.
    ///
    /// - Throws: `LossError.nothingToAverage` if nothing takes part, and `LossError.notFinite` if a number is
    ///   too large for a double.
    func values(of diagnostics: Diagnostics) throws(LossError) -> [DiagnosticValue] {
        let values =
            switch diagnostics {
            case .rewards(let factor): try rewards(factor)
            case .labelledRewards(let factor, let threshold):
                try labelledRewards(option(factor), option(threshold))
            case .ranking: try ranking()
            case .entropy(let temperature, let softBound):
                try entropy(temperature.map { option($0) } ?? 1, softBound.map { option($0) } ?? 0)
            case .ratios(let bounds, let ofSequences): try ratios(bounds, ofSequences)
            }
        guard values.allSatisfy({ $0.isFinite }) else { throw notFinite }
        return zip(diagnostics.names, values).map { DiagnosticValue(name: $0, value: $1 + 0) }
    }

    private var notFinite: LossError {
        .notFinite(.diagnostics, input: signature.inputs[0].name, place: [])
    }

    private func input(_ name: String) -> [Double] {
        signature.index(of: name).map { batch.values($0) } ?? []
    }

    private func option(_ name: String) -> Double {
        let facts = batch.loss.facts
        guard case .number(let value)? = batch.loss.options.value(of: name, in: facts.options)
        else { return 1 }
        return value
    }

    private func unit(of offset: Int) -> Int {
        batch.segments?.unit(of: offset, input: 0) ?? offset
    }

    /// The offsets of the numbers of the first input that take part.
    private func offsets() throws(LossError) -> [Int] {
        let mask = input("token_mask")
        let offsets = batch.values(0).indices.filter { offset in
            !batch.selection.isLeftOut(unit(of: offset)) && (mask.isEmpty || mask[offset] == 1)
        }
        guard !offsets.isEmpty else {
            throw .nothingToAverage(batch.request.mask != nil || !mask.isEmpty ? .mask : .units)
        }
        return offsets
    }

    /// The numbers about the rewards of pairs.
    private func rewards(_ factor: String?) throws(LossError) -> [Double] {
        let offsets = try offsets()
        let beta = factor.map { option($0) } ?? 1
        let responses = [("chosen", 1.0), ("rejected", -1)].map { name, sign in
            (policy: input(name), reference: input("reference_" + name), sign: sign)
        }
        var sums = [ExactSum](repeating: ExactSum(), count: 2)
        var (margin, pair) = (ExactSum(), ExactSum())
        var correct = 0
        for offset in offsets {
            pair.reset()
            for (place, response) in responses.enumerated() {
                let terms =
                    [response.policy[offset]]
                    + (response.reference.isEmpty ? [] : [-response.reference[offset]])
                for term in terms {
                    sums[place].add(term, times: beta)
                    margin.add(term, times: response.sign * beta)
                    pair.add(term * response.sign)
                }
            }
            if pair.value > 0 { correct += 1 }
        }
        let count = Double(offsets.count)
        return [
            count, Double(correct) / count, margin.value(dividedBy: count),
            sums[0].value(dividedBy: count), sums[1].value(dividedBy: count),
        ]
    }

    /// The numbers about the rewards of desirable and undesirable responses; means over none are 0.
    private func labelledRewards(_ beta: Double, _ threshold: Double) throws(LossError) -> [Double]
    {
        let offsets = try offsets()
        let (policy, reference) = (input("logprobs"), input("reference_logprobs"))
        let labels = input("labels")
        var sums = [ExactSum](repeating: ExactSum(), count: 2)
        var (counts, correct, response) = ([0.0, 0], 0.0, ExactSum())
        for offset in offsets {
            let isDesirable = labels[offset] > 0
            let place = isDesirable ? 0 : 1
            counts[place] += 1
            response.reset()
            for term in [policy[offset], -reference[offset]] {
                sums[place].add(term, times: beta)
                response.add(term)
            }
            response.add(-threshold)
            let excess = response.value
            if isDesirable ? excess > 0 : excess < 0 { correct += 1 }
        }
        let means = zip(sums, counts).map { $1 > 0 ? $0.value(dividedBy: $1) : 0 }
        let margin = counts.contains(0) ? 0 : means[0] - means[1]
        let count = Double(offsets.count)
        return [count, counts[0], counts[1], correct / count, margin] + means
    }

    /// The numbers about the order of responses, over the pairs of a segment whose rewards differ; shares and
    /// means over none are 0.
    private func ranking() throws(LossError) -> [Double] {
        let offsets = try offsets()
        let (logprobs, rewards) = (input("logprobs"), input("rewards"))
        var (segments, pairs, correct, margin) = (0.0, 0.0, 0.0, ExactSum())
        var start = 0
        while start < offsets.count {
            let unit = unit(of: offsets[start])
            let end = offsets[start...].firstIndex { self.unit(of: $0) != unit } ?? offsets.count
            let segment = offsets[start..<end]
            for worse in segment {
                if batch.isCancelled { throw .cancelled }
                for better in segment where rewards[worse] < rewards[better] {
                    pairs += 1
                    if logprobs[worse] < logprobs[better] { correct += 1 }
                    margin.add(logprobs[better])
                    margin.add(-logprobs[worse])
                }
            }
            (segments, start) = (segments + 1, end)
        }
        guard pairs > 0 else { return [segments, 0, 0, 0] }
        return [segments, pairs, correct / pairs, margin.value(dividedBy: pairs)]
    }

    /// The number of rows and the mean entropy of the distributions that their logits describe.
    private func entropy(_ temperature: Double, _ softBound: Double) throws(LossError) -> [Double] {
        let logits = batch.input(0)
        let axis = batch.axis < 0 ? batch.axis + logits.shape.count : batch.axis
        let length = logits.shape[axis]
        let inner = logits.shape[(axis + 1)...].reduce(1, *)
        let classes = batch.values(1).count == batch.unitCount ? batch.values(1) : []
        let ignored = batch.loss.options[RowOptions.ignoreIndex].map { Double($0) }
        var (rows, count) = ([Double](), 0)
        for unit in 0..<batch.unitCount where !batch.selection.isLeftOut(unit) {
            if let ignored, !classes.isEmpty, classes[unit] == ignored { continue }
            let start = (unit / inner) * length * inner + unit % inner
            rows += (0..<length).map { logits.values[start + $0 * inner] / temperature }
            count += 1
        }
        guard count > 0 else {
            throw .nothingToAverage(batch.request.mask != nil ? .mask : .units)
        }
        if softBound > 0 { rows = bounded(rows, by: softBound) }
        let tensor = Tensor(shape: [count, length], values: rows)
        return [Double(count), try evaluate("entropy", [tensor], .loss).reduced ?? 0]
    }

    /// s tanh(z/s) of numbers z, as s (e^(2z/s) - 1)/(e^(2z/s) + 1).
    private func bounded(_ numbers: [Double], by bound: Double) -> [Double] {
        let exponents = numbers.map { min(max(2 * ($0 / bound), -100), 100) }
        var powers = exponents
        var span = powers.mutableSpan
        batch.loss.functions.expm1(exponents.span, into: &span)
        return powers.map { bound * ($0 / ($0 + 2)) }
    }

    /// The numbers about the ratios of tokens or sequences.
    private func ratios(
        _ bounds: [ClippingBound],
        _ ofSequences: Bool
    ) throws(LossError) -> [Double] {
        let offsets = try offsets()
        let (logprobs, oldLogprobs) = (input("logprobs"), input("old_logprobs"))
        let (policy, sampling) = (offsets.map { logprobs[$0] }, offsets.map { oldLogprobs[$0] })
        let divergences = try ["k1", "k2", "k3"].map { estimator throws(LossError) in
            try mean(of: estimator, [sampling, policy])
        }
        var units = offsets.map { unit(of: $0) }
        var (ratios, logarithms) = ([Double](), zip(policy, sampling).map { $0 - $1 })
        if ofSequences {
            (logarithms, units) = means(policy, sampling, units)
            ratios = try self.ratios(logarithms, [Double](repeating: 0, count: units.count))
        } else {
            ratios = try self.ratios(policy, sampling)
        }
        let (count, total) = (Double(ratios.count), ExactSum(of: ratios))
        let (least, greatest) = (ratios.min() ?? 0, ratios.max() ?? 0)
        let shares = greatest > 0 ? ratios.map { $0 / greatest } : ratios
        let sum = ExactSum(of: shares).value
        let squares = ExactSum(of: shares.map { $0 * $0 }).value
        let size = squares > 0 ? sum * sum / squares : 0
        let main = [count] + divergences
        let about = [least, total.value(dividedBy: count), greatest, size]
        guard !bounds.isEmpty else { return main + about }
        var (low, high) = (0.0, 0.0)
        let changes = zip(exponentials(of: policy), exponentials(of: sampling)).map { $0 - $1 }
        let advantages = input("advantages")
        let areOfUnits = advantages.count == batch.unitCount
        for index in ratios.indices {
            let advantage = advantages[areOfUnits ? units[index] : offsets[index]]
            for bound in bounds {
                let quantity =
                    switch bound.scale {
                    case .ratio, .distance: ratios[index]
                    case .logarithm: logarithms[index]
                    case .probability: changes[index]
                    }
                let limit = bound.bound(for: option(bound.option))
                guard bound.advantages.include(advantage),
                    bound.side == .low ? quantity < limit : quantity > limit
                else { continue }
                if bound.side == .low { low += 1 } else { high += 1 }
            }
        }
        return main + about + [(low + high) / count, low / count, high / count]
    }

    /// The mean logarithm of the ratios of each sequence that has tokens, and its unit.
    private func means(
        _ policy: [Double],
        _ sampling: [Double],
        _ units: [Int]
    ) -> (logarithms: [Double], units: [Int]) {
        var (logarithms, found): ([Double], [Int]) = ([], [])
        var start = 0
        while start < units.count {
            let end = units[start...].firstIndex { $0 != units[start] } ?? units.count
            var sum = ExactSum()
            for index in start..<end {
                sum.add(policy[index])
                sum.add(-sampling[index])
            }
            logarithms.append(sum.value(dividedBy: Double(end - start)))
            found.append(units[start])
            start = end
        }
        return (logarithms, found)
    }

    /// The exponentials of differences of logarithms.
    private func ratios(
        _ policy: [Double],
        _ sampling: [Double]
    ) throws(LossError) -> [Double] {
        let advantages = [Double](repeating: -1, count: policy.count)
        let tensors = [policy, sampling, advantages].map { Tensor(shape: [$0.count], values: $0) }
        let result = try evaluate("importance_sampling", tensors, .elements)
        return result.elements?.values ?? []
    }

    /// The mean of an estimator of the divergence.
    private func mean(of estimator: String, _ inputs: [[Double]]) throws(LossError) -> Double {
        let tensors = inputs.map { Tensor(shape: [$0.count], values: $0) }
        return try evaluate(estimator, tensors, .loss).reduced ?? 0
    }

    /// The result of another loss of the catalogue.
    private func evaluate(
        _ name: String,
        _ tensors: [Tensor],
        _ outputs: Outputs
    ) throws(LossError) -> LossResult {
        guard let found = Catalogue.loss(named: name) else { throw notFinite }
        let loss = try found.entry.loss(OptionValues(found.presets, for: found.facts.options))
        do throws(LossError) {
            return try loss.evaluate(
                LossRequest(inputs: tensors, outputs: outputs),
                unless: batch.cancellation
            )
        } catch {
            if case .cancelled = error { throw error }
            throw notFinite
        }
    }

    private func exponentials(of numbers: [Double]) -> [Double] {
        var result = [Double](repeating: 0, count: numbers.count)
        var span = result.mutableSpan
        batch.loss.functions.exp(numbers.span, into: &span)
        return result
    }
}

extension ClippingBound.Advantages {
    fileprivate func include(_ advantage: Double) -> Bool {
        switch self {
        case .all: true
        case .positive: advantage > 0
        case .negative: advantage < 0
        }
    }
}

extension ExactSum {
    /// Creates the sum of terms.
    fileprivate init(of terms: [Double]) {
        self.init()
        add(terms.span)
    }
}
