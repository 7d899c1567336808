// SPDX-License-Identifier: Apache-2.0

import LossFacts
import LossFunctions
import SeededRandom
import Testing

/// Losses of responses whose logarithms of probabilities are made up of those of tokens.
@Suite("A loss of responses in tokens")
struct TokenSumTests {
    private static let losses = Catalogue.losses.map { $0.facts }
        .filter { !$0.signature.tokenMasks.isEmpty }.map { $0.name }

    private static let outputs: Outputs = [.loss, .gradient, .hessian, .elements, .statistics]

    /// Tokens of responses, some of which count, with the numbers that they make up.
    private struct Responses {
        var tokens: Tensor
        let mask: Tensor
        let numbers: Tensor
        /// The number of tokens of each response that count.
        let counts: [Int]
    }

    private func loss(_ name: String) throws -> Loss {
        let entry = try #require(Catalogue.loss(named: name)).entry
        let options = try #require(entry.facts.examples.first).options
        return try entry.loss(OptionValues(options, for: entry.facts.options))
    }

    /// Responses of four tokens, of which a power of two counts, so that means are exact sums.
    private func responses(
        _ shape: [Int],
        _ operation: LogProbability,
        like mask: Tensor?,
        _ random: inout SplitMix
    ) -> Responses {
        let width = 4
        let count = shape.reduce(1, *)
        let tokens = (0..<(count * width)).map { _ in
            -Double.random(in: 0.01...3, using: &random) * (Bool.random(using: &random) ? 1 : 1e-9)
        }
        var flags = mask?.values ?? []
        if mask == nil {
            for _ in 0..<count {
                let kept = [1, 2, 4].randomElement(using: &random) ?? 1
                flags += ([1, 1, 1, 1].prefix(kept) + [0, 0, 0, 0].prefix(width - kept))
                    .shuffled(using: &random)
            }
        }
        var (numbers, counts): ([Double], [Int]) = ([], [])
        for response in 0..<count {
            let range = (response * width)..<((response + 1) * width)
            let terms = range.filter { flags[$0] == 1 }.map { tokens[$0] }
            let divisor = operation == .sum ? 1 : Double(terms.count)
            numbers.append(BigFixed.sum(terms.map { $0 / divisor }))
            counts.append(terms.count)
        }
        return Responses(
            tokens: Tensor(shape: shape + [width], values: tokens),
            mask: Tensor(shape: shape + [width], values: flags),
            numbers: Tensor(shape: shape, values: numbers),
            counts: counts
        )
    }

    @Test(
        "is that of their exact sums or means, with the derivatives of the chain rule",
        arguments: losses,
        LogProbability.allCases
    )
    func equality(name: String, operation: LogProbability) throws {
        var random = SplitMix(state: 71)
        let loss = try loss(name)
        let signature = loss.facts.signature
        let example = try #require(loss.facts.examples.first)
        for isMasked in [true, false] {
            var all: [Responses?] = []
            var masks = [Tensor?](repeating: nil, count: signature.tokenMasks.count)
            for input in signature.inputs {
                let shape = try #require(example.inputs[input.name]).shape
                guard let tokens = input.tokens else {
                    all.append(nil)
                    continue
                }
                let place = try #require(signature.tokenMasks.firstIndex(of: tokens.mask))
                let every = Tensor(
                    shape: shape + [4],
                    values: [Double](repeating: 1, count: 4 * shape.reduce(1, *))
                )
                let mask = isMasked ? masks[place] : every
                var own = responses(shape, operation, like: mask, &random)
                if isMasked {
                    masks[place] = own.mask
                    let hidden = zip(own.tokens.values, own.mask.values)
                        .map { $1 == 1 ? $0 : .nan }
                    own.tokens = Tensor(
                        shape: own.tokens.shape,
                        values: hidden,
                        hasMissing: hidden.contains { $0.isNaN }
                    )
                }
                all.append(own)
            }
            var request = LossRequest(
                inputs: zip(signature.inputs, all).map { $1?.tokens ?? example.inputs[$0.name] },
                outputs: Self.outputs
            )
            request.gradientOf = signature.differentiable
            request.logProbability = operation
            request.tokenMasks = isMasked ? masks : []
            let result = try loss.evaluate(request)
            var plain = LossRequest(
                inputs: zip(signature.inputs, all).map { $1?.numbers ?? example.inputs[$0.name] },
                outputs: Self.outputs
            )
            plain.gradientOf = signature.differentiable
            let expected = try loss.evaluate(plain)
            #expect(result.loss == expected.loss && result.normalizer == expected.normalizer)
            #expect(result.elements == expected.elements)
            #expect(result.statistics == expected.statistics)
            for (derivative, other) in zip(result.derivatives, expected.derivatives) {
                let numbers = other.tensor.values
                guard let own = all[derivative.input] else {
                    #expect(derivative == other)
                    continue
                }
                #expect(derivative.tensor.shape == own.tokens.shape)
                for (offset, number) in derivative.tensor.values.enumerated() {
                    let count = Double(operation == .sum ? 1 : own.counts[offset / 4])
                    let share =
                        numbers[offset / 4] / (derivative.isHessian ? count * count : count)
                    #expect(number == (own.mask.values[offset] == 1 ? share : 0), "\(name)")
                }
            }
        }
    }

    /// A request to `dpo` in which the chosen responses have tokens.
    private func request(
        _ chosen: Tensor,
        mask: Tensor? = nil,
        _ operation: LogProbability = .sum,
        others: Tensor = Tensor(shape: [2], values: [-1, -2])
    ) -> LossRequest {
        var request = LossRequest(inputs: [chosen, others, others, others])
        request.logProbability = operation
        if let mask { request.tokenMasks = [mask, nil] }
        return request
    }

    private static func matrix(_ values: [Double]) -> Tensor {
        Tensor(
            shape: [2, values.count / 2],
            values: values,
            hasMissing: values.contains { $0.isNaN }
        )
    }

    @Test("rounds a mean once, whatever the number of tokens")
    func means() throws {
        var random = SplitMix(state: 72)
        // The loss of a single response is its negative mean.
        let loss = try loss("rrhf")
        for width in [1, 3, 7, 100, 1_000] {
            let tokens = (0..<(2 * width)).map { _ in Double.random(in: -4...1, using: &random) }
            var request = LossRequest(inputs: [
                Tensor(shape: [2, 1, width], values: tokens),
                Tensor(shape: [2, 1], values: [1, 1]),
            ])
            request.outputs = .elements
            request.logProbability = .mean
            let elements = try #require(loss.evaluate(request).elements).values
            for response in 0..<2 {
                let mean = -elements[response]
                let terms = tokens[(response * width)..<((response + 1) * width)]
                let rest = BigFixed.sum(terms + [Double](repeating: -mean, count: width))
                #expect(abs(rest) <= Double(width) * mean.ulp / 2)
            }
        }
    }

    @Test("accepts numbers of responses beside tokens, and tokens of several lengths")
    func mixture() throws {
        let loss = try loss("dpo")
        var request = request(Self.matrix([-0.5, -1, -0.25, -2]))
        request.inputs[1] = Self.matrix([-1, -1, -1, -0.5, -0.5, -0.5])
        request.gradientOf = [0, 1, 2]
        let result = try loss.evaluate(request)
        var plain = request
        plain.logProbability = nil
        plain.inputs[0] = Tensor(shape: [2], values: [-1.5, -2.25])
        plain.inputs[1] = Tensor(shape: [2], values: [-3, -1.5])
        let expected = try loss.evaluate(plain)
        #expect(result.loss == expected.loss)
        #expect(result.gradients.map { $0.tensor.shape } == [[2, 2], [2, 3], [2]])
        #expect(result.gradients[2] == expected.gradients[2])
    }

    @Test("has weights, a mask and missing values of responses")
    func selection() throws {
        let loss = try loss("dpo")
        var request = request(Self.matrix([-0.5, .nan, -0.25, -2]))
        request.outputs = Self.outputs
        request.skipsMissing = true
        request.weights = Tensor(shape: [2], values: [3, 5])
        let skipped = try loss.evaluate(request)
        #expect(skipped.skipped == 1 && skipped.normalizer == 5)
        #expect(skipped.gradient?.values.prefix(2) == [0, 0])
        request.skipsMissing = false
        request.mask = Tensor(shape: [2], values: [0, 1])
        let masked = try loss.evaluate(request)
        #expect(masked.loss == skipped.loss && masked.gradient == skipped.gradient)
        request.mask = nil
        #expect(throws: LossError.missingValue(input: "chosen", place: [0, 1])) {
            try loss.evaluate(request)
        }
    }

    @Test("refuses a response without tokens in a mean only, unless it is left out")
    func emptiness() throws {
        let loss = try loss("dpo")
        let tokens = Self.matrix([-0.5, -1, -0.25, -2])
        let mask = Self.matrix([1, 1, 0, 0])
        var sum = request(tokens, mask: mask)
        let result = try loss.evaluate(sum)
        #expect(result.gradient?.values.suffix(2) == [0, 0])
        sum.logProbability = .mean
        #expect(throws: LossError.undefined(input: "chosen", place: [1], .noTokens)) {
            try loss.evaluate(sum)
        }
        sum.mask = Tensor(shape: [2], values: [1, 0])
        #expect(try loss.evaluate(sum).normalizer == 1)
        let none = request(Tensor(shape: [2, 0], values: []))
        #expect(try loss.evaluate(none).gradient == Tensor(shape: [2, 0], values: []))
    }

    @Test("refuses sums that no double holds, or that are outside of the domain")
    func domains() throws {
        let huge = request(Self.matrix([-1, -1, -1.5e308, -1.5e308]))
        #expect(throws: LossError.notFinite(.loss, input: "chosen", place: [1])) {
            try loss("dpo").evaluate(huge)
        }
        var orpo = LossRequest(inputs: [
            Self.matrix([-1, -1, 0.5, 0.25]), Tensor(shape: [2], values: [-1, -1]),
        ])
        orpo.logProbability = .mean
        #expect {
            try loss("orpo").evaluate(orpo)
        } throws: { error in
            guard
                case .tokensOutsideDomain(.mean, input: "chosen", place: [1], value: 0.375, _)? =
                    error as? LossError
            else { return false }
            return true
        }
    }

    @Test("refuses shapes that are not those of tokens")
    func shapes() throws {
        let loss = try loss("dpo")
        let tokens = Self.matrix([-0.5, -1, -0.25, -2])
        func refusal(_ request: LossRequest) -> LossError? {
            do throws(LossError) {
                _ = try loss.evaluate(request)
                return nil
            } catch {
                return error
            }
        }
        let form = loss.facts.signature.inputs[0].forms[0]
        let row = Tensor(shape: [2], values: [-1, -2])
        #expect(
            refusal(request(row))
                == .tokenShape(input: "chosen", shape: [2], form: form, areTokens: true)
        )
        #expect(
            refusal(request(tokens, mask: Tensor(shape: [2], values: [1, 0])))
                == .shapes(
                    input: "chosen_mask",
                    shape: [2],
                    reference: "chosen",
                    referenceShape: [2, 2],
                    allowed: [PartialShape([.length(2), .length(2)])]
                )
        )
        let three = Tensor(shape: [3], values: [-1, -2, -3])
        #expect(
            refusal(request(tokens, others: three))
                == .shapes(
                    input: "rejected",
                    shape: [3],
                    reference: "chosen",
                    referenceShape: [2, 2],
                    allowed: [
                        PartialShape([.length(2), .free("T")]), PartialShape([.length(2)]),
                    ]
                )
        )
        var longer = request(tokens)
        longer.inputs[2] = Self.matrix([-1, -1, -1, -1, -1, -1])
        guard case .shapes("reference_chosen", [2, 3], "chosen", [2, 2], _) = refusal(longer) else {
            Issue.record("\(String(describing: refusal(longer)))")
            return
        }
        #expect(
            refusal(request(tokens, mask: Self.matrix([1, 1, 1, 0.5])))
                == .outsideDomain(
                    input: "chosen_mask",
                    place: [1, 1],
                    value: 0.5,
                    allowed: "0 or 1"
                )
        )
        var other = request(tokens)
        other.tokenMasks = [nil, tokens]
        #expect(
            refusal(other)
                == .tokenShape(input: "rejected", shape: [2], form: form, areTokens: true)
        )
        // The shape of the tokens, not that of the responses, is in the refusal of other inputs.
        var labels = LossRequest(inputs: [tokens, row, three])
        labels.logProbability = .sum
        #expect {
            try self.loss("kto").evaluate(labels)
        } throws: { error in
            guard case .shapes("labels", [3], "logprobs", [2, 2], _)? = error as? LossError
            else { return false }
            return true
        }
    }

    @Test("arrives in parts")
    func parts() throws {
        let loss = try loss("dpo")
        var whole = request(
            Self.matrix([-0.5, .nan, -0.25, -2]),
            mask: Self.matrix([1, 0, 1, 1])
        )
        whole.outputs = [.loss, .statistics, .partial]
        let expected = try loss.evaluate(whole)
        var running = try #require(RunningLoss(loss, like: whole))
        for row in 0..<2 {
            func part(_ tensor: Tensor?) -> Tensor? {
                tensor.map { tensor in
                    let width = tensor.values.count / 2
                    let values = Array(tensor.values[(row * width)..<((row + 1) * width)])
                    return Tensor(
                        shape: [1] + tensor.shape.dropFirst(),
                        values: values,
                        hasMissing: values.contains { $0.isNaN }
                    )
                }
            }
            _ = try running.add(
                whole.inputs.map(part),
                weights: nil,
                mask: nil,
                tokenMasks: whole.tokenMasks.map(part)
            )
        }
        #expect(try running.result() == expected)
    }
}
