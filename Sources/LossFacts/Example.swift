// SPDX-License-Identifier: Apache-2.0

/// Inputs and options with which a loss can be tried.
package struct Example: Equatable, Sendable {
    /// The inputs by name.
    package let inputs: [String: Tensor]
    package let options: [String: OptionValue]

    package init(_ inputs: [String: Tensor], _ options: [String: OptionValue] = [:]) {
        self.inputs = inputs
        self.options = options
    }
}

extension Facts {
    /// The examples that the loss states or, by default, one for each set of options that its domains
    /// distinguish, with inputs derived from the signature.
    package var examples: [Example] {
        statedExamples.isEmpty ? variants.map { derivedExample(under: $0) } : statedExamples
    }

    /// The sets of options that the domains distinguish; the first applies to most requests.
    private var variants: [[String: OptionValue]] {
        let domains = signature.inputs.flatMap { $0.forms.flatMap { $0.domains } }
        let sets = domains.map { $0.options }.filter { !$0.isEmpty }
        let distinct = sets.reduce(into: [[String: OptionValue]]()) { all, one in
            if !all.contains(one) { all.append(one) }
        }
        return distinct.isEmpty ? [[:]] : distinct
    }

    private func derivedExample(under options: [String: OptionValue]) -> Example {
        // Options that a signature names are declared, so that the values are valid.
        let values = (try? OptionValues(options, for: self.options)) ?? .none
        var inputs: [String: Tensor] = [:]
        for (index, input) in signature.inputs.enumerated() {
            guard let form = input.forms.first else { continue }
            let numbers = ExampleNumbers(
                domain: form.domain(under: values, of: self.options),
                isFirst: index == 0,
                isByRow: signature.unit == .row
            )
            inputs[input.name] = numbers.tensor(shape: form.shape)
        }
        return Example(inputs, options)
    }
}

/// Numbers of a domain for an input of an example.
private struct ExampleNumbers {
    let domain: Domain
    /// Whether the input is the first of the signature; the others differ from it.
    let isFirst: Bool
    let isByRow: Bool

    /// The length of each named dimension.
    private static let length = 3

    /// A tensor with three elements, or with two rows if there is a loss for each row.
    func tensor(shape symbols: SymbolicShape) -> Tensor {
        let shape = symbols.dimensions.map { symbol in
            symbol == .any && isByRow ? 2 : Self.length
        }
        let pattern = pattern
        let count = shape.reduce(1, *)
        let values = (0..<count).map { pattern[$0 % pattern.count] }
        return Tensor(shape: shape, values: values)
    }

    /// Valid numbers, which are repeated as needed; for rows, two rows of three.
    private var pattern: [Double] {
        switch domain {
        case .values(let values): [values.last ?? 0, values.first ?? 0]
        case .classIndices, .integers, .counts, .ranks, .between: [0, 1]
        case .oneHot: [1, 0, 0, 0, 1, 0]
        case .levels: [1, 1, 0, 1, 0, 0]
        case .distribution(let inLogarithms): distributions(inLogarithms: inLogarithms)
        case .interval(.unit) where isByRow: distributions(inLogarithms: false)
        case .interval(.through(0)) where isByRow: distributions(inLogarithms: true)
        case .interval(.real) where isByRow: [2, 0.5, -1, 0.1, 1.2, 0.3]
        case .interval(.unit): isFirst ? [0.9, 0.2, 0.6] : [1, 0, 1]
        case .interval(let interval): numbers(in: interval)
        }
    }

    /// Numbers in the interior of an interval.
    private func numbers(in interval: Interval) -> [Double] {
        let (lower, upper) = (interval.lower, interval.upper)
        switch (lower.isFinite, upper.isFinite) {
        case (false, false): return isFirst ? [0.2, 1.7, -0.4] : [0, 1.5, -0.5]
        case (true, false): return (isFirst ? [0.5, 2, 1.25] : [1, 1.5, 0.75]).map { lower + $0 }
        case (false, true): return (isFirst ? [0.5, 2, 1.25] : [1, 1.5, 0.75]).map { upper - $0 }
        case (true, true):
            let shares = isFirst ? [0.75, 0.25, 0.5] : [0.5, 0.125, 0.625]
            return shares.map { lower + $0 * (upper - lower) }
        }
    }

    private func distributions(inLogarithms: Bool) -> [Double] {
        switch (isFirst, inLogarithms) {
        case (true, false): [0.7, 0.2, 0.1, 0.1, 0.8, 0.1]
        case (false, false): [0.5, 0.25, 0.25, 0.25, 0.5, 0.25]
        case (true, true):
            [
                -0.35667494393873245, -1.6094379124341003, -2.3025850929940455,
                -2.3025850929940455, -0.2231435513142097, -2.3025850929940455,
            ]
        case (false, true):
            [
                -0.6931471805599453, -1.3862943611198906, -1.3862943611198906,
                -1.3862943611198906, -0.6931471805599453, -1.3862943611198906,
            ]
        }
    }
}
