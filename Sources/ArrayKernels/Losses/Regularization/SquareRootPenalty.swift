// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The sum of square roots of magnitudes: strength·Σ|w|^(1/2).
///
/// With s = |w|^(1/2): dR/dw = strength·sign(w)/(2s), d²R/dw² = -strength/(4 s³); both are 0 at w = 0.
struct SquareRootPenalty: PowerPenalty {
    static var degree: Int { 3 }
    /// √6/9, at which y² = 2/3.
    static var limit: Double { 0.272_165_526_975_908_68 }

    private let strength: Double

    init(_ options: OptionValues) {
        strength = options[Self.strength]
    }

    @inline(always)
    func point(_ x: Elements) -> Point {
        let (zero, size) = (Vector(repeating: 0), x[0].magnitude)
        let root = size.squareRoot()
        let slope = strength / (2 * root)
        let bend = (0.5 * (slope / size)).replacing(with: zero, where: size .== 0)
        return Point(
            loss: strength * root,
            first: Derivatives(
                gradient: (x[0].sign * slope).replacing(with: zero, where: size .== 0),
                hessian: -bend,
                surrogate: bend
            )
        )
    }

    func pull(on size: Vector, _ step: Vector) -> TwoDoubles {
        let root = TwoDoubles(size).squareRoot
        // Half of strength step / size^(3/2), in an order in which nothing overflows that matters.
        let share = TwoDoubles(repeating: strength) / root * (TwoDoubles(step) / size)
        return share.scaled(by: Vector(repeating: 0.5))
    }
}

extension SquareRootPenalty {
    static let facts = Facts(
        name: "l0_5",
        aliases: ["l0.5"],
        family: .regularization,
        summary:
            "The sum of square roots of magnitudes: drives more parameters to 0 than l1, and shrinks "
            + "large ones less.",
        formula: .init(
            plain: "strength sum |w|^(1/2)",
            gradient: "strength sign(w) / (2 |w|^(1/2))",
            tex: #"\lambda \sum_i \lvert w_i \rvert^{1/2}"#
        ),
        options: [strength.declaration],
        signature: .parameters,
        kinks: ["w = 0: gradient and Hessian are 0; every number is a subgradient"],
        properties: [.symmetric],
        notes: [
            "Not convex: with hessian_kind \"positive\", the magnitude of the Hessian takes its place.",
            "The proximal operator is half thresholding: 0 up to 3/2 (step strength)^(2/3), and beyond it "
                + "at least two thirds of the parameter. skglm's adds 1e-12 to the denominator of the "
                + "derivative.",
        ],
        references: [
            "Z. Xu, X. Chang, F. Xu, H. Zhang, L1/2 Regularization: A Thresholding Representation Theory "
                + "and a Fast Solver, IEEE Transactions on Neural Networks and Learning Systems 23, "
                + "2012",
            "skglm L0_5",
        ],
        defaultReduction: .sum
    )
}
