// SPDX-License-Identifier: Apache-2.0

/// The square of the hinge loss.
///
/// With the label y = ±1 and s = max(0, margin - yp): ℓ = s², dℓ/dp = -2ys, and d²ℓ/dp² is 2 if
/// s > 0, else 0.
struct SquaredHinge: PointwiseLoss {
    static let facts = Facts(
        name: "squared_hinge",
        aliases: ["squared_hinge_loss", "L2HingeLoss"],
        family: .binary,
        summary: "The square of the hinge loss: smooth at the margin, harsher on large violations.",
        formula: .init(
            plain: "max(0, margin - y p)^2, y the label as -1 or 1",
            gradient: "-2 y max(0, margin - y p)",
            tex: #"\max(0,\ m - y p)^2"#
        ),
        options: [Hinge.margin.declaration, LabelEncoding.option.declaration],
        domains: LabelEncoding.allDomains,
        kinks: ["y p = margin: differentiable; the Hessian is 0 there and 2 within the margin"],
        properties: [.convex, .differentiable, .classificationCalibrated],
        notes: [],
        references: ["Keras SquaredHinge", "scikit-learn SGDClassifier squared_hinge"]
    )

    private let margin: Double
    private let labels: LabelEncoding

    var domains: Domains { labels.domains }

    init(_ options: OptionValues) {
        margin = options[Hinge.margin]
        labels = options[LabelEncoding.option]
    }

    func point(_ prediction: Double, _ target: Double, at _: Int) -> Point {
        let sign = labels.sign(target)
        let shortfall = max(0, margin - sign * prediction)
        return Point(
            loss: shortfall * shortfall,
            gradient: -2 * sign * shortfall,
            hessian: shortfall > 0 ? 2 : 0
        )
    }
}
