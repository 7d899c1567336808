// SPDX-License-Identifier: Apache-2.0

package import LossFacts

/// The logarithms of the probabilities of responses, made up of those of their tokens.
///
/// Each is the exact sum over the tokens that count, or their mean, rounded once. By the chain rule the
/// derivative with respect to a token is that with respect to its response, divided by the number of tokens
/// that count if it is a mean (by its square for a second derivative), and 0 for a token that does not count,
/// which may be any number or missing.
struct TokenSums {
    /// The request with a number for each response in the place of its tokens.
    private(set) var request: LossRequest
    private let operation: LogProbability
    private let signature: Signature
    /// The tokens of each input; `nil` for inputs that do not have any.
    private var tokens: [Tokens?]
    /// The responses whose tokens make up no number.
    private var gaps: [Gap] = []

    /// The numbers of tokens, and 1 for each that counts; an empty mask counts all.
    private struct Tokens {
        let tensor: Tensor
        let mask: [Double]
        let responseShape: [Int]
        /// The tokens of each response: the last dimension, or sequences with lengths.
        let responses: Items
        /// The field by whose places errors name responses.
        let field: String

        /// The offsets of the tokens of a response.
        func range(of response: Int) -> Range<Int> { responses.range(response) }

        func counts(_ offset: Int) -> Bool { mask.isEmpty || mask[offset] == 1 }

        /// The number of tokens of a response that count.
        func count(of response: Int) -> Int {
            let range = range(of: response)
            return mask.isEmpty ? range.count : range.count { mask[$0] == 1 }
        }

        /// The place of a token of a response.
        func place(of offset: Int) -> [Int] { Tensor.place(of: offset, in: tensor.shape) }
    }

    /// A response whose tokens are all masked, if their mean is wanted, or whose sum is not finite.
    private struct Gap {
        let input: Int
        let response: Int
        let hasTokens: Bool
    }

    /// Combines the tokens of a request.
    ///
    /// Inputs with one dimension fewer than those with the most, or where lengths are given in the shape of
    /// these, have a number for each response already, such as those of a reference policy that were summed
    /// before.
    ///
    /// - Throws: `LossError` if an input or a mask does not have the shape of the tokens, if a mask is not 0
    ///   or 1, or if lengths do not add up to the number of tokens.
    init(
        _ request: LossRequest,
        _ operation: LogProbability,
        _ signature: Signature,
        _ cancellation: (any CancellationFlag)?
    ) throws(LossError) {
        self.request = request
        self.request.logProbability = nil
        self.request.tokenMasks = []
        self.request.lengths = []
        self.operation = operation
        self.signature = signature
        tokens = request.inputs.map { _ in nil }
        let shapes = try TokenShapes(request, signature)
        for (place, name) in signature.tokenMasks.enumerated() {
            let mask = request.tokenMasks.isEmpty ? nil : request.tokenMasks[place]
            for index in try shapes.inputs(maskedBy: name, mask) {
                guard let tensor = request.inputs[index] else { continue }
                let sequences = shapes.items(maskedBy: place)
                let own = Tokens(
                    tensor: tensor,
                    mask: mask?.values ?? [],
                    responseShape: shapes.responses,
                    responses: sequences ?? Items(ofLast: tensor.shape),
                    field: sequences == nil
                        ? signature.inputs[index].name : signature.lengths[place]
                )
                tokens[index] = own
                self.request.inputs[index] = try combine(own, input: index, cancellation)
            }
        }
    }

    /// The numbers of responses; NaN if one of the tokens that count is missing.
    private mutating func combine(
        _ own: Tokens,
        input: Int,
        _ cancellation: (any CancellationFlag)?
    ) throws(LossError) -> Tensor {
        let responses = own.responseShape.reduce(1, *)
        var values: [Double] = []
        values.reserveCapacity(responses)
        var kept: [Double] = []
        var hasMissing = false
        var sum = ExactSum()
        for response in 0..<responses {
            if cancellation?.isCancelled == true { throw .cancelled }
            let range = own.range(of: response)
            var count = range.count
            if own.mask.isEmpty {
                sum.add(own.tensor.values.span.extracting(range))
            } else {
                kept.removeAll(keepingCapacity: true)
                for offset in range where own.mask[offset] == 1 {
                    kept.append(own.tensor.values[offset])
                }
                count = kept.count
                sum.add(kept.span)
            }
            sum.normalize()
            let divisor = operation == .sum ? 1 : Double(max(count, 1))
            var value = sum.value(dividedBy: divisor) + 0
            sum.reset()
            if value.isNaN {
                hasMissing = true
            } else if value.isInfinite || operation == .mean && count == 0 {
                gaps.append(Gap(input: input, response: response, hasTokens: count > 0))
                value = 0
            }
            values.append(value)
        }
        return Tensor(shape: own.responseShape, values: values, hasMissing: hasMissing)
    }

    /// Throws if the tokens of a response make up no number, unless it is left out.
    func check(_ batch: Batch) throws(LossError) {
        for gap in gaps {
            let unit =
                batch.segments?.unit(of: gap.response, input: gap.input) ?? gap.response
            guard !batch.selection.isLeftOut(unit), let own = tokens[gap.input] else { continue }
            let place = Tensor.place(of: gap.response, in: own.responseShape)
            guard gap.hasTokens else {
                throw .undefined(input: own.field, place: place, .noTokens)
            }
            throw .notFinite(.loss, input: own.field, place: place)
        }
    }

    /// The result with derivatives with respect to tokens in the place of those of responses.
    func spread(_ result: LossResult) -> LossResult {
        var result = result
        for index in result.derivatives.indices { spread(&result.derivatives[index]) }
        return result
    }

    private func spread(_ derivative: inout Derivative) {
        guard let own = tokens[derivative.input] else { return }
        let numbers = derivative.tensor.values
        var values: [Double] = []
        values.reserveCapacity(own.tensor.values.count)
        for response in numbers.indices {
            let count = Double(max(own.count(of: response), 1))
            let divisor = operation == .sum ? 1 : derivative.isHessian ? count * count : count
            let share = numbers[response] / divisor + 0
            for offset in own.range(of: response) { values.append(own.counts(offset) ? share : 0) }
        }
        derivative = Derivative(derivative, of: Tensor(shape: own.tensor.shape, values: values))
    }

    /// The error about tokens that an error about their sum or mean stands for.
    func explained(_ error: LossError) -> LossError {
        switch error {
        case .missingValue(let input, let place):
            guard let own = tokens(of: input), place.count == own.responseShape.count else {
                return error
            }
            let response = zip(place, own.responseShape).reduce(0) { $0 * $1.1 + $1.0 }
            let range = own.range(of: response)
            let missing = range.first { own.counts($0) && own.tensor.values[$0].isNaN }
            return .missingValue(
                input: input,
                place: missing.map { own.place(of: $0) } ?? place
            )
        case .outsideDomain(let input, let place, let value, let allowed):
            guard let own = tokens(of: input) else { return error }
            return .tokensOutsideDomain(
                operation,
                input: own.field,
                place: place,
                value: value,
                allowed: allowed
            )
        case .notFinite(let quantity, let input, let place):
            guard let own = tokens(of: input) else { return error }
            return .notFinite(quantity, input: own.field, place: place)
        case .shapes(let input, let shape, let reference, _, let allowed):
            guard let own = tokens(of: reference) else { return error }
            return .shapes(
                input: input,
                shape: shape,
                reference: reference,
                referenceShape: own.tensor.shape,
                allowed: allowed
            )
        default: return error
        }
    }

    private func tokens(of input: String) -> Tokens? {
        signature.index(of: input).flatMap { tokens[$0] }
    }
}

/// The shapes of the inputs that may have tokens.
private struct TokenShapes {
    private let request: LossRequest
    private let signature: Signature
    /// The offsets of the inputs.
    private let indices: [Int]
    /// The number of dimensions of tokens.
    private let rank: Int
    /// The shape of the responses.
    let responses: [Int]
    /// The lengths of the responses of each mask; empty if tokens are in a dimension of their own.
    private var lengths: [SequenceLengths?] = []

    /// Checks that all inputs have tokens, or numbers, of as many responses.
    init(_ request: LossRequest, _ signature: Signature) throws(LossError) {
        self.request = request
        self.signature = signature
        indices = signature.inputs.indices.filter {
            signature.inputs[$0].tokens != nil && request.inputs[$0] != nil
        }
        guard request.lengths.isEmpty else {
            rank = 1
            responses = try Self.responses(of: request, signature)
            for (place, given) in request.lengths.enumerated() {
                lengths.append(try sequences(place, given))
            }
            return
        }
        let rank = request.tokenRank(of: signature)
        self.rank = rank
        let leader = indices.first ?? 0
        let first = request.inputs[leader]?.shape ?? []
        responses = first.count == rank ? first.dropLast() : first
        guard signature.inputs[leader].forms[0].tokenShape.accepts(rank: rank) else {
            throw shapeError(of: indices.first { hasTokens($0) } ?? leader)
        }
        for index in indices
        where (hasTokens(index) ? shape(index).dropLast() : shape(index)) != responses {
            throw mismatch(of: index, with: leader, tokens: .free("T"))
        }
    }

    private func shape(_ index: Int) -> [Int] { request.inputs[index]?.shape ?? [] }

    private func hasTokens(_ index: Int) -> Bool {
        guard let place = lengths.isEmpty ? nil : place(of: index) else {
            return shape(index).count == rank
        }
        return lengths[place].map { shape(index) == [$0.total] } ?? false
    }

    /// The place of the mask, and of the lengths, of an input.
    private func place(of index: Int) -> Int? {
        signature.tokenMasks.firstIndex { $0 == signature.inputs[index].tokens?.mask }
    }

    /// The sequences of the tokens of a mask; `nil` if tokens are in a dimension of their own.
    func items(maskedBy place: Int) -> Items? {
        lengths.isEmpty ? nil : lengths[place].map { Items($0) }
    }

    /// The shape of the responses whose lengths are given.
    ///
    /// - Throws: `LossError` if it is not one of responses, or not the same everywhere.
    private static func responses(
        of request: LossRequest,
        _ signature: Signature
    ) throws(LossError) -> [Int] {
        var first: (name: String, shape: [Int])?
        for (name, lengths) in zip(signature.lengths, request.lengths) {
            guard let shape = lengths?.shape else { continue }
            if let first, first.shape != shape {
                throw .shapes(
                    input: name,
                    shape: shape,
                    reference: first.name,
                    referenceShape: first.shape,
                    allowed: [PartialShape(first.shape.map { .length($0) })]
                )
            }
            let form = signature.inputs[0].forms[0]
            guard form.tokenShape.accepts(rank: shape.count + 1) else {
                throw .dimensions(input: name, shape: shape, form: form.lengthsShape)
            }
            first = first ?? (name, shape)
        }
        return first?.shape ?? []
    }

    /// Checks the inputs with the tokens of a mask.
    ///
    /// - Throws: `LossError` if one has neither as many tokens as its lengths add up to nor the shape of the
    ///   responses, or if none has tokens although lengths are given.
    private func sequences(_ place: Int, _ given: Tensor?) throws(LossError) -> SequenceLengths? {
        let name = signature.lengths[place]
        let members = indices.filter { self.place(of: $0) == place }
        if let other = members.first(where: {
            shape($0) != responses && (given == nil || shape($0).count != 1)
        }) {
            throw .notInSequence(
                input: signature.inputs[other].name,
                shape: shape(other),
                lengths: name,
                allowed: PartialShape([.free("N")]),
                responses: responses
            )
        }
        guard let given else { return nil }
        guard let leader = members.first(where: { shape($0) != responses }) ?? members.first else {
            return nil
        }
        let reference = signature.inputs[leader].name
        let isByResponse = shape(leader) == responses
        let total = given.values.reduce(0, +)
        if isByResponse, [total] != responses.map({ Double($0) }) {
            throw .inapplicable(
                option: name,
                to: "\(reference) with one number for each response"
            )
        }
        let lengths = try SequenceLengths(given, name, of: reference, count: shape(leader)[0])
        if let other = members.first(where: { shape($0) != responses && shape($0) != shape(leader) }
        ) {
            throw mismatch(of: other, with: leader, tokens: .length(lengths.total))
        }
        if responses.count == 1, lengths.areAmbiguous {
            throw .sequencesOrElements(input: reference, count: lengths.count)
        }
        return lengths
    }

    /// The inputs that have tokens of the same responses, which a mask fits.
    ///
    /// - Throws: `LossError` if they differ in their shapes, or if the mask does not have it or is not 0 or 1.
    func inputs(maskedBy name: String, _ mask: Tensor?) throws(LossError) -> [Int] {
        let members = indices.filter { signature.inputs[$0].tokens?.mask == name }
        let found = members.filter { hasTokens($0) }
        guard let leader = found.first, let width = shape(leader).last else {
            guard mask != nil, let member = members.first else { return [] }
            throw shapeError(of: member)
        }
        if let member = found.first(where: { shape($0) != shape(leader) }) {
            throw mismatch(of: member, with: leader, tokens: .length(width))
        }
        guard let mask else { return found }
        guard mask.shape == shape(leader) else {
            throw .shapes(
                input: name,
                shape: mask.shape,
                reference: signature.inputs[leader].name,
                referenceShape: shape(leader),
                allowed: [PartialShape(shape(leader).map { .length($0) })]
            )
        }
        guard let offset = mask.values.firstIndex(where: { $0 != 0 && $0 != 1 }) else {
            return found
        }
        let (place, value) = (Tensor.place(of: offset, in: mask.shape), mask.values[offset])
        guard !value.isNaN else { throw .missingValue(input: name, place: place) }
        throw .outsideDomain(input: name, place: place, value: value, allowed: "0 or 1")
    }

    /// The error of an input that has no tokens, or none of its responses.
    private func shapeError(of index: Int) -> LossError {
        let input = signature.inputs[index]
        return .tokenShape(
            input: input.name,
            shape: shape(index),
            form: input.forms[0],
            areTokens: true
        )
    }

    /// The error of an input whose shape does not agree with that of another.
    private func mismatch(
        of index: Int,
        with reference: Int,
        tokens: PartialShape.Dimension
    ) -> LossError {
        let dimensions = responses.map { PartialShape.Dimension.length($0) }
        let tokenShape = request.lengths.isEmpty ? dimensions + [tokens] : [tokens]
        return .shapes(
            input: signature.inputs[index].name,
            shape: shape(index),
            reference: signature.inputs[reference].name,
            referenceShape: shape(reference),
            allowed: [PartialShape(tokenShape), PartialShape(dimensions)]
        )
    }
}

extension LossRequest {
    /// The number of dimensions of inputs with tokens; those with fewer have a number for each response.
    fileprivate func tokenRank(of signature: Signature) -> Int {
        zip(signature.inputs, inputs).reduce(0) { rank, pair in
            pair.0.tokens == nil ? rank : max(rank, pair.1?.shape.count ?? 0)
        }
    }

    /// The shapes of the inputs, in which tokens make up numbers of responses.
    package func responseShapes(of signature: Signature) -> [[Int]?] {
        if let lengths = lengths.lazy.compactMap({ $0 }).first {
            return zip(signature.inputs, inputs).map { input, tensor in
                tensor == nil || input.tokens == nil ? tensor?.shape : lengths.shape
            }
        }
        let rank = tokenRank(of: signature)
        return zip(signature.inputs, inputs).map { input, tensor in
            guard let shape = tensor?.shape, input.tokens != nil, shape.count == rank else {
                return tensor?.shape
            }
            return shape.dropLast()
        }
    }
}
