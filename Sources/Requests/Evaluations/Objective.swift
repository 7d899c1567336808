// SPDX-License-Identifier: Apache-2.0

package import LossFacts
package import LossFunctions

/// A sum of losses and penalties of shared inputs, each times a coefficient.
package struct Objective: Sendable {
    package var data = DataSet()
    package var terms: [Term] = []
    package var penalties: [Term] = []
    /// The inputs with respect to which to differentiate; `nil` means the primary ones of the losses, and the
    /// parameters of the penalties.
    package var gradientOf: [String]?
    private let limits: ComputationLimits

    /// The maximum number of terms.
    package static let maximumTerms = 256

    package init(limits: ComputationLimits) { self.limits = limits }

    /// The memory in use, in bytes.
    package var footprint: Int {
        data.footprint + (terms + penalties).reduce(0) { $0 + $1.footprint }
    }

    /// An upper bound on the count of numbers in the gradients.
    package var resultCount: Int { data.inputs.reduce(0) { $0 + $1.tensor.values.count } }

    /// An upper bound on the memory for the result in bytes, without its text.
    package var resultFootprint: Int { 6 * data.footprint + 4 * 1_024 * 1_024 }

    /// Computes the objective and its gradients.
    ///
    /// - Parameter cancellation: polled during the computation; `nil` means never.
    /// - Returns: the value, its parts and its gradients.
    /// - Throws: `DataSetError` if the request or a term is refused.
    package func result(
        unless cancellation: (any CancellationFlag)? = nil
    ) throws(DataSetError) -> ObjectiveResult {
        guard !terms.isEmpty || !penalties.isEmpty else {
            throw .request(.missingChoice("terms", "penalties"))
        }
        guard terms.count + penalties.count <= Self.maximumTerms else {
            throw .request(.tooManyTerms("terms", "penalties", limit: Self.maximumTerms))
        }
        try Term.checkNames(of: terms, "terms")
        try Term.checkNames(of: penalties, "penalties")
        let names = data.inputs.map { $0.name }
        if let place = gradientOf?.firstIndex(where: { !names.contains($0) }), let gradientOf {
            throw .request(
                .notAllowed(
                    gradientOf[place],
                    field: "gradient_of",
                    place: [place],
                    allowed: names
                )
            )
        }
        var sums: [String: GradientSum] = [:]
        var total = ExactSum()
        // One limit for all losses and penalties.
        var steps = 0
        var (losses, penaltyResults): ([ObjectiveResult.Part], [ObjectiveResult.Part]) = ([], [])
        for (index, term) in terms.enumerated() {
            guard let found = Catalogue.loss(named: term.name) else {
                throw .unknown(list: "terms", place: index, name: term.name)
            }
            let inputs = found.facts.signature.inputs.map { $0.name }
            let place = TermPlace(list: "terms", index: index, term: term, inputs: inputs)
            losses.append(try add(place, found, &total, &sums, &steps, cancellation))
        }
        for (index, term) in penalties.enumerated() {
            guard let found = Catalogue.penalty(named: term.name) else {
                throw .unknown(list: "penalties", place: index, name: term.name)
            }
            let inputs = found.facts.signature.inputs.map { $0.name }
            let place = TermPlace(list: "penalties", index: index, term: term, inputs: inputs)
            penaltyResults.append(try add(place, found, &total, &sums, &steps, cancellation))
        }
        return try ObjectiveResult(
            value: value(total),
            losses: losses,
            penalties: penaltyResults,
            gradients: gradients(sums)
        )
    }

    private func value(_ total: ExactSum) throws(DataSetError) -> Double {
        let value = total.value + 0
        guard value.isFinite else {
            throw .tooLarge(list: terms.isEmpty ? "penalties" : "terms")
        }
        return value
    }

    /// The gradients in the order of the inputs.
    private func gradients(
        _ sums: [String: GradientSum]
    ) throws(DataSetError) -> [(name: String, tensor: Tensor)] {
        var gradients: [(name: String, tensor: Tensor)] = []
        for (name, tensor) in data.inputs where gradientOf?.contains(name) ?? (sums[name] != nil) {
            let zero = Tensor(
                shape: tensor.shape,
                values: [Double](repeating: 0, count: tensor.values.count)
            )
            let gradient = sums[name]?.tensor ?? zero
            if let offset = gradient.values.firstIndex(where: { !$0.isFinite }) {
                let place = Tensor.place(of: offset, in: gradient.shape)
                throw .request(
                    .loss(.notFinite(.gradient, input: "inputs/" + name, place: place), nil)
                )
            }
            gradients.append((name, gradient))
        }
        return gradients
    }

    /// Adds a loss or penalty to the sums.
    private func add(
        _ place: TermPlace,
        _ found: Catalogue.Found,
        _ total: inout ExactSum,
        _ sums: inout [String: GradientSum],
        _ steps: inout Int,
        _ cancellation: (any CancellationFlag)?
    ) throws(DataSetError) -> ObjectiveResult.Part {
        let (signature, term) = (found.facts.signature, place.term)
        let chosen =
            gradientOf.map { names in
                signature.differentiable.filter {
                    names.contains(term.source(of: signature.inputs[$0].name))
                }
            } ?? signature.primary
        let result: LossResult
        let value: Double
        do throws(RequestError) {
            let computation = try computation(term, found, chosen)
            result = try computation.evaluateLoss(after: &steps, cancellation)
            guard let reduced = result.reduced else {
                throw .notReduced(.none)
            }
            value = reduced
        } catch {
            throw place.error(error)
        }
        total.add(term.coefficient, times: value)
        for derivative in result.derivatives {
            let name = term.source(of: signature.inputs[derivative.input].name)
            let tensor = derivative.tensor
            sums[name, default: GradientSum(shape: tensor.shape)]
                .add(tensor.values, times: term.coefficient)
        }
        return ObjectiveResult.Part(
            label: term.resultName,
            name: found.facts.name,
            coefficient: term.coefficient,
            value: value,
            normalizer: result.normalizer
        )
    }

    /// The computation of a loss or penalty with its gradients in some inputs.
    private func computation(
        _ term: Term,
        _ found: Catalogue.Found,
        _ chosen: [Int]
    ) throws(RequestError) -> Computation {
        // A penalty has no rows to weight or to leave out.
        var data = data
        if found.facts.family == .regularization {
            (data.weights, data.mask, data.skipsMissing) = (nil, nil, false)
        }
        let outputs: Outputs = chosen.isEmpty ? .loss : .lossAndGradient
        var builder = try term.builder(for: found, of: data, outputs, limits)
        if !chosen.isEmpty {
            let names = chosen.map { found.facts.signature.inputs[$0].name }
            try builder.set(.gradientOf, .texts(names))
        }
        return try builder.build()
    }
}

/// A sum of gradients times coefficients, with an error of about an ulp of the result, and 2^-104 of the
/// largest term.
private struct GradientSum {
    private let shape: [Int]
    private var heads: [Double]
    private var tails: [Double]

    init(shape: [Int]) {
        self.shape = shape
        let count = shape.reduce(1, *)
        heads = [Double](repeating: 0, count: count)
        tails = heads
    }

    mutating func add(_ numbers: [Double], times factor: Double) {
        for offset in heads.indices {
            let product = factor * numbers[offset]
            let error = (-product).addingProduct(factor, numbers[offset])
            // Knuth's sum of two doubles with its error.
            let head = heads[offset] + product
            let part = head - heads[offset]
            let rest = (heads[offset] - (head - part)) + (product - part)
            heads[offset] = head
            tails[offset] += rest + error
        }
    }

    var tensor: Tensor {
        Tensor(
            shape: shape,
            values: heads.indices.map { offset in
                let sum = heads[offset] + tails[offset]
                // Errors of products that overflow are not numbers.
                return (tails[offset].isFinite ? sum : heads[offset]) + 0
            }
        )
    }
}

/// The value of an objective, its parts and its gradients.
package struct ObjectiveResult: Sendable {
    /// The sum of the values times their coefficients, rounded once.
    package let value: Double
    package let losses: [Part]
    package let penalties: [Part]
    package let gradients: [(name: String, tensor: Tensor)]

    /// A loss or penalty.
    package struct Part: Sendable {
        package let label: String
        package let name: String
        package let coefficient: Double
        /// Its value before it is multiplied by the coefficient.
        package let value: Double
        package let normalizer: Double
    }
}
