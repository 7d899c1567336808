// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// One minus the cosine of the angle of two vectors, minus the cosine, or the cosine.
///
/// With unit vectors u and v of z and t and c = u·v: ℓ = 1 - c = ‖u - v‖²/2, dℓ/dz = (c u - v)/‖z‖,
/// d²ℓ/dz² = (2uv + c - 3cu²)/‖z‖², and in t likewise. The derivatives of c have the other sign.
struct CosineDistance: RowwiseLoss {
    static var inputCount: Int { 2 }

    static let measure = Option.choice(
        "measure",
        default: Measure.distance,
        "Number that is the loss: one minus the cosine, minus the cosine, or the cosine itself, which is least for "
            + "opposite vectors."
    )
    enum Measure: String, CaseIterable, Sendable {
        case distance
        case negativeSimilarity = "negative_similarity"
        case similarity
    }

    private let measure: Measure
    private let sign: Double

    init(_ options: OptionValues) {
        measure = options[Self.measure]
        sign = measure == .similarity ? -1 : 1
    }

    var comparesDirections: Bool { true }

    struct Summary: RowSummary {
        let loss: Vector
        let cosine: TwoDoubles
        let first: Direction
        let second: Direction
    }

    @inline(always)
    func summarize(_ rows: borrowing Rows<some LaneLayout>, _ kept: inout Kept) -> Summary {
        var (greatest, other) = (Vector(repeating: 0), Vector(repeating: 0))
        for index in 0..<rows.count {
            let (size, otherSize) = (rows.x(index).magnitude, rows.y(index).magnitude)
            greatest = greatest.replacing(with: size, where: size .> greatest)
            other = other.replacing(with: otherSize, where: otherSize .> other)
        }
        let scale = rows.greatest(of: greatest).powerOfTwoToUnit
        let otherScale = rows.greatest(of: other).powerOfTwoToUnit
        var (first, second, product) = (RowTotal(), RowTotal(), RowTotal())
        for index in 0..<rows.count {
            let (x, y) = (rows.x(index) * scale, rows.y(index) * otherScale)
            first.add(TwoDoubles.product(x, x), at: index, of: rows)
            second.add(TwoDoubles.product(y, y), at: index, of: rows)
            product.add(TwoDoubles.product(x, y), at: index, of: rows)
        }
        let own = Direction(scale: scale, square: first.value(of: rows))
        let opposite = Direction(scale: otherScale, square: second.value(of: rows))
        let cosine = product.value(of: rows) / own.length / opposite.length
        var loss = -sign * cosine.rounded
        let isNear = cosine.head .> 0.5
        if measure == .distance { loss = (Vector(repeating: 1) - cosine).rounded }
        if measure == .distance, isNear.isAny {
            // Half the square of u - v, in which nothing cancels.
            var total = RowTotal()
            for index in 0..<rows.count {
                let difference = own.unit(rows.x(index)) - opposite.unit(rows.y(index))
                total.add(difference.squared, at: index, of: rows)
            }
            loss = loss.replacing(with: 0.5 * total.value(of: rows).rounded, where: isNear)
        }
        return Summary(loss: loss, cosine: cosine, first: own, second: opposite)
    }

    @inline(always)
    func point(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: Summary,
        _ kept: Kept
    ) -> RowPoint {
        RowPoint(
            derivatives(
                summary.first.unit(rows.x(index)),
                summary.second.unit(rows.y(index)),
                summary.cosine,
                summary.first
            )
        )
    }

    @inline(always)
    func others(
        _ input: Int,
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: Summary
    ) -> Derivatives {
        derivatives(
            summary.second.unit(rows.y(index)),
            summary.first.unit(rows.x(index)),
            summary.cosine,
            summary.second
        )
    }

    @inline(always)
    private func derivatives(
        _ own: TwoDoubles,
        _ other: TwoDoubles,
        _ cosine: TwoDoubles,
        _ direction: Direction
    ) -> Derivatives {
        let slope = (cosine * own - other) / direction.length
        let product =
            own * (other.scaled(by: Vector(repeating: 2)) - cosine * own * Vector(repeating: 3))
        let bend = (product + cosine) / direction.length / direction.length
        let hessian = bend.rounded * direction.scale * direction.scale
        return Derivatives(
            gradient: sign * slope.rounded * direction.scale,
            hessian: sign * hessian,
            surrogate: hessian.magnitude
        )
    }
}

extension CosineDistance {
    static let facts = Facts(
        name: "cosine_distance",
        aliases: [
            "cosine_loss",
            .init(
                "cosine_proximity",
                ["measure": .choice("negative_similarity")],
                convention: "keras"
            ),
            .init("cosine_similarity_loss", ["measure": .choice("similarity")], convention: "mlx"),
        ],
        family: .metricLearning,
        summary: "One minus the cosine of the angle of two vectors, one loss per row.",
        formula: .init(
            plain:
                "1 - c, c = sum_k p_k t_k / (|p| |t|); -c as negative_similarity, c as similarity",
            gradient: "(c p / |p| - t / |t|) / |p|; minus that as similarity",
            tex: #"1 - \frac{\sum_k p_k t_k}{\lVert p \rVert\, \lVert t \rVert}"#
        ),
        options: [measure.declaration, RowOptions.axis.declaration],
        signature: Signature(
            .row,
            .init("predictions", .primary, [.init("* K", .real)], "predicted vectors"),
            .init("targets", .differentiable, [.init("* K", .real)], "true vectors")
        ),
        kinks: ["a vector of zeros has no direction: it is refused"],
        properties: [.differentiable, .twiceDifferentiable, .symmetric],
        bounds: Bounds(loss: .either(measure, is: .distance, 2, or: 1)),
        notes: [
            "Keras's CosineSimilarity is minus the cosine. optax's cosine_similarity and MLX's "
                + "cosine_similarity_loss are the cosine itself: minimising it makes vectors opposite.",
            "Of a vector of zeros optax returns NaN, Keras and MLX 0. Nothing is added to the lengths.",
            "The Hessian is negative for some numbers; its surrogate is the magnitude.",
        ],
        references: ["optax cosine_distance", "Keras CosineSimilarity"],
        conventions: [
            .optax(),
            .keras(
                ["measure": .choice("negative_similarity")],
                notes: ["The loss CosineSimilarity, which is 0 for a vector of zeros."]
            ),
            .mlx(
                ["measure": .choice("similarity"), "axis": .number(1)],
                notes: [
                    "The loss cosine_similarity_loss, which raises the product of the lengths to at least 1e-8."
                ]
            ),
        ],
        examples: [
            Example([
                "predictions": Tensor(shape: [2, 3], values: [0.2, 0.5, -1, 0.1, 1.2, 0.3]),
                "targets": Tensor(shape: [2, 3], values: [0.3, 0.4, -0.7, 0.1, 1, -0.4]),
            ])
        ]
    )
}
