// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The sum of squares, without a factor of 1/2: strength·Σw².
struct L2: QuadraticPenalty {
    let strength: Double
    let magnitudeShare = 0.0
    let squareShare = 1.0
    let magnitudeWeight = TwoDoubles(repeating: 0)
    let squareWeight: Double

    init(_ options: OptionValues) {
        strength = options[Self.strength]
        squareWeight = strength
    }
}

extension L2 {
    static let facts = Facts(
        name: "l2",
        aliases: ["ridge", "tikhonov"],
        family: .regularization,
        summary: "The sum of squares: keeps parameters small.",
        formula: .init(
            plain: "strength sum w^2",
            gradient: "2 strength w",
            tex: #"\lambda \sum_i w_i^2"#
        ),
        options: [strength.declaration],
        signature: .parameters,
        kinks: [],
        properties: [.strictlyConvex, .convex, .differentiable, .twiceDifferentiable, .symmetric],
        bounds: Bounds(hessian: 2 * Bound(strength)),
        notes: [
            "Without a factor of 1/2, as in Keras. PyTorch's weight decay d is a strength of "
                + "d / 2; so is XGBoost's reg_lambda."
        ],
        references: ["A. E. Hoerl, R. W. Kennard, Technometrics 12, 1970", "Keras L2"],
        defaultReduction: .sum
    )
}
