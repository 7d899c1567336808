// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The complement of the overlap of a predicted and a true region, twice that over their sizes.
///
/// With I = Σpt, the sizes P = Σp and T = Σt, N = 2I + smooth and D = P + T + smooth: ℓ = (D - N)/D,
/// dℓ/dp = (N - 2tD)/D², d²ℓ/dp² = (4tD - 2N)/D³. With squared sizes, P = Σp² and T = Σt²,
/// dℓ/dp = 2(pN - tD)/D² and d²ℓ/dp² = (2ND + 8ptD - 8p²N)/D³. In t likewise. The sums are kept in two
/// doubles, since all of these are differences that cancel. Regions of tiny numbers are scaled by a
/// power of two s, so that no product underflows: with p' = sp, t' = st, N' = s²N and D' = sD or, for
/// squared sizes, s²D, the ratio N/D is N'/(sD'), or N'/D'.
struct Dice: RowwiseLoss {
    static var inputCount: Int { 2 }

    static let smooth = Option.number(
        "smooth",
        default: 0,
        .nonNegative,
        "Number added to twice the overlap and to the sizes."
    )
    static let squared = Option.flag(
        "squared",
        "Whether sizes are sums of squares."
    )
    private let smooth: Double
    private let isSquared: Bool

    init(_ options: OptionValues) {
        smooth = options[Self.smooth]
        isSquared = options[Self.squared]
    }

    struct Summary: RowSummary {
        let loss: Vector
        /// s, N' and D'.
        let scale: Vector
        let overlap: TwoDoubles
        let size: TwoDoubles
        /// Whether both regions are empty.
        let isEmpty: Mask
    }

    @inline(always)
    func summarize(_ rows: borrowing Rows<some LaneLayout>, _ kept: inout Kept) -> Summary {
        var (overlap, size, rest) = (RowTotal(), RowTotal(), RowTotal())
        let zero = Vector(repeating: 0)
        let scale = scale(of: rows)
        for index in 0..<rows.count {
            let (p, t) = (rows.x(index) * scale, rows.y(index) * scale)
            let product = TwoDoubles.product(p, t)
            overlap.add(product, at: index, of: rows)
            if isSquared {
                let difference = TwoDoubles.difference(p, t)
                size.add(TwoDoubles.product(p, p), at: index, of: rows)
                size.add(TwoDoubles.product(t, t), at: index, of: rows)
                rest.add(difference.squared, at: index, of: rows)
            } else {
                size.add(p, at: index, of: rows)
                size.add(t, at: index, of: rows)
                // p + t - 2pt, from terms that are not negative.
                let one = Vector(repeating: 1)
                rest.add(TwoDoubles.difference(one, rows.y(index)) * p, at: index, of: rows)
                rest.add(TwoDoubles.difference(one, rows.x(index)) * t, at: index, of: rows)
            }
        }
        let smooth = smooth * scale
        let denominator = size.value(of: rows) + (isSquared ? smooth * scale : smooth)
        let isEmpty = denominator.head .== 0
        return Summary(
            loss: (rest.value(of: rows) / denominator).rounded
                .replacing(with: zero, where: isEmpty),
            scale: scale,
            overlap: overlap.value(of: rows) * Vector(repeating: 2) + smooth * scale,
            size: denominator,
            isEmpty: isEmpty
        )
    }

    /// The power of two by which the numbers of each row are multiplied; 1 unless all are tiny.
    @inline(always)
    private func scale(of rows: borrowing Rows<some LaneLayout>) -> Vector {
        var greatest = Vector(repeating: isSquared ? smooth.squareRoot() : smooth)
        for index in 0..<rows.count {
            let (p, t) = (rows.x(index), rows.y(index))
            greatest = greatest.replacing(with: p, where: p .> greatest)
            greatest = greatest.replacing(with: t, where: t .> greatest)
        }
        greatest = rows.greatest(of: greatest)
        return Vector(repeating: 1)
            .replacing(with: greatest.powerOfTwoToUnit, where: greatest .< 0x1p-300)
    }

    @inline(always)
    func point(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: Summary,
        _ kept: Kept
    ) -> RowPoint {
        RowPoint(derivatives(rows.x(index), rows.y(index), summary))
    }

    @inline(always)
    func others(
        _ input: Int,
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: Summary
    ) -> Derivatives {
        derivatives(rows.y(index), rows.x(index), summary)
    }

    /// The derivatives with respect to a number of one region, from that of the other.
    @inline(always)
    private func derivatives(_ own: Vector, _ other: Vector, _ summary: Summary) -> Derivatives {
        let zero = Vector(repeating: 0)
        let (overlap, size, scale) = (summary.overlap, summary.size, summary.scale)
        let (own, other) = (own * scale, other * scale)
        // N/D, times s unless sizes are squared.
        let ratio = overlap / size
        let two = Vector(repeating: 2)
        let slope: TwoDoubles
        let bend: TwoDoubles
        if isSquared {
            slope = (ratio * own - other) * two / size * scale
            let product = TwoDoubles.product(own, other) / size
            let square = (TwoDoubles.product(own, own) / size) * ratio
            bend = (ratio + (product - square) * Vector(repeating: 4)) * two / size * scale * scale
        } else {
            slope = (ratio - 2 * other) / size
            bend = (TwoDoubles(2 * other) - ratio) * two / size / size * scale
        }
        let hessian = bend.rounded.replacing(with: zero, where: summary.isEmpty)
        return Derivatives(
            gradient: slope.rounded.replacing(with: zero, where: summary.isEmpty),
            hessian: hessian,
            surrogate: hessian.magnitude
        )
    }
}

extension Dice {
    static let facts = Facts(
        name: "dice",
        aliases: [
            "dice_loss", "soft_dice", "dice_coefficient_loss",
            .init("dice_coeff_loss", convention: "flux"),
        ],
        family: .segmentation,
        summary:
            "One minus twice the overlap of a predicted and a true region over the sum of their "
            + "sizes, one loss per region.",
        formula: .init(
            plain: "1 - (2 sum_k p_k t_k + smooth) / (sum_k p_k + sum_k t_k + smooth)",
            gradient: "(N - 2 t_k D) / D^2, N the numerator and D the denominator",
            tex: #"1 - \frac{2 \sum_k p_k t_k + s}{\sum_k p_k + \sum_k t_k + s}"#
        ),
        options: [smooth.declaration, squared.declaration, RowOptions.axis.declaration],
        signature: Signature(
            .row,
            .init(
                "predictions",
                .primary,
                [.init("* K", .interval(.unit))],
                "probabilities that an element belongs to the region"
            ),
            .init(
                "targets",
                .differentiable,
                [.init("* K", .interval(.unit))],
                "1 for the elements of the region, 0 for others"
            )
        ),
        kinks: ["Two empty regions without smoothing: the loss and its derivatives are 0"],
        properties: [.differentiable, .twiceDifferentiable],
        bounds: Bounds(loss: .length("K") / (.length("K") + Bound(smooth))),
        notes: [
            "A region is a row: flatten images to one row each, or a batch to one row for a single "
                + "loss, as Keras does.",
            "Keras adds 1e-7 to the denominator only, optax 1 to half of both; the loss of two empty regions "
                + "is 1 in Keras.",
            "Flux squares the sizes, as F. Milletari et al. do.",
        ],
        references: [
            "F. Milletari, N. Navab, S.-A. Ahmadi, V-Net, 3DV 2016",
            "Keras Dice", "optax dice_loss", "Flux dice_coeff_loss",
        ],
        conventions: [
            .keras(
                ["smooth": .number(0)],
                notes: [
                    "The region of Keras is the whole array unless it has an axis: flatten it to a row. Keras "
                        + "adds 1e-7 to the denominator."
                ]
            ),
            .optax(
                ["smooth": .number(2), "axis": .number(1)],
                notes: [
                    "optax applies softmax first unless apply_softmax is false, and takes the mean over the "
                        + "classes, the last dimension. Its regions may have several dimensions: flatten them."
                ]
            ),
            .flux(
                ["smooth": .number(1), "squared": .flag(true)],
                notes: ["The region of Flux is the whole array: flatten it to a row."]
            ),
        ],
        examples: [
            Example([
                "predictions": Tensor(
                    shape: [2, 4],
                    values: [0.9, 0.8, 0.2, 0.1, 0.6, 0.3, 0.7, 0]
                ),
                "targets": Tensor(shape: [2, 4], values: [1, 1, 0, 0, 0, 1, 1, 0]),
            ])
        ]
    )
}
