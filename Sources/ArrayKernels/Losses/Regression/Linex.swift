// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The linear-exponential loss: exponential on one side of the target, linear on the other.
///
/// With `e = p - t` and x = a e: ℓ = e^x - x - 1, dℓ/dp = a (e^x - 1), d²ℓ/dp² = a² e^x.
struct Linex: DistanceLoss {
    static let asymmetry = Option.number(
        "asymmetry",
        default: 1,
        .real,
        "Factor a of the error in the exponent: positive values penalise predictions that are too "
            + "large, negative values those that are too small."
    )

    private let asymmetry: Double

    init(_ options: OptionValues) {
        asymmetry = options[Self.asymmetry]
    }

    @inline(always)
    func point(_ error: Difference) -> (loss: Vector, derivatives: Derivatives) {
        let factor = Vector(repeating: asymmetry)
        let product = TwoDoubles.product(factor, error.value)
        let tail = product.tail + asymmetry * error.error
        // The error of a product that overflows is NaN.
        let isFinite = product.head.magnitude .< .infinity
        let power = Power(
            TwoDoubles(
                head: product.head,
                tail: Vector(repeating: 0).replacing(with: tail, where: isFinite)
            )
        )
        return (
            power.surplus,
            Derivatives(
                gradient: asymmetry * power.valueMinusOne,
                hessian: asymmetry * (asymmetry * power.value)
            )
        )
    }
}

extension Linex {
    static let facts = Facts(
        name: "linex",
        aliases: ["linex_loss", "linear_exponential"],
        family: .regression,
        summary: "Exponential on one side of the target and linear on the other.",
        formula: .init(
            plain: "exp(a (p - t)) - a (p - t) - 1 with the asymmetry a",
            gradient: "a (exp(a (p - t)) - 1)",
            tex: #"e^{a (p - t)} - a (p - t) - 1"#
        ),
        options: [asymmetry.declaration],
        signature: .realPair,
        kinks: [],
        properties: [.strictlyConvex, .convex, .differentiable, .twiceDifferentiable],
        minimizer: .value("-log(mean(exp(-asymmetry t))) / asymmetry"),
        notes: ["With an asymmetry of 0 the loss is 0. Exponents above 709.78 overflow."],
        references: [
            "H. R. Varian, A Bayesian Approach to Real Estate Assessment, 1975",
            "A. Zellner, Bayesian Estimation and Prediction Using Asymmetric Loss Functions, "
                + "Journal of the American Statistical Association 81, 1986",
        ]
    )
}
