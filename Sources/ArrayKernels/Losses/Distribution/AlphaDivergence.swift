// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The divergences of Amari, between those of Kullback and Leibler in both directions and beyond.
///
/// With b = 1 - alpha and w = log(q/y): ℓ = Σ (alpha y + b q - y^alpha q^b)/(alpha b),
/// ∂ℓ/∂q = (1 - (y/q)^alpha)/alpha, ∂²ℓ/∂q² = (y/q)^alpha/q, ∂ℓ/∂y = (1 - (q/y)^b)/b,
/// ∂²ℓ/∂y² = (q/y)^b/y. For alpha = 0 and alpha = 1 they are the limits.
struct AlphaDivergence: SeparableRowLoss {
    static let alpha = Option.number(
        "alpha",
        default: 0.5,
        .closed(-16, 16),
        "Order: 1 is the generalized Kullback-Leibler divergence, 0 the reverse one, 1/2 four times the "
            + "squared Hellinger distance, 2 and -1 half the chi-square divergences."
    )

    private let terms: AlphaTerm

    init(_ options: OptionValues) {
        terms = AlphaTerm(options[Self.alpha])
    }

    @inline(always)
    func term(_ prediction: Vector, _ target: Vector) -> TwoDoubles {
        TwoDoubles(terms.value(prediction, target))
    }

    @inline(always)
    func derivatives(_ prediction: Vector, _ target: Vector) -> Derivatives {
        let w = AlphaTerm.logarithm(prediction, target)
        let exponent = -(terms.a * w)
        let isEmpty = (prediction .== 0) .& (target .== 0)
        return Derivatives(
            gradient: terms.slope(exponent, terms.divisorOfA, limit: w.rounded),
            hessian: Vector.exp(exponent, times: 1 / prediction)
                .replacing(with: 0, where: isEmpty)
        )
    }

    @inline(always)
    func targetDerivatives(_ prediction: Vector, _ target: Vector) -> Derivatives {
        let w = -AlphaTerm.logarithm(target, prediction)
        let exponent = terms.b * w
        let isEmpty = (prediction .== 0) .& (target .== 0)
        return Derivatives(
            gradient: terms.slope(exponent, terms.divisorOfB, limit: -w.rounded),
            hessian: Vector.exp(exponent, times: 1 / target).replacing(with: 0, where: isEmpty)
        )
    }
}

/// A term of an alpha divergence, as a sum of positive terms.
///
/// With S(x) = e^x - 1 - x, b = 1 - a and w = log(q/y), it is y^a q^b (S(aw)/a + S(-bw)/b),
/// y (S(w) - S(bw)/b)/a and q (S(-w) - S(-aw)/a)/b: one of the three is free of differences for any order.
/// At a = 0 or b = 0 the term that is divided by it is 0.
struct AlphaTerm: Sendable {
    let a: TwoDoubles
    let b: TwoDoubles
    /// a and b, or infinity where the limit takes the place of quotients.
    let divisorOfA: Vector
    let divisorOfB: Vector

    init(_ alpha: Double) {
        a = TwoDoubles(repeating: alpha)
        b = .difference(Vector(repeating: 1), Vector(repeating: alpha))
        divisorOfA = Self.divisor(a.head)
        divisorOfB = Self.divisor(b.head)
    }

    private static func divisor(_ x: Vector) -> Vector {
        x.replacing(with: .infinity, where: x.magnitude .< 0x1p-200)
    }

    /// log(q/y), or a huge number with its sign where q or y is 0; y is, where both are.
    @inline(always)
    static func logarithm(_ q: Vector, _ y: Vector) -> TwoDoubles {
        TwoDoubles.log(ofRatio: q, to: y)
            .replacing(with: TwoDoubles(repeating: -0x1p900), where: q .== 0)
            .replacing(with: TwoDoubles(repeating: 0x1p900), where: y .== 0)
    }

    /// 1 - e^x over a divisor, or the limit if that is infinite.
    @inline(always)
    func slope(_ x: TwoDoubles, _ divisor: Vector, limit: Vector) -> Vector {
        let value = (-Power(x).valueMinusOne / divisor)
            .replacing(with: .exp(x, times: -1 / divisor), where: x.head .> 45)
        let isHuge = limit.magnitude .> 0x1p800
        return value.replacing(
            with: limit.replacing(with: limit * Double.infinity, where: isHuge),
            where: divisor .== .infinity
        )
    }

    /// The term for a prediction q and a target y.
    @inline(always)
    func value(_ q: Vector, _ y: Vector) -> Vector {
        let far = 45.0
        let w = TwoDoubles.log(ofRatio: q, to: y)
        let (first, second) = (a * w, b * w)
        let (alone, missing) = (q / divisorOfA, y / divisorOfB)
        let term: Vector
        if b.head[0] < 0 {
            let sum = Power(w).surplus - Power(second).surplus / divisorOfB
            term = (y * (sum / divisorOfA)).replacing(with: alone, where: w.head .> far)
                .replacing(
                    with: .exp(second, times: -y / divisorOfA / divisorOfB),
                    where: second.head .> far
                )
        } else if a.head[0] < 0 {
            let sum = Power(-w).surplus - Power(-first).surplus / divisorOfA
            term = (q * (sum / divisorOfB)).replacing(with: missing, where: w.head .< -far)
                .replacing(
                    with: .exp(-first, times: -q / divisorOfA / divisorOfB),
                    where: first.head .< -far
                )
        } else {
            let sum = Power(first).surplus / divisorOfA + Power(-second).surplus / divisorOfB
            term = Vector.exp(second, times: y * sum)
                .replacing(with: alone, where: first.head .> far)
                .replacing(with: missing, where: second.head .< -far)
        }
        // Where one of the numbers is 0, the term is finite only if its power is positive.
        let infinite = Vector(repeating: .infinity)
        return term.replacing(with: b.head[0] > 0 ? missing : infinite, where: q .== 0)
            .replacing(with: a.head[0] > 0 ? alone : infinite, where: y .== 0)
            .replacing(with: 0, where: (q .== 0) .& (y .== 0))
    }
}

extension AlphaDivergence {
    static let facts = Facts(
        name: "alpha_divergence",
        aliases: ["amari_divergence"],
        family: .distribution,
        summary:
            "The divergences of Amari, between those of Kullback and Leibler in both directions and "
            + "beyond.",
        formula: .init(
            plain: "sum_k (alpha y_k + (1 - alpha) q_k - y_k^alpha q_k^(1 - alpha)) "
                + "/ (alpha (1 - alpha))",
            gradient: "(1 - (y_k / q_k)^alpha) / alpha",
            tex: #"\frac{1}{\alpha (1 - \alpha)} \sum_k \alpha y_k + (1 - \alpha) q_k - "#
                + #"y_k^\alpha q_k^{1 - \alpha}"#
        ),
        options: [alpha.declaration, RowOptions.axis.declaration],
        signature: .measures(.differentiable),
        kinks: [
            "alpha = 0 and alpha = 1: the limits, which the others approach continuously",
            "q = y = 0: the term is 0, and the derivative in one of them is that for the other at 0",
            "q = 0 or y = 0: derivatives and losses that are infinite there are refused",
        ],
        properties: [.strictlyConvex, .convex, .differentiable, .twiceDifferentiable],
        minimizer: .value("mean(t_k^alpha)^(1 / alpha)"),
        notes: [
            "Rows need not sum to 1. Amari's own parameter is 2 alpha - 1, or its negative."
        ],
        references: [
            "A. Cichocki, S. Amari, Families of Alpha- Beta- and Gamma-Divergences, Entropy 12, 2010"
        ],
        examples: [
            Example([
                "predictions": Tensor(shape: [2, 3], values: [0.5, 2, 1.25, 0.2, 0.7, 3]),
                "targets": Tensor(shape: [2, 3], values: [1, 1.5, 0.75, 0.3, 0.6, 2.5]),
            ])
        ]
    )
}
