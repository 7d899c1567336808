// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The inputs of a request, whose shapes fit the signature.
///
/// A class, so that the steps of an evaluation share one instance.
final class Batch {
    let signature: Signature
    let binding: Binding
    let inputs: [Tensor?]
    /// The domain of each input.
    let domains: [Domain]
    let selection: Selection
    let outputs: Outputs
    /// The offsets of the inputs to differentiate in.
    let differentiated: [Int]
    /// The inputs whose gradients and Hessians are computed.
    let gradients: InputSet
    let hessians: InputSet
    let usesSurrogate: Bool
    /// The axis of the rows.
    let axis: Int

    /// Whether the losses themselves are requested, not only their derivatives.
    var wantsLosses: Bool {
        !outputs.isDisjoint(with: [.loss, .elements, .statistics, .partial])
    }

    var lossShape: [Int] { binding.leading }
    var unitCount: Int { binding.leading.reduce(1, *) }

    /// An input that is not omitted.
    func input(_ index: Int) -> Tensor { inputs[index] ?? Tensor(shape: [0], values: []) }

    /// The numbers of an input; none if it is omitted or beyond the last.
    func values(_ index: Int) -> [Double] {
        index < inputs.count ? inputs[index]?.values ?? [] : []
    }

    /// Checks the shapes of a request and selects its units.
    init(
        _ request: LossRequest,
        _ facts: Facts,
        _ options: OptionValues,
        axis: Int
    ) throws(LossError) {
        signature = facts.signature
        inputs = request.inputs
        outputs = request.outputs
        usesSurrogate = request.hessianKind == .positive
        self.axis = axis
        binding = try Binding(signature, inputs.map { $0?.shape }, axis: axis)
        var domains: [Domain] = []
        domains.reserveCapacity(inputs.count)
        for (index, input) in signature.inputs.enumerated() {
            domains.append(
                input.forms[binding.forms[index]].domain(under: options, of: facts.options)
            )
        }
        self.domains = domains
        differentiated = request.gradientOf.isEmpty ? signature.primary : request.gradientOf
        for index in differentiated where domains[index].areClassIndices {
            throw .noDerivative(input: signature.inputs[index].name)
        }
        var chosen: InputSet = []
        for index in differentiated { chosen.insert(InputSet(index)) }
        gradients = outputs.contains(.gradient) ? chosen : []
        hessians = outputs.contains(.hessian) ? chosen : []
        selection = try Selection(request, signature, binding, axis: axis)
    }

    /// Throws if a unit that takes part has an input outside its domain, with the place of the first.
    func checkDomains() throws(LossError) {
        for index in signature.inputs.indices {
            guard let tensor = inputs[index] else { continue }
            let domain = domains[index]
            let outside = tensor.values.indices.first { offset in
                !domain.mayContain(tensor.values[offset])
                    && !selection.isLeftOut(
                        unit(of: offset, in: tensor, form: binding.forms[index], input: index)
                    )
            }
            guard let outside else { continue }
            throw .outsideDomain(
                input: signature.inputs[index].name,
                place: Tensor.place(of: outside, in: tensor.shape),
                value: tensor.values[outside],
                allowed: domain.interval?.description ?? domain.description
            )
        }
    }

    /// The unit to which an element of an input belongs.
    private func unit(of offset: Int, in tensor: Tensor, form: Int, input: Int) -> Int {
        Selection.unit(
            of: offset,
            shape: tensor.shape,
            signature.inputs[input].forms[form].shape,
            axis: axis
        )
    }
}

extension Domain {
    /// Whether it may contain a number; class indices are checked by `ClassRows`.
    fileprivate func mayContain(_ number: Double) -> Bool {
        if case .classIndices = self { true } else { contains(number) }
    }

    fileprivate var areClassIndices: Bool { if case .classIndices = self { true } else { false } }

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
        case .classIndices, .distribution: 0
        }
    }

    /// The offset of the first number outside the domain; `nil` if it contains all of them.
    ///
    /// Numbers from clients are finite, so `real` contains them all.
    func firstOutside(in numbers: Span<Double>) -> Int? {
        switch self {
        case .interval(.real), .classIndices: nil
        case .interval, .distribution: interval?.firstOutside(in: numbers)
        case .values(let values): Self.firstOutside(in: numbers, of: values)
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
    func firstOutside(in numbers: Span<Double>) -> Int? {
        guard leastPositive == nil else { return numbers.indices.first { !contains(numbers[$0]) } }
        // The smallest and the largest double in the interval.
        let least = includesLower ? lower : lower.nextUp
        let greatest = includesUpper ? upper : upper.nextDown
        let holds = InstructionSet.current.functions.allInRange(
            numbers,
            from: least,
            through: greatest
        )
        return holds ? nil : numbers.indices.first { !contains(numbers[$0]) }
    }
}
