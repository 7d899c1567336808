// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The losses of sequences, with the numbers that belong to a whole sequence given to each of its losses.
///
/// The sequences are the items of the first dimension of the losses, or follow each other in one dimension
/// with lengths of their own. The result is that of a request with a number for each loss, and the
/// derivative with respect to the number of a sequence is the sum of those with respect to its copies.
struct SequenceInputs {
    /// The request with a number for each loss.
    private(set) var request: LossRequest
    /// The sequences of the losses, if they have lengths of their own.
    let items: Items?
    private let signature: Signature
    /// The sequences to which inputs belong.
    private let sequences: Items
    /// The inputs that have a number for each sequence.
    private var spread: [Int] = []

    /// Spreads the numbers of sequences over their losses; `nil` if there are none, and no lengths.
    ///
    /// - Throws: `LossError` if the losses do not have one dimension although lengths are given, if these do
    ///   not add up to their number, or if weights, mask or groups match neither sequences nor losses.
    init?(_ request: LossRequest, _ signature: Signature, axis: Int) throws(LossError) {
        if let lengths = request.lengths.first ?? nil {
            guard signature.sequenceDimension == nil, signature.tokenMasks.isEmpty else {
                return nil
            }
            try self.init(request, signature, axis: axis, lengths)
        } else {
            let shape = request.inputs[0]?.shape ?? []
            let spread = signature.inputs.indices.filter { index in
                guard signature.inputs[index].mayBeBySequence else { return false }
                return shape.count > 1 && request.inputs[index]?.shape == [shape[0]]
            }
            guard !spread.isEmpty else { return nil }
            self.init(request, signature, Items(of: shape), areLengths: false)
            for index in spread { spreadInput(index, shape: shape) }
        }
    }

    private init(
        _ request: LossRequest,
        _ signature: Signature,
        _ items: Items,
        areLengths: Bool
    ) {
        self.request = request
        self.signature = signature
        self.items = areLengths ? items : nil
        sequences = items
    }

    /// Spreads the numbers of sequences with lengths.
    private init(
        _ request: LossRequest,
        _ signature: Signature,
        axis: Int,
        _ given: Tensor
    ) throws(LossError) {
        let (name, first) = (signature.lengths[0], signature.inputs[0].name)
        guard given.shape.count == 1 else {
            throw .dimensions(input: name, shape: given.shape, form: "B")
        }
        var shapes = [[Int]?](repeating: nil, count: request.inputs.count)
        shapes[0] = request.inputs[0]?.shape
        let losses = try Binding(signature, shapes: shapes, axis: axis).leading
        guard losses.count == 1 else {
            throw .notInSequence(
                input: first,
                shape: shapes[0] ?? [],
                lengths: name,
                allowed: signature.inputs[0].forms[0].shape.inSequence,
                responses: nil
            )
        }
        let lengths = try SequenceLengths(given, name, of: first, count: losses[0])
        self.init(request, signature, Items(lengths), areLengths: true)
        self.request.lengths = []
        for index in signature.inputs.indices where signature.inputs[index].mayBeBySequence {
            guard let shape = request.inputs[index]?.shape else { continue }
            let input = signature.inputs[index].name
            if try Self.isBySequence(shape, lengths, input, allowsNumber: false) {
                spreadInput(index, shape: losses)
            }
        }
        try spreadWeights(lengths, losses)
        try spreadMask(lengths, losses)
        if let groups = request.groups,
            try Self.isBySequence([groups.codes.count], lengths, "groups", allowsNumber: false)
        {
            self.request.groups = groups.spread(over: sequences)
        }
    }

    /// Whether a field has a number for each sequence; otherwise it has one for each loss, or a single one.
    ///
    /// - Throws: `LossError` if it has another shape, or if both have as many numbers.
    private static func isBySequence(
        _ shape: [Int],
        _ lengths: SequenceLengths,
        _ name: String,
        allowsNumber: Bool
    ) throws(LossError) -> Bool {
        if allowsNumber, shape.isEmpty { return false }
        guard shape == [lengths.count] || shape == [lengths.total] else {
            let allowed = [[lengths.count], [lengths.total]]
            throw .leadingShape(
                input: name,
                shape: shape,
                allowed: allowsNumber ? [[]] + allowed : allowed
            )
        }
        guard !lengths.areAmbiguous else {
            throw .sequencesOrElements(input: name, count: lengths.count)
        }
        return shape[0] != lengths.total
    }

    private mutating func spreadInput(_ index: Int, shape: [Int]) {
        guard let own = request.inputs[index] else { return }
        spread.append(index)
        request.inputs[index] = Tensor(
            shape: shape,
            values: sequences.spread(own.values),
            hasMissing: own.hasMissing
        )
    }

    private mutating func spreadWeights(
        _ lengths: SequenceLengths,
        _ losses: [Int]
    ) throws(LossError) {
        guard let weights = request.weights,
            try Self.isBySequence(weights.shape, lengths, "weights", allowsNumber: true)
        else { return }
        try Weighting.check(weights, against: weights.shape)
        request.weights = Tensor(shape: losses, values: sequences.spread(weights.values))
    }

    private mutating func spreadMask(
        _ lengths: SequenceLengths,
        _ losses: [Int]
    ) throws(LossError) {
        guard let mask = request.mask,
            try Self.isBySequence(mask.shape, lengths, "mask", allowsNumber: true)
        else { return }
        try Selection.checkValues(of: mask)
        request.mask = Tensor(shape: losses, values: sequences.spread(mask.values))
    }

    /// The result with derivatives with respect to the numbers of sequences.
    func gathered(_ result: LossResult) -> LossResult {
        guard !spread.isEmpty else { return result }
        var result = result
        for index in result.derivatives.indices
        where spread.contains(result.derivatives[index].input) {
            let derivative = result.derivatives[index]
            let numbers = derivative.tensor.values
            var sum = ExactSum()
            let sums = (0..<sequences.count).map { sequence in
                sum.reset()
                sum.add(numbers.span.extracting(sequences.range(sequence)))
                sum.normalize()
                return sum.value + 0
            }
            result.derivatives[index] = Derivative(
                derivative,
                of: Tensor(shape: [sequences.count], values: sums)
            )
        }
        return result
    }

    /// The error about the number of a sequence that an error about one of its copies stands for.
    func explained(_ error: LossError) -> LossError {
        func sequence(_ input: String, _ place: [Int]) -> [Int] {
            guard let index = signature.index(of: input), spread.contains(index),
                let shape = request.inputs[index]?.shape, place.count == shape.count
            else { return place }
            let offset = zip(place, shape).reduce(0) { $0 * $1.1 + $1.0 }
            return [sequences.item(of: offset)]
        }
        switch error {
        case .outsideDomain(let input, let place, let value, let allowed):
            return .outsideDomain(
                input: input,
                place: sequence(input, place),
                value: value,
                allowed: allowed
            )
        case .missingValue(let input, let place):
            return .missingValue(input: input, place: sequence(input, place))
        case .notFinite(let quantity, let input, let place):
            return .notFinite(quantity, input: input, place: sequence(input, place))
        default: return error
        }
    }
}
