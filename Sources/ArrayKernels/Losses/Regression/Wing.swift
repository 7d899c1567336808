// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The wing loss: logarithmic near the target, linear far from it.
///
/// With `e = p - t`: ℓ = width log(1 + |e|/curvature) if |e| < width, else |e| - C with C such that
/// ℓ is continuous; dℓ/dp = width sign e/(curvature + |e|), else sign e;
/// d²ℓ/dp² = -width/(curvature + |e|)², else 0. At `e = 0` the subgradient is 0.
struct Wing: DistanceLoss {
    static let width = Option.number(
        "width",
        default: 5,
        .positive,
        "Error beyond which the loss is linear."
    )
    static let curvature = Option.number(
        "curvature",
        default: 0.5,
        .positive,
        "Error at which the logarithmic part begins to bend; small values make it steep."
    )

    private let width: Double
    private let curvature: Double
    /// The loss of an error of `width`.
    private let height: Double

    init(_ options: OptionValues) {
        width = options[Self.width]
        curvature = options[Self.curvature]
        height = width * Vector.log1p(Vector(repeating: width / curvature))[0]
    }

    @inline(always)
    func point(_ error: Difference) -> (loss: Vector, derivatives: Derivatives) {
        let size = error.value.magnitude
        let isNear = error.isLess(than: width)
        let sum = curvature + size
        let slope = width / sum
        let bend = slope / sum
        let zero = Vector(repeating: 0)
        return (
            ((size - width) + height)
                .replacing(with: width * Vector.log1p(size / curvature), where: isNear),
            Derivatives(
                gradient: error.value.sign
                    * Vector(repeating: 1).replacing(with: slope, where: isNear),
                hessian: zero.replacing(with: zero - bend, where: isNear),
                surrogate: zero.replacing(with: bend, where: isNear)
            )
        )
    }
}

extension Wing {
    static let facts = Facts(
        name: "wing",
        aliases: ["wing_loss"],
        family: .regression,
        summary: "Steep for small errors and linear for large ones, for localising landmarks.",
        formula: .init(
            plain: "width log(1 + |p - t| / curvature) where |p - t| < width, "
                + "else |p - t| - width + width log(1 + width / curvature)",
            gradient: "width sign(p - t) / (curvature + |p - t|) where |p - t| < width, "
                + "else sign(p - t)",
            tex: #"\begin{cases} w \log\left(1 + \tfrac{\lvert p-t\rvert}{\epsilon}\right) & "#
                + #"\lvert p-t\rvert < w \\ \lvert p-t\rvert - w + "#
                + #"w \log\left(1 + \tfrac{w}{\epsilon}\right) & \text{else}\end{cases}"#
        ),
        options: [width.declaration, curvature.declaration],
        signature: .realPair,
        kinks: [
            "p = t: the gradient is 0, the middle of its jump; the Hessian is that of each side",
            "|p - t| = width: the slope jumps to 1, and the Hessian to 0",
        ],
        properties: [.lipschitz, .symmetric],
        bounds: Bounds(
            gradient: .maximum(1, Bound(width) / Bound(curvature)),
            hessian: Bound(width) / Bound(curvature).squared
        ),
        notes: ["The Hessian is negative where the loss is logarithmic."],
        references: [
            "Z.-H. Feng et al., Wing Loss for Robust Facial Landmark Localisation with "
                + "Convolutional Neural Networks, CVPR 2018",
            "segmentation_models.pytorch wing_loss",
        ]
    )
}
