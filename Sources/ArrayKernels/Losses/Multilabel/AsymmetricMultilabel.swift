// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The sum over the labels of a focal loss that weights those that do not apply less, and not at all
/// where they are improbable.
struct AsymmetricMultilabel: LabelSum, RowwiseLoss {
    static let positiveGamma = Option.number(
        "gamma_pos",
        default: 1,
        .nonNegative,
        "Exponent of 1 - p for labels that apply."
    )
    static let negativeGamma = Option.number(
        "gamma_neg",
        default: 4,
        .nonNegative,
        "Exponent of the shifted probability for labels that do not apply."
    )
    static let clip = Option.number(
        "clip",
        default: 0.05,
        .zeroOr(1e-6, 0.999),
        "Number that is subtracted from the probability of labels that do not apply, whose loss is "
            + "0 up to it."
    )

    static var isMean: Bool { false }

    let formula: AsymmetricLabel
    let weights: [Double]?

    init(_ options: OptionValues) {
        formula = AsymmetricLabel(options)
        weights = options[LabelOptions.weights]
    }
}

/// The asymmetric focal loss of the logit of a label.
///
/// A label that applies has the focal loss with `gamma_pos`. For others, with p = σ(z),
/// m = `clip`, s = p - m, g = `gamma_neg`, L = -log(1 - s) and R = L/s: ℓ = s^g L where s > 0, else 0;
/// dℓ/dz = p (1 - p) s^g A with A = gR + 1/(1 - s), and
/// d²ℓ/dz² = p (1 - p) s^(g - 1) ((1 - 2p) sA + p (1 - p) B) with
/// B = g (g - 1) R + 2g/(1 - s) + s/(1 - s)². With the logit c of m and E = e^(z - c) - 1,
/// s = m (1 - m) E / (1 + mE), which does not cancel.
struct AsymmetricLabel: ElementFormula {
    static var hasPrecisePath: Bool { true }

    private let positive: BinaryFocalFromLogits
    private let negative: BinaryFocalFromLogits
    private let gamma: Double
    private let clip: Double
    /// The logit of `clip`.
    private let threshold: TwoDoubles
    var list: (option: String, values: [Double])? { positive.list }

    init(_ options: OptionValues) {
        gamma = options[AsymmetricMultilabel.negativeGamma]
        clip = options[AsymmetricMultilabel.clip]
        positive = BinaryFocalFromLogits(
            gamma: options[AsymmetricMultilabel.positiveGamma],
            options
        )
        negative = BinaryFocalFromLogits(gamma: gamma, options)
        let clip = Vector(repeating: clip)
        let rest = TwoDoubles.difference(Vector(repeating: 1), clip)
        threshold = TwoDoubles.log(clip) - TwoDoubles.log(rest)
    }

    @inline(always)
    func point(_ x: Elements) -> Point {
        let isPositive = x[1] .> 0.5
        let ofPositive = positive.point(x)
        let ofNegative = clip == 0 ? negative.point(x) : shifted(x[0])
        return ofNegative.replacing(with: ofPositive, where: isPositive)
    }

    @inline(always)
    func precisePoint(_ x: Elements, for columns: Columns) -> Point {
        // Shifted probabilities are always computed precisely.
        let ofPositive = positive.precisePoint(x)
        guard clip == 0 else { return ofPositive }
        return negative.precisePoint(x).replacing(with: ofPositive, where: x[1] .> 0.5)
    }

    /// The loss of a label that does not apply.
    @inline(always)
    private func shifted(_ z: Vector) -> Point {
        let (zero, one) = (Vector(repeating: 0), Vector(repeating: 1))
        let (clip, gamma) = (Vector(repeating: clip), Vector(repeating: gamma))
        let decay = TwoDoubles.exp(-z.magnitude)
        let large = one / (decay + one)
        let small = decay * large
        let isNegative = z .< 0
        let p = large.replacing(with: small, where: isNegative)
        let q = small.replacing(with: large, where: isNegative)
        let rest = TwoDoubles.difference(one, clip)
        let difference = z - threshold
        let isInside = difference.head .> 0
        let isLarge = z .> 300
        let growth = TwoDoubles.expm1(
            TwoDoubles(one).replacing(with: difference, where: isInside .& .!isLarge)
        )
        let s = (rest * clip * growth / (growth * clip + one)).replacing(with: rest, where: isLarge)
        let logarithm = -TwoDoubles.log1p(-s)
        let power = TwoDoubles.exp(TwoDoubles.log(s) * gamma)
        let (ratio, inverse) = (logarithm / s, one / (q + clip))
        let first = ratio * gamma + inverse
        let factor = TwoDoubles.product(gamma, gamma) - gamma
        let second = ratio * factor + inverse * (2 * gamma) + s * inverse * inverse
        let product = p * q
        let bend = (q - p) * s * first + product * second
        let hessian = zero.replacing(with: (product * power / s * bend).rounded, where: isInside)
        let slope = zero.replacing(with: (product * power * first).rounded, where: isInside)
        return Point(
            loss: zero.replacing(with: (power * logarithm).rounded, where: isInside),
            first: Derivatives(gradient: slope, hessian: hessian, surrogate: hessian.magnitude)
        )
    }
}

extension Point {
    /// The losses and the derivatives in the first input, with those of another point where a mask is
    /// true.
    @inline(always)
    fileprivate func replacing(with other: Point, where mask: Mask) -> Point {
        Point(
            loss: loss.replacing(with: other.loss, where: mask),
            cancelled: cancelled.replacing(with: other.cancelled, where: mask),
            first: Derivatives(
                gradient: first.gradient.replacing(with: other.first.gradient, where: mask),
                hessian: first.hessian.replacing(with: other.first.hessian, where: mask),
                surrogate: first.surrogate.replacing(with: other.first.surrogate, where: mask),
                cancelled: first.cancelled.replacing(with: other.first.cancelled, where: mask),
                cancelledHessian: first.cancelledHessian
                    .replacing(with: other.first.cancelledHessian, where: mask)
            )
        )
    }
}

extension AsymmetricMultilabel {
    static let facts = Facts(
        name: "asymmetric_multilabel",
        aliases: [
            "asl", "asymmetric", "asymmetric_loss", "asymmetric_loss_multilabel",
            "asymmetric_loss_optimized",
        ],
        family: .multilabel,
        summary: "The sum of the focal losses of the labels of a row, with less weight for labels "
            + "that do not apply, and none where they are improbable.",
        formula: .init(
            plain: "sum_k -label_weight_k (1 - p_k)^gamma_pos log(p_k) where y_k = 1, "
                + "-label_weight_k s_k^gamma_neg log(1 - s_k) where y_k = 0, p = sigmoid(z), "
                + "s_k = max(0, p_k - clip)",
            gradient: "-(1 - p_k)^gamma_pos (1 - p_k - gamma_pos p_k log(p_k)) where y_k = 1, "
                + "p_k (1 - p_k) s_k^gamma_neg (1 / (1 - s_k) - gamma_neg log(1 - s_k) / s_k) "
                + "where y_k = 0 (no label weights)",
            tex: #"\sum_k \begin{cases}-(1 - p_k)^{\gamma_+} \log p_k & y_k = 1 "#
                + #"\\ -s_k^{\gamma_-} \log(1 - s_k) & y_k = 0\end{cases}, "#
                + #"\quad s_k = \max(0, p_k - m)"#
        ),
        options: [
            positiveGamma.declaration, negativeGamma.declaration, clip.declaration,
            LabelOptions.weights.declaration, RowOptions.axis.declaration,
        ],
        signature: .logitsAndLabels,
        kinks: ["p = clip where the label does not apply: the derivatives are 0"],
        properties: [],
        notes: [
            "The authors' code raises probabilities to 1e-8 before the logarithm, and may leave "
                + "the powers out of the gradient (disable_torch_grad_focal_loss), which is then "
                + "not the derivative of the loss.",
            "The paper prefers gamma_pos 0; 1 is the default of its code.",
            "Differentiable if gamma_neg is above 0; the surrogate of the Hessian is its magnitude.",
        ],
        references: [
            "T. Ridnik et al., Asymmetric Loss For Multi-Label Classification, ICCV 2021"
        ]
    )
}
