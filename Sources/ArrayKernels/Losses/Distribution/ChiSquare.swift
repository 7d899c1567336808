// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The sum of squared differences of numbers, each relative to the prediction or to the target.
///
/// For Pearson's form ℓ = Σ (y - q)²/q, ∂ℓ/∂q = (q - y)(q + y)/q², ∂²ℓ/∂q² = 2y²/q³,
/// ∂ℓ/∂y = 2 (y - q)/q, ∂²ℓ/∂y² = 2/q. For Neyman's form q and y exchange their places.
struct ChiSquare: SeparableRowLoss {
    static let form = Option.choice(
        "form",
        default: Form.pearson,
        "The number to which a squared difference is relative: the prediction (pearson) or the target "
            + "(neyman)."
    )
    enum Form: String, CaseIterable, Sendable {
        case pearson
        case neyman
    }

    private let form: Form

    init(_ options: OptionValues) {
        form = options[Self.form]
    }

    @inline(always)
    func term(_ prediction: Vector, _ target: Vector) -> TwoDoubles {
        let divisor = form == .pearson ? prediction : target
        let difference = TwoDoubles.difference(prediction, target)
        let term = difference / divisor * difference
        return term.replacing(with: TwoDoubles(repeating: 0), where: difference.head .== 0)
    }

    @inline(always)
    func derivatives(_ prediction: Vector, _ target: Vector) -> Derivatives {
        form == .pearson
            ? inDivisor(prediction, target) : inOther(prediction, divisor: target)
    }

    @inline(always)
    func targetDerivatives(_ prediction: Vector, _ target: Vector) -> Derivatives {
        form == .pearson
            ? inOther(target, divisor: prediction) : inDivisor(target, prediction)
    }

    @inline(always)
    private func inDivisor(_ divisor: Vector, _ other: Vector) -> Derivatives {
        let share =
            (TwoDoubles.difference(divisor, other) / divisor)
            * (TwoDoubles.sum(divisor, other) / divisor)
        let ratio = other / divisor
        let isAlone = other .== 0
        return Derivatives(
            gradient: share.rounded.replacing(with: 1, where: isAlone),
            hessian: (2 * (ratio * (ratio / divisor))).replacing(with: 0, where: isAlone)
        )
    }

    @inline(always)
    private func inOther(_ own: Vector, divisor: Vector) -> Derivatives {
        let difference = own - divisor
        let isZero = (own .== 0) .& (divisor .== 0)
        return Derivatives(
            gradient: (2 * (difference / divisor)).replacing(with: 0, where: isZero),
            hessian: (2 / divisor).replacing(with: 0, where: isZero)
        )
    }
}

extension ChiSquare {
    static let facts = Facts(
        name: "chi_square",
        aliases: [
            "chi_squared", "chi2", "pearson_chi_square",
            .init("neyman_chi_square", ["form": .choice("neyman")]),
        ],
        family: .distribution,
        summary:
            "The sum of squared differences, each relative to the prediction or to the target.",
        formula: .init(
            plain: "sum_k (y_k - q_k)^2 / q_k, or / y_k for Neyman's form",
            gradient: "1 - (y_k / q_k)^2, or 2 (q_k - y_k) / y_k for Neyman's form",
            tex: #"\sum_k \frac{(y_k - q_k)^2}{q_k}"#
        ),
        options: [form.declaration, RowOptions.axis.declaration],
        signature: .measures(.differentiable),
        kinks: [
            "q = y = 0: the term is 0. The derivatives in the divisor are those for a dividend of 0, 1 "
                + "and 0; those in the other number are 0",
            "a divisor of 0 with another number above 0: the loss is infinite, and refused",
        ],
        properties: [.convex, .differentiable, .twiceDifferentiable],
        minimizer: .value("sqrt(mean(t_k^2)), or 1 / mean(1 / t_k) for Neyman's form"),
        notes: [
            "Rows are distributions, or counts and their expectations: q expected and y observed, the "
                + "loss is Pearson's statistic, as of SciPy's chisquare.",
            "Twice alpha_divergence with alpha 2, or -1 for Neyman's form, if both sum to the same.",
        ],
        references: [
            "A. Cichocki, S. Amari, Families of Alpha- Beta- and Gamma-Divergences, Entropy 12, 2010",
            "SciPy scipy.stats.chisquare",
        ],
        examples: [
            Example([
                "predictions": Tensor(shape: [2, 3], values: [0.5, 2, 1.25, 0.2, 0.7, 3]),
                "targets": Tensor(shape: [2, 3], values: [1, 1.5, 0.75, 0.3, 0.6, 2.5]),
            ])
        ]
    )
}
