// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The sum of magnitudes to the power of 2/3: strength·Σ|w|^(2/3).
///
/// With r = |w|^(1/3): dR/dw = 2 strength·sign(w)/(3r), d²R/dw² = -2 strength/(9 r⁴); both are 0 at w = 0.
struct TwoThirdsPenalty: PowerPenalty {
    static var degree: Int { 4 }
    /// 2^(-4/3), at which y³ = 1/2.
    static var limit: Double { 0.396_850_262_992_049_87 }

    private let strength: Double

    init(_ options: OptionValues) {
        strength = options[Self.strength]
    }

    @inline(always)
    func point(_ x: Elements) -> Point {
        let (zero, size) = (Vector(repeating: 0), x[0].magnitude)
        let root = TwoDoubles.cubeRoot(size)
        let slope = (Vector(repeating: strength) / (root * Vector(repeating: 1.5))).rounded
        let bend = (slope / size / 3).replacing(with: zero, where: size .== 0)
        return Point(
            loss: (root.squared * Vector(repeating: strength)).rounded,
            first: Derivatives(
                gradient: (x[0].sign * slope).replacing(with: zero, where: size .== 0),
                hessian: -bend,
                surrogate: bend
            )
        )
    }

    func pull(on size: Vector, _ step: Vector) -> TwoDoubles {
        let root = TwoDoubles.cubeRoot(size)
        // Two thirds of strength step / size^(4/3), in an order in which nothing overflows that matters.
        let share = TwoDoubles(repeating: strength) / root * (TwoDoubles(step) / size)
        return share / Vector(repeating: 1.5)
    }
}

extension TwoThirdsPenalty {
    static let facts = Facts(
        name: "l2_3",
        aliases: [],
        family: .regularization,
        summary: "The sum of magnitudes to the power of 2/3: between l1 and l0_5.",
        formula: .init(
            plain: "strength sum |w|^(2/3)",
            gradient: "2 strength sign(w) / (3 |w|^(1/3))",
            tex: #"\lambda \sum_i \lvert w_i \rvert^{2/3}"#
        ),
        options: [strength.declaration],
        signature: .parameters,
        kinks: ["w = 0: gradient and Hessian are 0; every number is a subgradient"],
        properties: [.symmetric],
        notes: [
            "Not convex: with hessian_kind \"positive\", the magnitude of the Hessian takes its place.",
            "The proximal operator is 0 up to 2 (2/3 step strength)^(3/4), and beyond it at least half of "
                + "the parameter. skglm's adds 1e-12 to the denominator of the derivative.",
        ],
        references: [
            "W. Cao, J. Sun, Z. Xu, Fast Image Deconvolution Using Closed-Form Thresholding Formulas of Lq "
                + "(q = 1/2, 2/3) Regularization, Journal of Visual Communication and Image "
                + "Representation 24, 2013",
            "skglm L2_3",
        ],
        defaultReduction: .sum
    )
}
