// SPDX-License-Identifier: Apache-2.0

package import LossFacts
package import LossFunctions

/// A comparison of a client's own derivatives with the true ones.
package struct GradientCheck: Sendable {
    /// The loss or penalty with the inputs and options of its request.
    package var term = Term()
    /// Whether it is a penalty.
    package var isPenalty = false
    /// The derivatives to check.
    package private(set) var claims: [Claim] = []
    private let limits: ComputationLimits

    /// A derivative that a client has computed.
    package struct Claim: Sendable {
        package let quantity: Quantity
        /// The name of the input; `nil` means the primary one.
        package let input: String?
        package let tensor: Tensor
    }

    package init(limits: ComputationLimits) { self.limits = limits }

    package mutating func add(_ quantity: Quantity, of input: String?, _ tensor: Tensor) {
        claims.append(Claim(quantity: quantity, input: input, tensor: tensor))
    }

    /// The memory in use, in bytes.
    package var footprint: Int {
        term.footprint + claims.reduce(0) { $0 + 8 * $1.tensor.values.capacity }
    }

    /// An upper bound on the memory for the result, in bytes.
    package var resultFootprint: Int { 6 * footprint + 4 * 1_024 * 1_024 }

    /// The loss or penalty.
    ///
    /// - Throws: `DataSetError` if it is not known.
    package func found() throws(DataSetError) -> Catalogue.Found {
        let found =
            isPenalty ? Catalogue.penalty(named: term.name) : Catalogue.loss(named: term.name)
        guard let found else {
            throw .unknown(list: isPenalty ? "penalty" : "loss", place: 0, name: term.name)
        }
        return found
    }

    /// Compares the derivatives.
    ///
    /// - Parameter cancellation: polled during the computation; `nil` means never.
    /// - Returns: a comparison for each claim.
    /// - Throws: `DataSetError` if the request is refused.
    package func result(
        unless cancellation: (any CancellationFlag)? = nil
    ) throws(DataSetError) -> [Comparison] {
        let found = try found()
        guard !claims.isEmpty else { throw .request(.missingChoice("gradient", "hessian")) }
        do throws(RequestError) {
            let inputs = try claims.map { claim throws(RequestError) in
                try Self.input(of: claim, found.facts)
            }
            let own = try derivatives(found, inputs, [], cancellation)
            var comparisons = try zip(claims, own).map { claim, tensor throws(RequestError) in
                try Comparison(claim, tensor)
            }
            guard comparisons.contains(where: { $0.agreement < .double }) else {
                return comparisons
            }
            for variant in variants(of: found.facts) {
                // A convention or a reduction that these inputs do not allow explains nothing.
                guard let others = try? derivatives(found, inputs, [variant], cancellation) else {
                    continue
                }
                for index in comparisons.indices {
                    comparisons[index].explain(by: variant, claims[index], others[index])
                }
            }
            return comparisons
        } catch {
            throw .request(error)
        }
    }

    /// The offset of the input of a derivative.
    private static func input(of claim: Claim, _ facts: Facts) throws(RequestError) -> Int {
        let signature = facts.signature
        let allowed = signature.differentiable.map { signature.inputs[$0].name }
        guard let name = claim.input else {
            guard signature.primary.count == 1 else {
                throw .wrongKind(
                    claim.quantity.rawValue,
                    expected: "given by input, as \(claim.quantity.rawValue)s with the members "
                        + allowed.joined(separator: ", ")
                )
            }
            return signature.primary[0]
        }
        guard let index = signature.index(of: name), signature.differentiable.contains(index) else {
            throw .unknownMember(name, of: claim.quantity.rawValue + "s", known: allowed)
        }
        return index
    }

    /// Fields that may explain a difference: conventions of libraries, and reductions.
    private func variants(of facts: Facts) -> [(name: String, value: FieldValue)] {
        facts.conventions.map { ("convention", .text($0.name)) }
            + [Reduction.mean, .sum, .elementMean, .batchMean]
            .map { ("reduction", .text($0.rawValue)) }
    }

    /// The true derivatives of the claims, with some fields replaced.
    private func derivatives(
        _ found: Catalogue.Found,
        _ inputs: [Int],
        _ others: [(name: String, value: FieldValue)],
        _ cancellation: (any CancellationFlag)?
    ) throws(RequestError) -> [Tensor] {
        var outputs: Outputs = []
        for claim in claims { outputs.insert(claim.quantity == .hessian ? .hessian : .gradient) }
        var builder = RequestBuilder(for: found, limits: limits, outputs: outputs)
        let known = fields(of: found.facts)
        for (name, value) in term.fields where !others.contains(where: { $0.name == name }) {
            guard known.contains(name) else { throw .unknownField(name, known: known) }
            try builder.set(named: name, value)
        }
        for (name, value) in others { try builder.set(named: name, value) }
        let signature = found.facts.signature
        try builder.set(
            .gradientOf,
            .texts(Array(Set(inputs)).sorted().map { signature.inputs[$0].name })
        )
        let computation = try builder.build()
        let result = try computation.evaluateLoss(of: computation.request, cancellation)
        var tensors: [Tensor] = []
        for (claim, input) in zip(claims, inputs) {
            let own = result.derivatives.first {
                $0.quantity == claim.quantity && $0.input == input
            }
            tensors.append(own?.tensor ?? Tensor(shape: [0], values: []))
        }
        return tensors
    }

    /// The fields of a request to a loss or penalty that choose what is computed.
    package static let excluded = [
        "outputs", "offset", "groups", "gradient_of", "regularization", "step",
    ]

    private func fields(of facts: Facts) -> [String] {
        [isPenalty ? "penalty" : "loss", "gradient", "hessian", "gradients", "hessians"]
            + RequestField.all(of: facts).filter { !Self.excluded.contains($0) }
    }

    /// The closeness of two derivatives, by the largest difference in relation to the largest true number.
    package enum Agreement: String, Comparable, Sendable {
        /// It is more than 1e-5.
        case different
        /// At most 1e-5, as of computations with float32.
        case float32
        /// At most 1e-12, as of computations with doubles.
        case double
        /// All bits are the same.
        case equal

        package static func < (left: Agreement, right: Agreement) -> Bool {
            left.rank < right.rank
        }

        private var rank: Int {
            switch self {
            case .different: 0
            case .float32: 1
            case .double: 2
            case .equal: 3
            }
        }

        init(_ own: [Double], _ expected: [Double]) {
            var (difference, largest, isEqual) = (0.0, 0.0, true)
            for (one, other) in zip(own, expected) {
                isEqual = isEqual && one == other
                difference = max(difference, abs(one - other))
                largest = max(largest, abs(other))
            }
            guard !isEqual else {
                self = .equal
                return
            }
            self =
                difference <= 1e-12 * largest
                ? .double : difference <= 1e-5 * largest ? .float32 : .different
        }
    }

    /// A derivative beside the true one.
    package struct Comparison: Sendable {
        package let quantity: Quantity
        package let input: String?
        package let count: Int
        package private(set) var agreement: Agreement
        /// The element with the most ulps of difference; `nil` if all are equal.
        package let worst: Element?
        /// The number that, times the true derivative, gives the client's, if there is one.
        package let factor: Double?
        /// The fields under which the derivatives agree, which the request did not have.
        package private(set) var explanations: [(field: String, value: String, Agreement)] = []

        /// An element that differs.
        package struct Element: Sendable {
            package let place: [Int]
            package let given: Double
            package let expected: Double
            /// The difference in units in the last place of the true number.
            package var ulps: Double { abs(given - expected) / expected.ulp }
        }

        init(_ claim: Claim, _ expected: Tensor) throws(RequestError) {
            let own = claim.tensor
            let field = claim.quantity.rawValue + (claim.input.map { "s/" + $0 } ?? "")
            guard own.shape == expected.shape else {
                let allowed = [expected.shape]
                throw .loss(.leadingShape(input: field, shape: own.shape, allowed: allowed), nil)
            }
            guard !own.hasMissing else { throw .wrongKind(field, expected: "numbers") }
            quantity = claim.quantity
            input = claim.input
            count = own.values.count
            agreement = Agreement(own.values, expected.values)
            var worst: Element?
            for offset in own.values.indices where own.values[offset] != expected.values[offset] {
                let element = Element(
                    place: Tensor.place(of: offset, in: own.shape),
                    given: own.values[offset],
                    expected: expected.values[offset]
                )
                if worst.map({ element.ulps > $0.ulps }) ?? true { worst = element }
            }
            self.worst = worst
            factor = agreement == .different ? Self.factor(own.values, expected.values) : nil
        }

        /// The factor of least squares, if it explains the difference.
        private static func factor(_ own: [Double], _ expected: [Double]) -> Double? {
            // Scaled, so that squares neither overflow nor underflow.
            guard own.count > 1, let largest = expected.map({ abs($0) }).max(), largest > 0 else {
                return nil
            }
            var (product, square) = (ExactSum(), ExactSum())
            for (one, other) in zip(own, expected) {
                product.add(one, times: other / largest)
                square.add(other / largest, times: other / largest)
            }
            let factor = (product.value / square.value / largest).nearSmallRatio
            guard factor.isFinite, factor != 0,
                Agreement(own, expected.map { $0 * factor }) > .different
            else { return nil }
            return factor
        }

        /// Notes a field if it makes the derivatives agree better.
        fileprivate mutating func explain(
            by field: (name: String, value: FieldValue),
            _ claim: Claim,
            _ expected: Tensor
        ) {
            guard claim.tensor.shape == expected.shape, case .text(let value) = field.value else {
                return
            }
            let agreement = Agreement(claim.tensor.values, expected.values)
            guard agreement > self.agreement else { return }
            explanations.append((field.name, value, agreement))
        }
    }
}

extension Double {
    /// The ratio of two integers up to 1000, or an integer or its inverse, that is within 4 ulp of this number;
    /// the number itself if there is none.
    ///
    /// The convergents of the continued fraction are the best approximations by ratios.
    fileprivate var nearSmallRatio: Double {
        let limit = 0x1p40
        let size = magnitude
        guard size.isNormal, size <= limit, size >= 1 / limit else { return self }
        var (dividend, divisor) = ((last: 0.0, this: 1.0), (last: 1.0, this: 0.0))
        var rest = size
        while true {
            let whole = rest.rounded(.down)
            dividend = (dividend.this, whole * dividend.this + dividend.last)
            divisor = (divisor.this, whole * divisor.this + divisor.last)
            let (over, under) = (dividend.this, divisor.this)
            let isSmall =
                over <= 1_000 && under <= 1_000 || under == 1 || over == 1 && under <= limit
            guard isSmall || over == 0 else { return self }
            if abs(over / under - size) <= 4 * size.ulp {
                return self < 0 ? -over / under : over / under
            }
            guard rest > whole else { return self }
            rest = 1 / (rest - whole)
        }
    }
}
