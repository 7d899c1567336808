// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The score of Dawid and Sebastiani of a forecast of a mean and a standard deviation.
///
/// With z = (m - t)/s: ℓ = z² + 2 log s, dℓ/dm = 2z/s, d²ℓ/dm² = 2/s², dℓ/ds = 2 (1 - z²)/s,
/// d²ℓ/ds² = 2 (3z² - 1)/s². The surrogate in s is its mean under the forecast, 4/s².
struct DawidSebastiani: PointwiseLoss {
    static var inputCount: Int { 3 }
    static var hasPrecisePath: Bool { true }

    init(_ options: OptionValues) {}

    @inline(always)
    func point(_ x: Elements) -> Point {
        let (one, inverse) = (Vector(repeating: 1), 1 / x[1])
        let ratio = (TwoDoubles.difference(x[0], x[2]) / x[1]).withoutTinyTail
        let square = ratio.squared.withoutTinyTail
        let logarithm = 2 * Vector.log(x[1])
        let loss = square.head + logarithm
        let bend = 2 * inverse * inverse
        let location = Derivatives(gradient: 2 * ratio.head / x[1], hessian: bend)
        return Point(
            loss: loss,
            cancelled: loss.isCancelled(logarithm),
            first: location,
            second: Derivatives(
                gradient: 2 * (one - square).rounded / x[1],
                hessian: 2 * (square * Vector(repeating: 3) - one).rounded * inverse * inverse,
                surrogate: 2 * bend
            ),
            third: location.opposite
        )
    }

    @inline(always)
    func precisePoint(_ x: Elements) -> Point {
        let square = (TwoDoubles.difference(x[0], x[2]) / x[1]).squared
        let loss = square + TwoDoubles.log(x[1]) * Vector(repeating: 2)
        return Point(loss: loss.rounded, first: .zero)
    }
}

extension DawidSebastiani {
    static let facts = Facts(
        name: "dawid_sebastiani",
        aliases: ["dawid_sebastiani_score", "dss"],
        family: .regression,
        summary: "The score of Dawid and Sebastiani of a forecast, by its mean and standard "
            + "deviation.",
        formula: .init(
            plain: "((m - t) / s)^2 + 2 log s, m the mean and s the standard deviation",
            gradient: "2 (m - t) / s^2 in the mean, 2 / s - 2 (m - t)^2 / s^3 in the standard "
                + "deviation",
            tex: #"\left( \frac{m - t}{s} \right)^2 + 2 \log s"#
        ),
        options: [],
        signature: Signature(
            .element,
            .init("mean", .primary, Forecasts.numbers, "predicted means"),
            .init(
                "standard_deviation",
                .primary,
                .interval(.closed(1e-100, 1e100)),
                "predicted standard deviations"
            ),
            .init("targets", .differentiable, Forecasts.numbers, "true numbers")
        ),
        kinks: [],
        properties: [.differentiable, .twiceDifferentiable],
        notes: [
            "Twice gaussian_nll with the variance s^2. It is a proper score, strictly so for "
                + "normal forecasts.",
            "The surrogate of the Hessian in s is 4 / s^2, its mean under the forecast.",
        ],
        references: [
            "A. P. Dawid, P. Sebastiani, Coherent Dispersion Criteria for Optimal Experimental "
                + "Design, Annals of Statistics 27, 1999",
            "scoringRules dss_norm",
        ],
        examples: [
            Example([
                "mean": Tensor(shape: [3], values: [0.2, 1.7, -0.4]),
                "standard_deviation": Tensor(shape: [3], values: [0.5, 1, 0.25]),
                "targets": Tensor(shape: [3], values: [0, 1.5, -0.5]),
            ])
        ]
    )
}
