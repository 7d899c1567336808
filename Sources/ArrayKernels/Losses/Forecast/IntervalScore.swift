// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The score of a central prediction interval: its width, and the distance of a target outside of
/// it times a factor.
///
/// With the ends l and u and k = 2/α: ℓ = (u - l) + k (l - t) below l or k (t - u) above u. In l
/// the derivative is k - 1 for t < l and -1 elsewhere, in u it is 1 - k for t > u and 1 elsewhere.
struct IntervalScore: PointwiseLoss {
    static var inputCount: Int { 3 }

    static let alpha = Option.number(
        "alpha",
        default: 0.1,
        .closed(1e-6, 1),
        "Share of the targets outside of the interval: 0.1 for an interval of 90 %."
    )

    /// 2/α.
    private let factor: TwoDoubles

    init(_ options: OptionValues) {
        factor = TwoDoubles(repeating: 2) / Vector(repeating: options[Self.alpha])
    }

    @inline(always)
    func point(_ x: Elements) -> Point {
        let (lower, upper, target) = (x[0], x[1], x[2])
        let (zero, one) = (Vector(repeating: 0), Vector(repeating: 1))
        let (isBelow, isAbove) = (target .< lower, target .> upper)
        let below = TwoDoubles.difference(lower, target).kept(where: isBelow)
        let above = TwoDoubles.difference(target, upper).kept(where: isAbove)
        let miss = (below + above) * factor
        let loss = TwoDoubles.difference(upper, lower) + miss
        let excess = (factor - one).rounded
        let slopes = (
            zero.replacing(with: -factor.head, where: isBelow),
            zero.replacing(with: factor.head, where: isAbove)
        )
        return Point(
            loss: loss.rounded,
            first: Derivatives(
                gradient: (-one).replacing(with: excess, where: isBelow),
                hessian: zero
            ),
            second: Derivatives(
                gradient: one.replacing(with: -excess, where: isAbove),
                hessian: zero
            ),
            third: Derivatives(gradient: slopes.0 + slopes.1, hessian: zero)
        )
    }
}

extension IntervalScore {
    static let facts = Facts(
        name: "interval_score",
        aliases: ["winkler", "winkler_score"],
        family: .regression,
        summary: "The score of a central prediction interval: its width, and a penalty for targets "
            + "outside of it.",
        formula: .init(
            plain: "(u - l) + (2 / alpha) max(0, l - t) + (2 / alpha) max(0, t - u), l and u the "
                + "ends of the interval",
            gradient: "2 / alpha - 1 for t < l, else -1, in l; 1 - 2 / alpha for t > u, else 1, in "
                + "u",
            tex: #"(u - l) + \tfrac{2}{\alpha} \max(0, l - t) + \tfrac{2}{\alpha} \max(0, t - u)"#
        ),
        options: [alpha.declaration],
        signature: Signature(
            .element,
            .init("lower", .primary, Forecasts.numbers, "predicted lower ends of intervals"),
            .init("upper", .primary, Forecasts.numbers, "predicted upper ends of intervals"),
            .init("targets", .differentiable, Forecasts.numbers, "true numbers")
        ),
        kinks: ["t = l and t = u: the derivatives are those inside of the interval"],
        properties: [.convex, .lipschitz],
        bounds: Bounds(gradient: 2 / Bound(alpha) - 1, hessian: 0),
        minimizer: .quantiles("alpha / 2 and 1 - alpha / 2"),
        notes: [
            "l may exceed u; the score is defined, but not meant for it.",
            "The sum of the pinball losses of both ends, times 2 / alpha.",
        ],
        references: [
            "T. Gneiting, A. E. Raftery, Strictly Proper Scoring Rules, Prediction, and "
                + "Estimation, Journal of the American Statistical Association 102, 2007",
            "scoringrules interval_score",
        ],
        examples: [
            Example([
                "lower": Tensor(shape: [3], values: [-0.5, 1, -2]),
                "upper": Tensor(shape: [3], values: [1, 2, -1]),
                "targets": Tensor(shape: [3], values: [0, 2.5, -2.25]),
            ])
        ]
    )
}
