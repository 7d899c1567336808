// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The sum of logarithms of magnitudes: nearly counts the parameters that are not 0.
///
/// With ε = epsilon: R = strength·log(1 + |w|/ε), dR/dw = strength·sign(w)/(ε + |w|),
/// d²R/dw² = -strength/(ε + |w|)².
struct LogSum: SeparablePenalty {
    static let epsilon = Option.number(
        "epsilon",
        default: 1,
        .closed(1e-100, 1e100),
        "Magnitude above which the penalty of a parameter grows logarithmically."
    )

    private let strength: Double
    private let epsilon: Double
    private let logEpsilon: Double

    init(_ options: OptionValues) {
        strength = options[Self.strength]
        epsilon = options[Self.epsilon]
        logEpsilon = Vector.log(Vector(repeating: epsilon))[0]
    }

    @inline(always)
    func point(_ x: Elements) -> Point {
        let size = x[0].magnitude
        let ratio = size / epsilon
        // The quotient may overflow where its logarithm does not.
        let logarithm = Vector.log1p(ratio)
            .replacing(with: .log(size) - logEpsilon, where: ratio .== .infinity)
        // The quotient of a tiny parameter may underflow where the penalty does not.
        let loss = (strength * logarithm).replacing(
            with: strength * size / epsilon,
            where: (size .< (strength > 1 ? 1 : 0)) .& (ratio .< 0x1p-60)
        )
        let slope = strength / (epsilon + size)
        let bend = slope / (epsilon + size)
        return Point(
            loss: loss,
            first: Derivatives(
                gradient: x[0].sign * slope,
                hessian: -bend,
                surrogate: bend
            )
        )
    }

    func minimum(_ size: Vector, _ step: Vector) -> Vector {
        let zero = Vector(repeating: 0)
        // A stationary point solves u² + (epsilon - size) u + step strength - epsilon size = 0.
        let pull = TwoDoubles.product(Vector(repeating: strength), step)
        let reach = TwoDoubles.product(Vector(repeating: epsilon), size) - pull
        let width = TwoDoubles.sum(Vector(repeating: epsilon), size)
        let discriminant = width.squared - pull.scaled(by: Vector(repeating: 4))
        let root = discriminant.squareRoot
        let difference = TwoDoubles.difference(size, Vector(repeating: epsilon))
        let far = 0.5 * (difference + root).head
        let near = (reach.scaled(by: Vector(repeating: 2)) / (root - difference)).head
        let point = far.replacing(with: near, where: size .< epsilon)
        // At 0 the objective falls if epsilon size > step strength; otherwise both minima are compared.
        let ratio = point / epsilon
        let isLower = pull.head * Vector.log1p(ratio) .< point * (size - 0.5 * point)
        let exists = (discriminant.head .>= 0) .& (point .> 0)
        // Far away, where squares overflow, the pull is that of the slope.
        let slope = pull.head / (size + epsilon)
        let isFar = .!(discriminant.head .< .infinity) .& (slope .< 0.25 * size)
        return zero.replacing(with: point, where: exists .& ((reach.head .> 0) .| isLower))
            .replacing(with: size - slope, where: isFar)
            .replacing(with: size, where: pull.head .== 0)
    }
}

extension LogSum {
    static let facts = Facts(
        name: "log_sum",
        aliases: ["log_sum_penalty"],
        family: .regularization,
        summary: "The sum of logarithms of 1 + |w|/epsilon: nearly counts the parameters that "
            + "are not 0.",
        formula: .init(
            plain: "strength sum log(1 + |w| / epsilon)",
            gradient: "strength sign(w) / (epsilon + |w|)",
            tex: #"\lambda \sum_i \log\left(1 + \tfrac{\lvert w_i \rvert}{\epsilon}\right)"#
        ),
        options: [strength.declaration, epsilon.declaration],
        signature: .parameters,
        kinks: ["w = 0: the gradient is 0, the middle of the subdifferential"],
        properties: [.lipschitz, .symmetric],
        bounds: Bounds(
            gradient: Bound(strength) / Bound(epsilon),
            hessian: Bound(strength) / Bound(epsilon).squared
        ),
        notes: [
            "Not convex: with hessian_kind \"positive\", the magnitude of the Hessian takes its place."
        ],
        references: [
            "E. J. Candès, M. B. Wakin, S. P. Boyd, Enhancing Sparsity by Reweighted l1 Minimization, "
                + "Journal of Fourier Analysis and Applications 14, 2008",
            "skglm LogSumPenalty",
        ],
        defaultReduction: .sum
    )
}
