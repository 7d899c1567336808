// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The minimax concave penalty: l1 near 0, and constant for large parameters.
///
/// With λ = strength: R = |w| (λ - |w|/(2γ)) for |w| <= γλ, else γλ²/2; dR/dw = sign(w) (γλ - |w|)/γ,
/// else 0; d²R/dw² = -1/γ, else 0.
struct MinimaxConcavePenalty: SeparablePenalty {
    static let gamma = Option.number(
        "gamma",
        default: 3,
        .open(1, 1e100),
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
        let near = size * (strength - size / (2 * gamma))
        let slope = rest / gamma
        return Point(
            loss: Vector(repeating: strength * (strength * gamma / 2))
                .replacing(with: near, where: isNear),
            first: Derivatives(
                gradient: zero.replacing(with: x[0].sign * slope, where: isNear),
                hessian: zero.replacing(with: -1 / gamma, where: isNear),
                surrogate: zero.replacing(with: 1 / gamma, where: isNear)
            )
        )
    }

    func minimum(_ size: Vector, _ step: Vector) -> Vector {
        let (strength, gamma) = (plateau.strength, plateau.gamma)
        let zero = Vector(repeating: 0)
        // A plateau that is infinitely far is not a number.
        let isNear = .!(plateau.distance(from: size) .< 0)
        // The problem is convex for steps below gamma; otherwise there are two minima to compare.
        let rest = size - TwoDoubles.product(Vector(repeating: strength), step)
        let near =
            (rest * Vector(repeating: gamma) / TwoDoubles.difference(Vector(repeating: gamma), step))
            .head
            .replacing(with: zero, where: rest.head .<= 0)
        let threshold = strength * (gamma * step).squareRoot()
        return size.replacing(with: near, where: isNear)
            .replacing(
                with: size.replacing(with: zero, where: size .<= threshold),
                where: step .>= gamma
            )
    }
}

extension MinimaxConcavePenalty {
    static let facts = Facts(
        name: "mcp",
        aliases: ["minimax_concave_penalty", "mc_penalty"],
        family: .regularization,
        summary: "Like l1 near 0, but constant for large parameters, so that these do not shrink.",
        formula: .init(
            plain: "sum of |w| (strength - |w| / (2 gamma)) where |w| <= gamma strength, "
                + "else gamma strength^2 / 2",
            gradient: "sign(w) (strength - |w| / gamma) where |w| <= gamma strength, else 0",
            tex: #"\sum_i \begin{cases} \lambda \lvert w_i \rvert - \frac{w_i^2}{2\gamma} & "#
                + #"\lvert w_i \rvert \le \gamma\lambda \\ \tfrac12 \gamma \lambda^2 & "#
                + #"\text{else} \end{cases}"#
        ),
        options: [strength.declaration, gamma.declaration],
        signature: .parameters,
        kinks: [
            "w = 0: the gradient is 0, the middle of the subdifferential",
            "|w| = gamma strength: differentiable; the Hessian is -1/gamma there and 0 beyond",
        ],
        properties: [.lipschitz, .symmetric],
        bounds: Bounds(
            loss: Bound(gamma) * Bound(strength).squared / 2,
            gradient: Bound(strength),
            hessian: 1 / Bound(gamma)
        ),
        notes: [
            "Not convex: with hessian_kind \"positive\", 1/gamma takes the place of the Hessian -1/gamma."
        ],
        references: [
            "C.-H. Zhang, Nearly Unbiased Variable Selection under Minimax Concave Penalty, Annals of "
                + "Statistics 38, 2010",
            "skglm MCPenalty",
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
