// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The smoothly clipped absolute deviation: l1 near 0, and constant for large parameters.
///
/// With λ = strength and u = max(0, |w| - λ): R = λ|w| - u²/(2(γ - 1)) for |w| <= γλ, else λ²(γ + 1)/2;
/// dR/dw = sign(w) min(λ, (γλ - |w|)/(γ - 1)), else 0; d²R/dw² = -1/(γ - 1) between λ and γλ, else 0.
struct SCAD: SeparablePenalty {
    static let gamma = Option.number(
        "gamma",
        default: 3.7,
        .open(2, 1e100),
        "The penalty is constant for parameters beyond gamma times the strength."
    )

    private let plateau: Plateau

    init(_ options: OptionValues) {
        plateau = Plateau(strength: options[Self.strength], gamma: options[Self.gamma])
    }

    @inline(always)
    func point(_ x: Elements) -> Point {
        let (strength, gamma) = (plateau.strength, plateau.gamma)
        let zero = Vector(repeating: 0)
        let size = x[0].magnitude
        let rest = plateau.distance(from: size)
        let isNear = rest .>= 0
        let excess = size - strength
        let isBent = (excess .> 0) .& isNear
        let linear = strength * size
        let bent = linear - excess * (excess / (2 * (gamma - 1)))
        let slope = Vector(repeating: strength)
            .replacing(with: rest / (gamma - 1), where: isBent)
        return Point(
            loss: Vector(repeating: strength * (strength * (gamma + 1) / 2))
                .replacing(with: linear.replacing(with: bent, where: isBent), where: isNear),
            first: Derivatives(
                gradient: zero.replacing(with: x[0].sign * slope, where: isNear),
                hessian: zero.replacing(with: -1 / (gamma - 1), where: isBent),
                surrogate: zero.replacing(with: 1 / (gamma - 1), where: isBent)
            )
        )
    }

    func minimum(_ size: Vector, _ step: Vector) -> Vector {
        let (strength, gamma) = (plateau.strength, plateau.gamma)
        let zero = Vector(repeating: 0)
        // A plateau that is infinitely far is not a number.
        let isNear = .!(plateau.distance(from: size) .< 0)
        let rest = size - TwoDoubles.product(Vector(repeating: strength), step)
        let shrunk = rest.head.replacing(with: zero, where: rest.head .<= 0)
        // The problem is convex for steps below gamma - 1; otherwise there are two minima to compare.
        let curvature =
            (TwoDoubles.difference(Vector(repeating: gamma), step) - Vector(repeating: 1)).head
        let pull = (plateau.start - size) * step
        let bent = (size - pull / curvature).head
            .replacing(with: shrunk, where: rest.head .<= strength)
        let low = shrunk.replacing(with: strength, where: shrunk .> strength)
        // In units of the strength, so that squares neither overflow nor vanish.
        let (ratio, lowRatio) = (size / strength, low / strength)
        let gap = ratio - lowRatio
        let lowHeight = 0.5 * gap * gap + step * lowRatio
        let height = step * ((gamma + 1) / 2)
        let isLow = isNear .| (lowHeight .<= height)
        return size.replacing(with: bent, where: isNear)
            .replacing(with: size.replacing(with: low, where: isLow), where: curvature .<= 0)
            .replacing(with: size, where: Vector(repeating: strength) .== 0)
    }
}

extension SCAD {
    static let facts = Facts(
        name: "scad",
        aliases: ["smoothly_clipped_absolute_deviation"],
        family: .regularization,
        summary: "Like l1 near 0, but constant for large parameters, with a quadratic part "
            + "in between.",
        formula: .init(
            plain: "sum of strength |w| - max(0, |w| - strength)^2 / (2 (gamma - 1)) where "
                + "|w| <= gamma strength, else strength^2 (gamma + 1) / 2",
            gradient: "sign(w) min(strength, (gamma strength - |w|) / (gamma - 1)) where "
                + "|w| <= gamma strength, else 0",
            tex: #"\sum_i \begin{cases} \lambda \lvert w_i \rvert - "#
                + #"\frac{\max(0, \lvert w_i \rvert - \lambda)^2}{2(\gamma - 1)} & "#
                + #"\lvert w_i \rvert \le \gamma\lambda \\ "#
                + #"\tfrac12 \lambda^2 (\gamma + 1) & \text{else} \end{cases}"#
        ),
        options: [strength.declaration, gamma.declaration],
        signature: .parameters,
        kinks: [
            "w = 0: the gradient is 0, the middle of the subdifferential",
            "|w| = strength: differentiable; the Hessian is 0 there and -1/(gamma - 1) beyond",
            "|w| = gamma strength: differentiable; the Hessian is -1/(gamma - 1) there and 0 beyond",
        ],
        properties: [.lipschitz, .symmetric],
        bounds: Bounds(
            loss: Bound(strength).squared * (Bound(gamma) + 1) / 2,
            gradient: Bound(strength),
            hessian: 1 / (Bound(gamma) - 1)
        ),
        notes: [
            "Not convex: with hessian_kind \"positive\", 1/(gamma - 1) takes the place of the Hessian "
                + "-1/(gamma - 1)."
        ],
        references: [
            "J. Fan, R. Li, Variable Selection via Nonconcave Penalized Likelihood and its Oracle "
                + "Properties, Journal of the American Statistical Association 96, 2001",
            "skglm SCAD",
        ],
        defaultReduction: .sum,
        examples: [
            Example(
                ["parameters": Tensor(shape: [3], values: [0.2, 1.7, -0.4])],
                ["strength": .number(0.5)]
            )
        ]
    )
}
