// SPDX-License-Identifier: Apache-2.0

import LossFacts
import LossFunctions
import SeededRandom
import TestSupport
import Testing

/// Sequences of different lengths that follow each other, beside the same in rows that are filled up.
@Suite("Losses of sequences with lengths")
struct SequenceTests {
    private static let signatures = Catalogue.losses.map { $0.facts }
        .filter { !$0.signature.lengths.isEmpty && $0.signature.tokenMasks.isEmpty }
    private static let divisibleNames = signatures.filter { $0.signature.sequenceDimension == nil }
        .map { $0.name }
    private static let segmentNames = signatures.filter { $0.signature.sequenceDimension != nil }
        .map { $0.name }
    private static let responseNames = Catalogue.losses.map { $0.facts }
        .filter { !$0.signature.tokenMasks.isEmpty }.map { $0.name }
    private static let bySequenceNames =
        signatures
        .filter { $0.signature.inputs.contains { $0.mayBeBySequence } }.map { $0.name }

    /// The lengths, of which one is 0, and the length to which all are filled up.
    private static let lengths = [3, 0, 1, 5, 2]
    private static let width = 5
    private static let total = lengths.reduce(0, +)
    private static let lengthsTensor = Tensor(
        shape: [lengths.count],
        values: lengths.map { Double($0) }
    )

    /// The places of the losses among those that are filled up.
    private static let places = lengths.enumerated().flatMap { row, length in
        (0..<length).map { row * width + $0 }
    }

    /// Numbers one after the other in rows that are filled up with others, of so many numbers each.
    private static func padded(_ tensor: Tensor, with filler: Double) -> Tensor {
        let rest = tensor.shape.dropFirst()
        let size = rest.reduce(1, *)
        let shape = [lengths.count, width] + rest
        var values = [Double](repeating: filler, count: shape.reduce(1, *))
        for (unit, place) in places.enumerated() {
            for offset in 0..<size {
                values[place * size + offset] = tensor.values[unit * size + offset]
            }
        }
        return Tensor(shape: shape, values: values, hasMissing: filler.isNaN)
    }

    /// The numbers at the places of the losses.
    private static func packed(_ tensor: Tensor) -> [Double] {
        let size = tensor.shape.dropFirst(2).reduce(1, *)
        return places.flatMap { tensor.values[($0 * size)..<(($0 + 1) * size)] }
    }

    private static let reductions: [(Reduction, Double?, EmptyRows)] =
        Reduction.allCases.map { ($0, nil, .drop) } + [
            (.mean, 7.5, .drop), (.meanOfSums, 7.5, .drop), (.meanOfMeans, nil, .zero),
            (.meanOfSums, nil, .zero),
        ]

    /// Weights and masks of losses, and of sequences, each twice: packed, and in the shape of rows.
    private static func fields(
        _ random: inout SplitMix
    ) -> [(weights: (Tensor, Tensor)?, mask: (Tensor, Tensor)?)] {
        func pair(bySequence: Bool, _ number: () -> Double) -> (Tensor, Tensor) {
            let count = bySequence ? lengths.count : total
            let own = Tensor(shape: [count], values: (0..<count).map { _ in number() })
            return (own, bySequence ? own : padded(own, with: 0))
        }
        var generator = random
        defer { random = generator }
        let weight = { Double.random(in: 0.1...3, using: &generator) }
        let weights = [nil, pair(bySequence: false, weight), pair(bySequence: true, weight)]
        let flags = { Bool.random(using: &generator) ? 1.0 : 0 }
        var mask = pair(bySequence: false, flags)
        // One loss at least takes part.
        mask.0 = Tensor(shape: mask.0.shape, values: [1] + mask.0.values.dropFirst())
        mask.1 = padded(mask.0, with: 0)
        let rows = Tensor(shape: [lengths.count], values: [0, 1, 1, 1, 0])
        return [
            (weights[0], nil), (weights[1], nil), (weights[2], mask), (weights[1], (rows, rows)),
        ]
    }

    @Test(
        "have the results of rows that are filled up and masked, to the last bit",
        arguments: divisibleNames
    )
    func equality(name: String) throws {
        var samples = Samples(seed: 207)
        let entry = try #require(Catalogue.loss(named: name)).entry
        for loss in try entry.variants() {
            let inputs = try Self.inputs(of: loss, &samples)
            let signature = loss.facts.signature
            for fields in Self.fields(&samples.random) {
                for (reduction, normalizer, emptyRows) in Self.reductions {
                    var own = LossRequest(inputs: inputs, outputs: Self.outputs(of: loss.facts))
                    own.gradientOf = signature.differentiable
                        .filter { !signature.hasOnlyClasses($0) }
                    own.reduction = reduction
                    own.normalizer = normalizer
                    own.emptyRows = emptyRows
                    var other = own
                    own.lengths = [Self.lengthsTensor]
                    own.weights = fields.weights?.0
                    own.mask = fields.mask?.0
                    other.weights = fields.weights?.1
                    other.mask = Self.mask(fields.mask?.1)
                    other.inputs = zip(signature.inputs, inputs).map { input, tensor in
                        input.forms[0].shape.hasLeading
                            ? tensor.map { Self.padded($0, with: .nan) } : tensor
                    }
                    let result = try loss.evaluate(own)
                    let expected = try loss.evaluate(other)
                    let comment: Comment = "\(name), \(loss.options), \(reduction)"
                    #expect(result.reduced == expected.reduced, comment)
                    #expect(result.normalizer == expected.normalizer, comment)
                    Self.expectEqual(result.weighted, expected.weighted, comment)
                    Self.expectEqual(result.elements, expected.elements, comment)
                    Self.expectEqual(result.statistics, expected.statistics, comment)
                    Self.expectEqual(result.moments, expected.moments, comment)
                    #expect(result.diagnostics == expected.diagnostics, comment)
                    #expect(result.derivatives.count == expected.derivatives.count)
                    for (derivative, whole) in zip(result.derivatives, expected.derivatives) {
                        let input = derivative.input
                        #expect(derivative.tensor.shape == inputs[input]?.shape, comment)
                        let hasUnits = signature.inputs[input].forms[0].shape.hasLeading
                        let numbers =
                            hasUnits ? Self.packed(whole.tensor) : whole.tensor.values
                        #expect(derivative.tensor.values == numbers, comment)
                    }
                }
            }
        }
    }

    /// The mask of rows that are filled up, besides that of the losses.
    private static func mask(_ given: Tensor?) -> Tensor {
        let whole = padded(
            Tensor(shape: [total], values: [Double](repeating: 1, count: total)),
            with: 0
        )
        guard let given else { return whole }
        guard given.shape.count == 1 else { return given }
        return Tensor(
            shape: whole.shape,
            values: whole.values.enumerated().map { $1 * given.values[$0 / width] }
        )
    }

    /// Inputs with as many losses as the lengths add up to.
    private static func inputs(of loss: Loss, _ samples: inout Samples) throws -> [Tensor?] {
        let isByElement = loss.facts.signature.unit == .element
        let batch = samples.batch(for: loss, rows: isByElement ? (total + 3) / 4 : total)
        return batch.inputs.enumerated().map { index, tensor in
            guard !batch.omitted.contains(index) else { return nil }
            guard isByElement else { return tensor }
            return Tensor(shape: [total], values: Array(tensor.values.prefix(total)))
        }
    }

    private static func outputs(of facts: Facts) -> Outputs {
        var outputs: Outputs = [.loss, .gradient, .hessian, .elements, .statistics]
        if facts.hasPartial { outputs.insert(.partial) }
        if facts.diagnostics != nil { outputs.insert(.diagnostics) }
        return outputs
    }

    private static func expectEqual(_ own: Tensor?, _ other: Tensor?, _ comment: Comment) {
        #expect((own == nil) == (other == nil), comment)
        guard let own, let other else { return }
        #expect(own.shape == [total], comment)
        let numbers = packed(other)
        #expect(
            zip(own.values, numbers).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN },
            comment
        )
    }

    private static func expectEqual(
        _ own: Statistics?,
        _ other: Statistics?,
        _ comment: Comment
    ) {
        #expect(own?.count == other?.count && own?.mean == other?.mean, comment)
        #expect(own?.variance == other?.variance, comment)
        #expect(own?.standardError == other?.standardError, comment)
        for (extreme, whole) in [(own?.least, other?.least), (own?.greatest, other?.greatest)] {
            #expect(extreme?.loss == whole?.loss, comment)
            guard let place = extreme?.place, let row = whole?.place else { continue }
            #expect(place.map { places[$0] } == [row[0] * width + row[1]], comment)
        }
    }

    private static func expectEqual(_ own: Moments?, _ other: Moments?, _ comment: Comment) {
        #expect(own?.count == other?.count, comment)
        for sum in Moments.Sum.allCases { #expect(own?[sum] == other?[sum], comment) }
    }

    @Test("of whole sequences have them, too", arguments: segmentNames, Reduction.allCases)
    func segments(name: String, reduction: Reduction) throws {
        var random = SplitMix(state: 208)
        let loss = try #require(Catalogue.loss(named: name)).entry.loss(.none)
        func numbers(_ count: Int, _ range: ClosedRange<Double>) -> Tensor {
            Tensor(
                shape: [count],
                values: (0..<count).map { _ in Double.random(in: range, using: &random) }
            )
        }
        for isMasked in [false, true] {
            let own = [numbers(Self.total, -3 ... -0.01), numbers(Self.total, -3 ... -0.01)]
            let advantages = numbers(Self.lengths.count, -2...2)
            let flags = (0..<Self.total).map { !isMasked || $0 % 3 != 1 ? 1.0 : 0 }
            let mask = Tensor(shape: [Self.total], values: flags)
            var packed = LossRequest(
                inputs: own + [advantages, isMasked ? mask : nil],
                outputs: Self.outputs(of: loss.facts)
            )
            packed.gradientOf = loss.facts.signature.differentiable
            packed.reduction = reduction
            packed.weights = numbers(Self.lengths.count, 0.1...2)
            var rows = packed
            packed.lengths = [Self.lengthsTensor]
            rows.inputs =
                own.map { Self.padded($0, with: -1) } + [advantages, Self.padded(mask, with: 0)]
            let (result, expected) = (try loss.evaluate(packed), try loss.evaluate(rows))
            #expect(result.reduced == expected.reduced && result.weighted == expected.weighted)
            #expect(result.elements == expected.elements)
            #expect(result.statistics == expected.statistics)
            #expect(result.moments == expected.moments)
            #expect(result.diagnostics == expected.diagnostics)
            for (derivative, whole) in zip(result.derivatives, expected.derivatives) {
                let tensor = whole.tensor
                #expect(
                    derivative.tensor.values
                        == (tensor.shape.count == 1 ? tensor.values : Self.packed(tensor))
                )
            }
        }
    }

    @Test(
        "of responses have the sums and means of their tokens",
        arguments: responseNames,
        LogProbability.allCases
    )
    func responses(name: String, operation: LogProbability) throws {
        var random = SplitMix(state: 209)
        let entry = try #require(Catalogue.loss(named: name)).entry
        let example = try #require(entry.facts.examples.first)
        let loss = try entry.loss(OptionValues(example.options, for: entry.facts.options))
        let signature = loss.facts.signature
        var (packed, padded): ([Tensor?], [Tensor?]) = ([], [])
        var lengths = [Tensor?](repeating: nil, count: signature.lengths.count)
        var (masks, ownMasks) = (lengths, lengths)
        for input in signature.inputs {
            let numbers = try #require(example.inputs[input.name])
            guard let tokens = input.tokens else {
                packed.append(numbers)
                padded.append(numbers)
                continue
            }
            let place = try #require(signature.lengths.firstIndex(of: tokens.lengths))
            let count = numbers.values.count
            let own = (0..<count).map { 2 + ($0 + place) % 3 }
            let width = 4
            let values = own.map { length in
                (0..<length).map { _ in -Double.random(in: 0.01...3, using: &random) }
            }
            // The second token of each response does not count.
            let flags = own.map { length in (0..<length).map { $0 == 1 ? 0.0 : 1 } }
            func rows(_ numbers: [[Double]], with filler: Double) -> Tensor {
                Tensor(
                    shape: numbers.isEmpty ? [] : example.shape(of: input) + [width],
                    values: numbers.flatMap {
                        $0 + [Double](repeating: filler, count: width - $0.count)
                    },
                    hasMissing: filler.isNaN
                )
            }
            let total = own.reduce(0, +)
            packed.append(Tensor(shape: [total], values: values.flatMap { $0 }))
            padded.append(rows(values, with: .nan))
            lengths[place] = Tensor(shape: numbers.shape, values: own.map { Double($0) })
            masks[place] = rows(flags, with: 0)
            ownMasks[place] = Tensor(shape: [total], values: flags.flatMap { $0 })
        }
        var request = LossRequest(inputs: packed, outputs: Self.outputs(of: loss.facts))
        request.gradientOf = signature.differentiable
        request.logProbability = operation
        var rows = request
        request.lengths = lengths
        request.tokenMasks = ownMasks
        rows.inputs = padded
        rows.tokenMasks = masks
        let (result, expected) = (try loss.evaluate(request), try loss.evaluate(rows))
        #expect(result.reduced == expected.reduced && result.elements == expected.elements)
        #expect(result.moments == expected.moments && result.statistics == expected.statistics)
        #expect(result.diagnostics == expected.diagnostics)
        for (derivative, whole) in zip(result.derivatives, expected.derivatives) {
            let input = signature.inputs[derivative.input]
            guard let tokens = input.tokens,
                let place = signature.lengths.firstIndex(of: tokens.lengths)
            else {
                #expect(derivative == whole)
                continue
            }
            let own = try #require(lengths[place]).values.map { Int($0) }
            let numbers = own.enumerated().flatMap { response, length in
                whole.tensor.values[(response * 4)..<(response * 4 + length)]
            }
            #expect(derivative.tensor == Tensor(shape: [numbers.count], values: numbers))
        }
    }

    @Test("take a number for each sequence as that of all its losses", arguments: bySequenceNames)
    func bySequence(name: String) throws {
        var samples = Samples(seed: 210)
        let entry = try #require(Catalogue.loss(named: name)).entry
        let loss = try entry.loss(.none)
        let signature = loss.facts.signature
        let place = try #require(signature.index(of: "advantages"))
        var inputs = try Self.inputs(of: loss, &samples)
        let advantages = Tensor(
            shape: [Self.lengths.count],
            values: Self.lengths.map { _ in Double.random(in: -2...2, using: &samples.random) }
        )
        for isPacked in [true, false] {
            var request = LossRequest(inputs: inputs, outputs: Self.outputs(of: loss.facts))
            request.gradientOf = signature.differentiable
            let spread: [Double]
            if isPacked {
                request.lengths = [Self.lengthsTensor]
                spread = zip(advantages.values, Self.lengths).flatMap {
                    [Double](repeating: $0, count: $1)
                }
            } else {
                inputs = inputs.map { $0.map { Self.padded($0, with: -0.5) } }
                request.inputs = inputs
                spread = advantages.values.flatMap {
                    [Double](repeating: $0, count: Self.width)
                }
            }
            var other = request
            request.inputs[place] = advantages
            other.inputs[place] = Tensor(shape: inputs[0]?.shape ?? [], values: spread)
            let (result, expected) = (try loss.evaluate(request), try loss.evaluate(other))
            #expect(result.reduced == expected.reduced && result.elements == expected.elements)
            #expect(result.diagnostics == expected.diagnostics)
            for (derivative, whole) in zip(result.derivatives, expected.derivatives) {
                guard derivative.input == place else {
                    #expect(derivative == whole)
                    continue
                }
                var sums: [Double] = []
                var start = 0
                for length in Self.lengths {
                    let end = start + (isPacked ? length : Self.width)
                    sums.append(BigFixed.sum(Array(whole.tensor.values[start..<end])))
                    start = end
                }
                #expect(derivative.tensor.shape == advantages.shape)
                #expect(derivative.tensor.values == sums)
            }
        }
    }

    @Test("are refused if a number could be that of a sequence or of a loss")
    func ambiguity() throws {
        let loss = try #require(Catalogue.loss(named: "ppo")).entry.loss(.none)
        let two = Tensor(shape: [2], values: [-1, -2])
        var request = LossRequest(inputs: [two, two, two])
        request.lengths = [Tensor(shape: [2], values: [2, 0])]
        #expect(throws: LossError.sequencesOrElements(input: "advantages", count: 2)) {
            try loss.evaluate(request)
        }
        request.lengths = [Tensor(shape: [2], values: [1, 1])]
        #expect(throws: Never.self) { try loss.evaluate(request) }
    }

    @Test("keep the groups of sequences and of losses")
    func groups() throws {
        let loss = try #require(Catalogue.loss(named: "squared_error")).entry.loss(.none)
        let values = (0..<Self.total).map { Double($0) }
        let numbers = Tensor(shape: [Self.total], values: values)
        let zeros = Tensor(shape: [Self.total], values: values.map { _ in 0 })
        var request = LossRequest(inputs: [numbers, zeros], outputs: .partial)
        request.reduction = .sum
        func labels(_ keys: [Int]) -> GroupLabels {
            var labels = GroupLabels.Builder(limit: 10)
            for key in keys { labels.append(key) }
            return labels.finish()
        }
        let keys = [4, 5, 4, 6, 5]
        request.groups = labels(zip(keys, Self.lengths).flatMap { Array(repeating: $0, count: $1) })
        let expected = try loss.evaluate(request)
        request.lengths = [Self.lengthsTensor]
        #expect(Self.sorted(try loss.evaluate(request).groups) == Self.sorted(expected.groups))
        request.groups = labels(keys)
        let own = try loss.evaluate(request).groups
        #expect(
            Self.sorted(own?.filter { $0.moments.count > 0 }) == Self.sorted(expected.groups)
        )
    }

    private static func sorted(_ groups: [LossPartial.Group]?) -> [LossPartial.Group]? {
        groups?.sorted { ($0.key ?? "") < ($1.key ?? "") }
    }
}

extension Example {
    /// The shape of the responses of an input.
    fileprivate func shape(of input: Input) -> [Int] { inputs[input.name]?.shape ?? [] }
}
