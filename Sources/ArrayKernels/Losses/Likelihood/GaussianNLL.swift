// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The negative log-likelihood of a normal distribution with a predicted mean and variance.
///
/// With r = m - t and q = r/v: ℓ = (log v + rq)/2, dℓ/dm = q, d²ℓ/dm² = 1/v, dℓ/dv = (1 - rq)/(2v),
/// d²ℓ/dv² = (rq - 1/2)/v², and in the target as in the mean, with -q.
struct GaussianNLL: PointwiseLoss {
    static var inputCount: Int { 3 }
    static var hasPrecisePath: Bool { true }

    static let full = Option.flag(
        "full",
        default: false,
        "Whether to add the constant log(2 pi)/2, which makes the loss the logarithm of a density."
    )

    /// log(2π), or 0.
    private let constant: (head: Double, tail: Double)

    init(_ options: OptionValues) {
        constant =
            options[Self.full] ? Self.logarithmOfTwoPi : (0, 0)
    }

    /// log(2π) as a head and a tail.
    static var logarithmOfTwoPi: (head: Double, tail: Double) {
        (0x1.d67f1c864beb5p+0, -0x1.65b5a1b7ff5dfp-54)
    }

    @inline(always)
    func point(_ x: Elements) -> Point {
        let (one, half, variance) = (Vector(repeating: 1), Vector(repeating: 0.5), x[1])
        let error = TwoDoubles.difference(x[0], x[2])
        let quotient = error / variance
        // A ratio that overflows is large, and 1/v is small beside the square of r/v.
        let ratio = error * quotient
        let isFar = error.head.magnitude * quotient.head.magnitude .> 0x1p60
        let square = quotient.head * quotient.head
        let slope = (one - ratio) * half / variance
        let bend = (ratio - half) / variance
        let logarithm = Vector.log(variance)
        let product = error.head * quotient.head
        let double = (logarithm + constant.head) + product
        let size = logarithm.magnitude
        let larger = size.replacing(with: product, where: product .> size)
        let largest = larger.replacing(with: constant.head, where: larger .< constant.head)
        return Point(
            loss: 0.5 * double,
            cancelled: double.magnitude .< largest * (2.0 / 3),
            first: Derivatives(gradient: quotient.rounded, hessian: 1 / variance),
            second: Derivatives(
                gradient: slope.rounded.replacing(with: -0.5 * square, where: isFar),
                hessian: bend.rounded.replacing(with: square, where: isFar) / variance,
                surrogate: 0.5 / variance / variance
            ),
            third: Derivatives(gradient: -quotient.rounded, hessian: 1 / variance)
        )
    }

    @inline(always)
    func precisePoint(_ x: Elements) -> Point {
        let error = TwoDoubles.difference(x[0], x[2])
        let constant = TwoDoubles(
            head: Vector(repeating: constant.head),
            tail: Vector(repeating: constant.tail)
        )
        let double = (TwoDoubles.log(x[1]) + constant) + error * (error / x[1])
        return Point(loss: (double * Vector(repeating: 0.5)).rounded, first: .zero)
    }
}

extension GaussianNLL {
    static let facts = Facts(
        name: "gaussian_nll",
        aliases: ["gaussian_nll_loss", "gaussian", "normal_nll"],
        family: .regression,
        summary: "The negative log-likelihood of a normal distribution whose mean and variance are "
            + "predicted.",
        formula: .init(
            plain: "(log v + (m - t)^2 / v) / 2, m the mean and v the variance",
            gradient: "(m - t) / v in the mean, (1 / v - ((m - t) / v)^2) / 2 in the variance",
            tex: #"\tfrac12 \left( \log v + \frac{(m - t)^2}{v} \right)"#
        ),
        options: [full.declaration],
        signature: Signature(
            .element,
            .init("mean", .primary, .real, "predicted means"),
            .init("variance", .primary, .interval(.positive), "predicted variances"),
            .init("targets", .differentiable, .real, "true numbers")
        ),
        kinks: [],
        properties: [.differentiable, .twiceDifferentiable, .properScoring],
        minimizer: .mean(),
        notes: [
            "Convex in the mean. In the variance it is convex up to twice the squared error; its "
                + "surrogate there is the Fisher information, 1 / (2 v^2).",
            "PyTorch and MLX raise variances to at least 1e-6. Here each is used as it is, and must "
                + "be positive.",
        ],
        references: [
            "D. A. Nix, A. S. Weigend, Estimating the Mean and Variance of the Target Probability "
                + "Distribution, ICNN 1994",
            "PyTorch GaussianNLLLoss", "MLX gaussian_nll_loss",
        ],
        conventions: [
            .pyTorch(
                reduction: .elementMean,
                notes: [
                    "PyTorch raises variances to 1e-6, and its gradient is that at the raised one."
                ]
            ),
            .mlx(
                reduction: .elementMean,
                notes: ["MLX raises variances to 1e-6, where its gradient in them is 0."]
            ),
        ]
    )
}
