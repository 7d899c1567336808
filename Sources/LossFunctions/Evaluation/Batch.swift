// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The inputs of a request, whose shapes fit the signature.
///
/// A class, so that the steps of an evaluation share one instance.
final class Batch {
    let loss: Loss
    let request: LossRequest
    let binding: Binding
    /// The units of a loss of segments; `nil` for elements and rows.
    let segments: Segments?
    let selection: Selection
    /// The items of the first dimension of the losses.
    let items: Items
    /// The domain of each input; empty if the loss has them ready.
    private let domains: [Domain]
    /// The inputs whose gradients and Hessians are computed.
    let gradients: InputSet
    let hessians: InputSet
    /// The axis of the rows.
    let axis: Int
    let cancellation: (any CancellationFlag)?

    /// Checks the shapes of a request and selects its units.
    ///
    /// - Parameters:
    ///   - request: the request.
    ///   - loss: its loss.
    ///   - items: the sequences of the losses; `nil` means the items of their first dimension.
    ///   - axis: the axis of the rows.
    ///   - cancellation: polled during the evaluation; `nil` means never.
    /// - Throws: `LossError` if shapes do not fit the signature, or if an input that takes part is missing.
    init(
        _ request: borrowing LossRequest,
        _ loss: Loss,
        items: Items?,
        axis: Int,
        cancellation: (any CancellationFlag)?
    ) throws(LossError) {
        let signature = loss.facts.signature
        let binding: Binding
        if signature.sequenceDimension != nil, let lengths = request.lengths.first ?? nil {
            binding = try Binding(signature, request.inputs, sequences: lengths)
        } else {
            binding = try Binding(signature, request.inputs, axis: axis)
        }
        let segments =
            signature.hasSegments ? try Segments(request, signature, binding) : nil
        let none = InputSet()
        var chosen = none
        for index in request.differentiated(of: signature) {
            if !loss.isUnrestricted(index),
                case .classIndices = loss.domain(of: index, form: binding.form(of: index))
            {
                throw .noDerivative(input: signature.inputs[index].name)
            }
            chosen.insert(index)
        }
        let selection = try Selection(request, signature, binding, segments, axis: axis)
        if let groups = request.groups {
            let shape = segments?.lossShape ?? binding.leading
            guard shape.first == groups.codes.count else {
                let allowed = [Array(shape.prefix(1))]
                throw .leadingShape(input: "groups", shape: [groups.codes.count], allowed: allowed)
            }
        }
        domains =
            loss.derivesDomains
            ? signature.inputs.indices.map { loss.domain(of: $0, form: binding.form(of: $0)) } : []
        gradients = request.outputs.contains(.gradient) ? chosen : none
        hessians = request.outputs.contains(.hessian) ? chosen : none
        self.request = copy request
        self.loss = loss
        self.axis = axis
        self.cancellation = cancellation
        self.binding = binding
        self.segments = segments
        self.selection = selection
        self.items = items ?? Items(of: segments?.lossShape ?? binding.leading)
    }

    var signature: Signature { loss.facts.signature }
    var inputs: [Tensor?] { request.inputs }
    var outputs: Outputs { request.outputs }
    var usesSurrogate: Bool { if case .positive = request.hessianKind { true } else { false } }

    /// The offsets of the inputs with respect to which to differentiate.
    var differentiated: [Int] { request.differentiated(of: signature) }

    /// Whether the losses themselves are requested, not only their derivatives.
    var wantsLosses: Bool {
        !outputs.isDisjoint(with: [.loss, .elements, .statistics, .partial])
    }

    var lossShape: [Int] { segments?.lossShape ?? binding.leading }
    var unitCount: Int { lossShape.reduce(1, *) }

    /// An input that is not omitted.
    func input(_ index: Int) -> Tensor { request.inputs[index] ?? Tensor(shape: [0], values: []) }

    /// The numbers of an input; none if it is omitted or beyond the last.
    func values(_ index: Int) -> [Double] {
        index < request.inputs.count ? request.inputs[index]?.values ?? [] : []
    }

    /// The domain of an input.
    func domain(_ index: Int) -> Domain {
        let domain =
            domains.isEmpty ? loss.domain(of: index, form: binding.form(of: index)) : domains[index]
        return segments == nil ? domain : domain.resolved(binding.length)
    }

    /// Whether numbers are in the domain of an input.
    func contains(_ numbers: Span<Double>, input index: Int) -> Bool {
        loss.isUnrestricted(index)
            || domain(index).firstOutside(in: numbers, loss.functions) == nil
    }

    /// Whether the evaluation has been cancelled.
    var isCancelled: Bool { cancellation?.isCancelled == true }

    /// Throws if the evaluation has been cancelled.
    ///
    /// Called for each block of elements or rows, for each segment and for each strip of a long row.
    func checkCancellation() throws(LossError) {
        if isCancelled { throw .cancelled }
    }

    /// Throws if a unit that takes part has an input outside its domain, with the place of the first.
    func checkDomains() throws(LossError) {
        for index in signature.inputs.indices {
            guard let tensor = inputs[index] else { continue }
            let domain = domain(index)
            let outside = (0..<tensor.count).first { offset in
                !domain.mayContain(tensor.number(at: offset))
                    && !selection.isLeftOut(
                        unit(of: offset, in: tensor, input: index)
                    )
            }
            guard let outside else { continue }
            throw .outsideDomain(
                input: signature.inputs[index].name,
                place: Tensor.place(of: outside, in: tensor.shape),
                value: tensor.number(at: outside),
                allowed: domain.interval?.description ?? domain.description
            )
        }
    }

    /// The unit to which an element of an input belongs.
    private func unit(of offset: Int, in tensor: Tensor, input: Int) -> Int {
        segments?.unit(of: offset, input: input)
            ?? Selection.unit(
                of: offset,
                shape: tensor.shape,
                signature.inputs[input].forms[binding.form(of: input)].shape,
                axis: axis
            )
    }
}

extension Domain {
    /// Whether it may contain a number; class indices and ranks are checked by `UnitClasses` or by kernels.
    fileprivate func mayContain(_ number: Double) -> Bool {
        switch self {
        case .classIndices, .ranks: true
        default: contains(number)
        }
    }

    /// A number that it contains, for inputs of units that are left out.
    var filler: Double {
        switch self {
        case .interval(let interval):
            if interval.contains(0.5) {
                0.5
            } else if interval.contains(0) {
                0
            } else {
                interval.lower.isFinite ? interval.lower + 1 : interval.upper - 1
            }
        case .values(let values): values.first ?? 0
        case .classIndices, .integers, .counts, .ranks, .distribution, .levels, .oneHot, .between: 0
        }
    }

    /// The offset of the first number outside the domain; `nil` if it contains all of them.
    ///
    /// Numbers from clients are finite, so `real` contains them all.
    func firstOutside(
        in numbers: Span<Double>,
        _ functions: any ArrayFunctions.Type
    ) -> Int? {
        switch self {
        case .classIndices, .counts, .ranks, .between: nil
        case .integers: numbers.indices.first { !contains(numbers[$0]) }
        case .interval(let interval): interval.firstOutside(in: numbers, functions)
        case .distribution: interval?.firstOutside(in: numbers, functions)
        case .values(let values): Self.firstOutside(in: numbers, of: values)
        case .levels, .oneHot: Self.firstOutside(in: numbers, of: [0, 1])
        }
    }

    /// The offset of the first number that is not one of a few `values`.
    private static func firstOutside(in numbers: Span<Double>, of values: [Double]) -> Int? {
        guard let first = values.first, let last = values.last else { return nil }
        // Usually there are two, and neither comparison branches.
        var mismatch: UInt64 = 0
        for offset in numbers.indices {
            mismatch |= (numbers[offset] != first ? 1 : 0) & (numbers[offset] != last ? 1 : 0)
        }
        return mismatch != 0 ? numbers.indices.first { !values.contains(numbers[$0]) } : nil
    }
}

extension Interval {
    /// The offset of the first number outside the interval; `nil` if it contains all of them.
    func firstOutside(
        in numbers: Span<Double>,
        _ functions: any ArrayFunctions.Type
    ) -> Int? {
        guard lower.isFinite || upper.isFinite else { return nil }
        guard leastPositive == nil else { return numbers.indices.first { !contains(numbers[$0]) } }
        // The smallest and the largest double in the interval.
        let least = includesLower ? lower : lower.nextUp
        let greatest = includesUpper ? upper : upper.nextDown
        let holds = functions.allInRange(
            numbers,
            from: least,
            through: greatest
        )
        return holds ? nil : numbers.indices.first { !contains(numbers[$0]) }
    }
}
