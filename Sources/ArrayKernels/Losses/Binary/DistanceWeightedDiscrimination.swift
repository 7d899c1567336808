// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The loss of distance-weighted discrimination: linear, and beyond a margin the inverse of a power.
///
/// With the label y = ±1, a = yp, c = q/(q + 1) and v = a/c: up to c, ℓ = 1 - a and dℓ/dp = -y; beyond,
/// ℓ = v^-q/(q + 1), dℓ/dp = -y v^-(q+1), d²ℓ/dp² = (q + 1) v^-(q+2)/c.
struct DistanceWeightedDiscrimination: PointwiseLoss, LabelledLoss {
    static var inputCount: Int { 2 }
    static var hasPrecisePath: Bool { true }

    static let power = Option.number(
        "power",
        default: 1,
        .leftOpen(0, 100),
        "Power q of the inverse margin to which the loss of a correct prediction is proportional."
    )

    let labels: LabelEncoding
    private let power: Vector
    /// log(1 + 1/q) = -log c.
    private let logarithm: TwoDoubles

    init(_ options: OptionValues) {
        labels = options[LabelEncoding.option]
        power = Vector(repeating: options[Self.power])
        let least = Vector(repeating: 0x1p-1000)
        let divisor = power.replacing(with: least, where: power .< least)
        logarithm = .log1p(TwoDoubles(repeating: 1) / divisor)
    }

    @inline(always)
    func point(_ x: Elements) -> Point {
        let margin = label(x) * x[0]
        // The error of the logarithm, below 2^-57, is multiplied by the power.
        let isLarge = (power .> 6) .& (margin .> 0)
        return point(x, Logarithm(of: margin).sum(), isLarge)
    }

    @inline(always)
    func precisePoint(_ x: Elements) -> Point {
        point(x, .log(label(x) * x[0]), .none)
    }

    @inline(always)
    private func point(_ x: Elements, _ logMargin: TwoDoubles, _ cancelled: Mask) -> Point {
        let (one, label) = (Vector(repeating: 1), label(x))
        let margin = label * x[0]
        // a (q + 1) - q, whose sign decides.
        let excess = TwoDoubles.product(margin, power) + (TwoDoubles(margin) - power)
        let isFar = (margin .> 0) .& (excess.head .> 0)
        let sum = logMargin + logarithm
        let next = TwoDoubles.sum(power, one)
        let slope = Vector.exp(-(next * sum), times: -one)
        let bend = Vector.exp(
            -((next + one) * sum),
            times: (next * next / power).rounded
        )
        let inverse = Vector.exp(-(power * sum), times: 1 / next.head)
        return Point(
            loss: (1 - margin).replacing(with: inverse, where: isFar),
            cancelled: cancelled .& isFar,
            first: Derivatives(
                gradient: label * (-one).replacing(with: slope, where: isFar),
                hessian: Vector(repeating: 0).replacing(with: bend, where: isFar),
                cancelled: cancelled .& isFar,
                cancelledHessian: cancelled .& isFar
            )
        )
    }
}

extension DistanceWeightedDiscrimination {
    static let facts = Facts(
        name: "dwd",
        aliases: ["distance_weighted_discrimination", "DWDMarginLoss"],
        family: .binary,
        summary:
            "The loss of distance-weighted discrimination: linear, and beyond a margin the inverse "
            + "of a power.",
        formula: .init(
            plain: "1 - y p where y p <= q / (q + 1), else q^q / (q + 1)^(q + 1) / (y p)^q, q the "
                + "power, y the label as -1 or 1",
            gradient: "-y where y p <= q / (q + 1), else -y (q / (q + 1))^(q + 1) / (y p)^(q + 1)",
            tex: #"\begin{cases} 1 - y p & y p \le \tfrac{q}{q+1} \\ "#
                + #"\frac{q^q}{(q+1)^{q+1}} \frac{1}{(y p)^q} & \text{else}\end{cases}"#
        ),
        options: [power.declaration, LabelEncoding.option.declaration],
        signature: .margin,
        kinks: [
            "y p = q / (q + 1): differentiable; the Hessian is 0 there and (q + 1)^2 / q beyond"
        ],
        properties: [.convex, .differentiable, .lipschitz, .classificationCalibrated],
        bounds: Bounds(gradient: 1, hessian: (Bound(power) + 1).squared / Bound(power)),
        notes: [
            "The surrogate of the Hessian is the Hessian, which is 0 where the loss is linear."
        ],
        references: [
            "J. S. Marron, M. J. Todd, J. Ahn, Distance-Weighted Discrimination, Journal of the "
                + "American Statistical Association 102, 2007",
            "B. Wang, H. Zou, Another Look at Distance-Weighted Discrimination, Journal of the Royal "
                + "Statistical Society B 80, 2018",
            "LossFunctions.jl DWDMarginLoss",
        ]
    )
}
