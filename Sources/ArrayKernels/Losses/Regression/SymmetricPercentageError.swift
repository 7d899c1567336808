// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The absolute error relative to the mean magnitude of prediction and target.
///
/// With `e = p - t` and m = |p| + |t|: ℓ = 2|e|/m. Where p and t have one sign,
/// dℓ/d|p| = 4|t| sign(|p| - |t|)/m², d²ℓ/dp² = -8|t| sign(|p| - |t|)/m³; elsewhere ℓ is 2, and at
/// p = t = 0 it is 0.
struct SymmetricPercentageError: PointwiseLoss {
    static var inputCount: Int { 2 }

    init(_ options: OptionValues) {}

    @inline(always)
    func point(_ x: Elements) -> Point {
        let zero = Vector(repeating: 0)
        // The loss does not depend on the unit; the sum of the scaled numbers does not overflow.
        let unit = Vector(repeating: 1)
            .replacing(
                with: 0.25,
                where: (x[0].magnitude .> 0x1p1000) .| (x[1].magnitude .> 0x1p1000)
            )
        let (prediction, target) = (x[0] * unit, x[1] * unit)
        let (size, targetSize) = (prediction.magnitude, target.magnitude)
        let sum = size + targetSize
        let difference = prediction - target
        let isSame = ((x[0] .> 0) .& (x[1] .> 0)) .| ((x[0] .< 0) .& (x[1] .< 0))
        let isZero = (x[0] .== 0) .& (x[1] .== 0)
        let excess = targetSize - size
        let hasSlope = isSame .& .!(excess .== 0)
        let slope = 4 * (targetSize / sum) / sum * unit
        let bend = 8 * (targetSize / sum) / sum * (unit / sum) * unit
        return Point(
            loss: Vector(repeating: 2)
                .replacing(with: 2 * difference.magnitude / sum, where: isSame)
                .replacing(with: zero, where: isZero),
            first: Derivatives(
                gradient: zero.replacing(
                    with: slope.withSign(of: -excess * x[0].sign),
                    where: hasSlope
                ),
                hessian: zero.replacing(with: bend.withSign(of: excess), where: hasSlope),
                surrogate: zero.replacing(with: bend, where: hasSlope)
            )
        )
    }
}

extension SymmetricPercentageError {
    static let facts = Facts(
        name: "smape",
        aliases: [
            "symmetric_mean_absolute_percentage_error", "symmetric_absolute_percentage_error",
        ],
        family: .regression,
        summary: "The absolute error relative to the mean magnitude of prediction and target.",
        formula: .init(
            plain: "2 |p - t| / (|p| + |t|), 0 where p = t = 0",
            gradient: "4 t sign(p - t) / (p + t)^2 where p and t are positive, "
                + "0 where their signs differ",
            tex: #"\frac{2 \lvert p - t \rvert}{\lvert p \rvert + \lvert t \rvert}"#
        ),
        options: [],
        signature: .realPairWithConstantTargets,
        kinks: [
            "p = t: the gradient is 0, the middle of its jump, and the Hessian is 0",
            "p = 0: the loss is 2 and the gradient 0, as where the signs differ",
        ],
        properties: [],
        bounds: Bounds(loss: 2),
        notes: [
            "A fraction between 0 and 2; some authors multiply by 100, or omit the factor 2.",
            "Where prediction and target differ in sign the loss is 2, without a gradient.",
        ],
        references: [
            "S. Makridakis, Accuracy Measures: Theoretical and Practical Concerns, International "
                + "Journal of Forecasting 9, 1993"
        ]
    )
}
