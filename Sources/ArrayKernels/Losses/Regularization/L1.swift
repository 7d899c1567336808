// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The sum of magnitudes: strength·Σ|w|, with the subgradient 0 at w = 0.
struct L1: QuadraticPenalty {
    let strength: Double
    let magnitudeShare = 1.0
    let squareShare = 0.0
    let magnitudeWeight: TwoDoubles
    let squareWeight = 0.0

    init(_ options: OptionValues) {
        strength = options[Self.strength]
        magnitudeWeight = TwoDoubles(repeating: strength)
    }
}

extension L1 {
    static let facts = Facts(
        name: "l1",
        aliases: ["lasso", "reg_alpha", "lambda_l1"],
        family: .regularization,
        summary: "The sum of absolute values: drives parameters to 0.",
        formula: .init(
            plain: "strength sum |w|",
            gradient: "strength sign(w)",
            tex: #"\lambda \sum_i \lvert w_i \rvert"#
        ),
        options: [strength.declaration],
        signature: .parameters,
        kinks: ["w = 0: the gradient is 0, the middle of the subdifferential"],
        properties: [.convex, .lipschitz, .symmetric],
        bounds: Bounds(gradient: Bound(strength), hessian: 0),
        notes: [],
        references: ["R. Tibshirani, JRSS B 58, 1996", "Keras L1"],
        defaultReduction: .sum
    )
}
