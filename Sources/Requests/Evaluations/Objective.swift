// SPDX-License-Identifier: Apache-2.0

package import LossFacts
package import LossFunctions

/// A sum of losses and penalties of shared inputs, each times a coefficient.
package struct Objective: Sendable {
    package var data = DataSet()
    package var terms: [Term] = []
    package var penalties: [Term] = []
    /// The inputs with respect to which to differentiate; `nil` means those that are primary in some loss, and
    /// the parameters of the penalties.
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
        try Term.checkNames(of: ("terms", terms), ("penalties", penalties))
        let found = (try entries(of: terms, "terms"), try entries(of: penalties, "penalties"))
        let used = found.0 + found.1
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
        // The total derivative in an input counts all of its uses, also those in which it is not primary.
        let chosen = Set(
            gradientOf
                ?? used.flatMap { place, found in
                    let signature = found.facts.signature
                    return signature.primary.map {
                        place.term.source(of: signature.inputs[$0].name)
                    }
                }
        )
        for (place, found) in found.0 {
            losses.append(try add(place, found, chosen, &total, &sums, &steps, cancellation))
        }
        for (place, found) in found.1 {
            penaltyResults.append(
                try add(place, found, chosen, &total, &sums, &steps, cancellation)
            )
        }
        // After the terms, which say better what is wrong with the names of their inputs.
        try data.checkUse(inputNames + lengthNames)
        return try ObjectiveResult(
            value: value(total),
            losses: losses,
            penalties: penaltyResults,
            gradients: gradients(sums, chosen)
        )
    }

    /// The inputs that losses and penalties read, each once, in the order in which they name them.
    package var inputNames: [String] { names(DataSet.names) }

    /// The lengths of sequences that losses may read besides, each once.
    package var lengthNames: [String] {
        let inputs = inputNames
        return names { $0.lengths }.filter { !inputs.contains($0) }
    }

    private func names(_ names: (_ signature: Signature) -> [String]) -> [String] {
        let lists = [(terms, Catalogue.loss), (penalties, Catalogue.penalty)]
        let read = lists.flatMap { terms, find in
            terms.flatMap { term in
                (find(term.name).map { names($0.facts.signature) } ?? [])
                    .map { term.source(of: $0) }
            }
        }
        return read.uniqued
    }

    /// The entries of the catalogue that a list of terms names.
    private func entries(
        of terms: [Term],
        _ list: String
    ) throws(DataSetError) -> [(place: TermPlace, found: Catalogue.Found)] {
        var entries: [(place: TermPlace, found: Catalogue.Found)] = []
        for (index, term) in terms.enumerated() {
            let found =
                list == "penalties"
                ? Catalogue.penalty(named: term.name) : Catalogue.loss(named: term.name)
            guard let found else { throw .unknown(list: list, place: index, name: term.name) }
            let inputs = found.facts.signature.inputs.map { $0.name }
            entries.append(
                (TermPlace(list: list, index: index, term: term, inputs: inputs), found)
            )
        }
        return entries
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
        _ sums: [String: GradientSum],
        _ chosen: Set<String>
    ) throws(DataSetError) -> [(name: String, tensor: Tensor)] {
        var gradients: [(name: String, tensor: Tensor)] = []
        for (name, tensor) in data.inputs where chosen.contains(name) {
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
        _ inputs: Set<String>,
        _ total: inout ExactSum,
        _ sums: inout [String: GradientSum],
        _ steps: inout Int,
        _ cancellation: (any CancellationFlag)?
    ) throws(DataSetError) -> ObjectiveResult.Part {
        let (signature, term) = (found.facts.signature, place.term)
        let chosen = signature.differentiable.filter {
            inputs.contains(term.source(of: signature.inputs[$0].name))
        }
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
