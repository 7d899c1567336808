// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The mean of the divergences of two distributions from their mean.
///
/// With m = (q + y)/2: ℓ = Σ (y log(y/m) + q log(q/m))/2, ∂ℓ/∂q = log(q/m)/2,
/// ∂²ℓ/∂q² = y/(2q (q + y)), and in y likewise. With d = (q - y)/(q + y), a term is
/// (m/2) ((1 + d) log(1 + d) + (1 - d) log(1 - d)), which is not negative.
struct JensenShannonDivergence: SeparableRowLoss {
    init(_ options: OptionValues) {}

    @inline(always)
    func term(_ prediction: Vector, _ target: Vector) -> TwoDoubles {
        let zero = TwoDoubles(repeating: 0)
        // The sum of scaled numbers has an exact quotient.
        let isTiny = prediction + target .< 0x1p-500
        let scale = Vector(repeating: 1).replacing(with: 0x1p500, where: isTiny)
        let (q, y) = (prediction * scale, target * scale)
        let isLess = q .< y
        let sum = TwoDoubles.sum(q, y)
        let greater = TwoDoubles(2 * q.replacing(with: y, where: isLess)) / sum
        let lesser = TwoDoubles(2 * y.replacing(with: q, where: isLess)) / sum
        let difference = TwoDoubles.difference(q, y) / sum
        let square = difference.squared
        // The first terms of the series; the next is below 2^-160 of the sum.
        let rest = square.head * (1.0 / 15) + 1.0 / 6
        let near = square + square * (square.head * rest)
        let far =
            greater * TwoDoubles.log(greater)
            + zero.replacing(with: lesser * TwoDoubles.log(lesser), where: lesser.head .> 0)
        let isNear = difference.head.magnitude .< 0x1p-20
        let term = far.replacing(with: near, where: isNear) * (0.25 / scale) * sum
        return zero.replacing(with: term, where: sum.head .> 0)
    }

    @inline(always)
    func derivatives(_ prediction: Vector, _ target: Vector) -> Derivatives {
        let zero = Vector(repeating: 0)
        let isAlone = target .== 0
        // m/q = 1 + (y - q)/(2q).
        let isFar = target * 0x1p-60 .> prediction
        let isTiny = prediction .< 0x1p-900
        let scale = Vector(repeating: 1).replacing(with: 0x1p100, where: isTiny)
        let excess =
            (TwoDoubles.difference(target, prediction).scaled(by: scale)
            / (2 * prediction * scale))
            .replacing(with: TwoDoubles(repeating: -0.5), where: isAlone)
        let sum = LogarithmOfSum(excess.head).sum
        let near = sum.head + (sum.tail + excess.tail / (1 + excess.head))
        let quotient = target / (2 * prediction)
        let far = Vector.log(quotient).replacing(
            with: Vector.log(target) - Vector.log(2 * prediction),
            where: quotient .== .infinity
        )
        let logarithm = near.replacing(with: far, where: isFar)
        let hessian = target / prediction / (prediction + target) * 0.5
        return Derivatives(
            gradient: -0.5 * logarithm,
            hessian: hessian.replacing(with: zero, where: isAlone)
        )
    }

    @inline(always)
    func targetDerivatives(_ prediction: Vector, _ target: Vector) -> Derivatives {
        derivatives(target, prediction)
    }
}

extension JensenShannonDivergence {
    static let facts = Facts(
        name: "jensen_shannon",
        aliases: ["jensen_shannon_divergence", "js_divergence", "js", "jsd"],
        family: .distribution,
        summary:
            "The mean of the divergences of two distributions from their mean, which is bounded "
            + "and symmetric.",
        formula: .init(
            plain: "sum_k (y_k log(y_k / m_k) + q_k log(q_k / m_k)) / 2, m_k = (q_k + y_k) / 2, "
                + "0 log 0 = 0",
            gradient: "log(2 q_k / (q_k + y_k)) / 2",
            tex:
                #"\tfrac12 \sum_k y_k \log \frac{2 y_k}{q_k + y_k} + q_k \log \frac{2 q_k}{q_k + y_k}"#
        ),
        options: [RowOptions.axis.declaration, ProbabilityOptions.checkSums.declaration],
        signature: .distributions,
        kinks: [
            "q = 0 with y > 0: the derivatives are infinite, and refused",
            "q = y = 0: the derivatives are those for y = 0, log(2) / 2 and 0",
        ],
        properties: [.convex, .differentiable, .twiceDifferentiable, .symmetric],
        bounds: Bounds(
            when: [ProbabilityOptions.checkSums.declaration.name: .flag(true)],
            loss: 0.6931471805599453
        ),
        notes: [
            "At most log 2. SciPy's jensenshannon is its square root, and may divide by the "
                + "logarithm of a base; it also normalises its inputs."
        ],
        references: [
            "J. Lin, Divergence Measures Based on the Shannon Entropy, IEEE Transactions on "
                + "Information Theory 37, 1991",
            "SciPy scipy.spatial.distance.jensenshannon",
        ]
    )
}
