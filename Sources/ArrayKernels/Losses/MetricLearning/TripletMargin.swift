// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The amount by which a vector is not nearer to a positive than to a negative example.
///
/// With the distances d = d(a, p) and D = d(a, n): ℓ = max(0, d - D + margin). A distance of the
/// differences x has the derivatives x/d and (1 - (x/d)²)/d, or 2x and 2 if squared, or the sign of x
/// and 0 if it is the sum of magnitudes. All of it is computed in two doubles, since the derivatives
/// for the anchor are differences of those for the others, which usually cancel.
struct TripletMargin: RowwiseLoss {
    static var inputCount: Int { 3 }

    static let margin = Option.number(
        "margin",
        default: 1,
        .nonNegative,
        "Difference of the distances from which on the loss is 0."
    )
    static let distance = Option.choice(
        "distance",
        default: Distance.euclidean,
        "Distance of two vectors: the root of the sum of squared differences, that sum, or the sum "
            + "of magnitudes."
    )
    static let swap = Option.flag(
        "swap",
        "Whether the distance of the negative from the positive counts where it is the smaller one."
    )
    static let epsilon = Option.number(
        "epsilon",
        default: 0,
        .nonNegative,
        "Number that is added to each difference."
    )
    static let sumEpsilon = Option.number(
        "sum_epsilon",
        default: 0,
        .nonNegative,
        "Number that is added to the sum of squared differences before its root."
    )
    enum Distance: String, CaseIterable, Sendable {
        case euclidean
        case squaredEuclidean = "squared_euclidean"
        case manhattan
    }

    private let margin: Double
    private let distance: Distance
    private let swaps: Bool
    private let epsilon: Double
    private let sumEpsilon: Double

    init(_ options: OptionValues) {
        margin = options[Self.margin]
        distance = options[Self.distance]
        swaps = options[Self.swap]
        epsilon = options[Self.epsilon]
        sumEpsilon = options[Self.sumEpsilon]
    }

    struct Summary: RowSummary {
        let loss: Vector
        /// The distances from the positive to the anchor, and from the negative to the nearer one.
        let positive: Length
        let negative: Length
        /// Whether the negative is compared with the positive, not with the anchor.
        let isSwapped: Mask
        let isActive: Mask
    }

    @inline(always)
    func summarize(_ rows: borrowing Rows<some LaneLayout>, _ kept: inout Kept) -> Summary {
        let positive = length(of: rows) { rows, index in (rows.x(index), rows.y(index)) }
        var negative = length(of: rows) { rows, index in (rows.x(index), rows.z(index)) }
        var isSwapped = Mask.none
        if swaps {
            let other = length(of: rows) { rows, index in (rows.y(index), rows.z(index)) }
            let difference = other.value - negative.value
            isSwapped.formUnion(difference.head .< 0)
            negative = negative.replacing(with: other, where: isSwapped)
        }
        let total = (positive.value - negative.value) + Vector(repeating: margin)
        // Sums of squares that are equal but for their order may differ by 2^-104 for each term.
        let isActive = total.head .> 0x1p-92 * positive.value.head
        let isFinite = total.head.magnitude .< .infinity
        let loss = Vector(repeating: 0).replacing(with: total.rounded, where: isActive)
        return Summary(
            // A distance that overflows is refused.
            loss: Vector(repeating: .infinity).replacing(with: loss, where: isFinite),
            positive: positive,
            negative: negative,
            isSwapped: isSwapped,
            isActive: isActive
        )
    }

    @inline(always)
    func point(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: Summary,
        _ kept: Kept
    ) -> RowPoint {
        let positive = slope(rows.x(index), rows.y(index), summary.positive)
        let negative = slopeOfNegative(index, rows, summary)
            .replacing(with: .zero, where: summary.isSwapped)
        return RowPoint(
            derivatives(
                positive.first - negative.first,
                positive.second - negative.second,
                summary.isActive
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
        let negative = slopeOfNegative(index, rows, summary)
        guard input == 1 else {
            return derivatives(negative.first, -negative.second, summary.isActive)
        }
        let positive = slope(rows.x(index), rows.y(index), summary.positive)
        let swapped = Slope.zero.replacing(with: negative, where: summary.isSwapped)
        return derivatives(
            -(positive.first + swapped.first),
            positive.second - swapped.second,
            summary.isActive
        )
    }

    /// The derivatives of a distance with respect to the first of two vectors.
    @inline(always)
    private func slope(_ one: Vector, _ other: Vector, _ length: Length) -> Slope {
        let difference = difference(one, other)
        switch distance {
        case .squaredEuclidean:
            let two = Vector(repeating: 2)
            return Slope(first: difference * two, second: TwoDoubles(two))
        case .manhattan:
            let one = Vector(repeating: 1).withSign(of: difference.head)
            let isNonzero = difference.head.magnitude .> 0
            let sign = Vector(repeating: 0).replacing(with: one, where: isNonzero)
            return Slope(first: TwoDoubles(sign), second: Slope.zero.second)
        case .euclidean:
            let scaled = difference.scaled(by: length.scale)
            let rest = length.sum - scaled.squared
            let slope = Slope(
                first: scaled / length.root,
                second: (rest / length.sum / length.root).scaled(by: length.scale)
            )
            return slope.replacing(with: .zero, where: length.root.head .== 0)
        }
    }

    /// The derivatives of the distance of the negative with respect to the vector it is compared with.
    @inline(always)
    private func slopeOfNegative(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: Summary
    ) -> Slope {
        let other = rows.x(index).replacing(with: rows.y(index), where: summary.isSwapped)
        return slope(other, rows.z(index), summary.negative)
    }

    @inline(always)
    private func derivatives(
        _ first: TwoDoubles,
        _ second: TwoDoubles,
        _ isActive: Mask
    ) -> Derivatives {
        let zero = Vector(repeating: 0)
        let hessian = zero.replacing(with: second.rounded, where: isActive)
        return Derivatives(
            gradient: zero.replacing(with: first.rounded, where: isActive),
            hessian: hessian,
            surrogate: hessian.magnitude
        )
    }

    @inline(always)
    private func difference(_ one: Vector, _ other: Vector) -> TwoDoubles {
        TwoDoubles.difference(one, other) + Vector(repeating: epsilon)
    }

    /// The distances of the vectors of two inputs.
    @inline(always)
    private func length<Layout: LaneLayout>(
        of rows: borrowing Rows<Layout>,
        _ pair: (_ rows: borrowing Rows<Layout>, _ index: Int) -> (Vector, Vector)
    ) -> Length {
        var scale = Vector(repeating: 1)
        if distance == .euclidean {
            var greatest = Vector(repeating: sumEpsilon.squareRoot())
            for index in 0..<rows.count {
                let (one, other) = pair(rows, index)
                let size = difference(one, other).head.magnitude
                greatest = greatest.replacing(with: size, where: size .> greatest)
            }
            scale = rows.greatest(of: greatest).powerOfTwoToUnit
        }
        var total = RowTotal()
        for index in 0..<rows.count {
            let (one, other) = pair(rows, index)
            let difference = difference(one, other).scaled(by: scale)
            let isNegative = difference.head .< 0
            total.add(
                distance == .manhattan
                    ? difference.replacing(with: -difference, where: isNegative)
                    : difference.squared,
                at: index,
                of: rows
            )
        }
        let sum =
            distance == .euclidean && sumEpsilon > 0
            ? total.value(of: rows) + sumEpsilon * scale * scale : total.value(of: rows)
        let root = distance == .euclidean ? sum.squareRoot : sum
        return Length(
            value: distance == .euclidean ? root.scaled(by: 1 / scale) : sum,
            scale: scale,
            sum: sum,
            root: root
        )
    }
}

extension TripletMargin {
    /// A distance.
    struct Length {
        let value: TwoDoubles
        /// The power of two by which differences are multiplied, so that their squares neither
        /// overflow nor underflow.
        let scale: Vector
        /// The sum of the squares of the scaled differences, and its root.
        let sum: TwoDoubles
        let root: TwoDoubles

        @inline(always)
        fileprivate func replacing(with other: Length, where mask: Mask) -> Length {
            Length(
                value: value.replacing(with: other.value, where: mask),
                scale: scale.replacing(with: other.scale, where: mask),
                sum: sum.replacing(with: other.sum, where: mask),
                root: root.replacing(with: other.root, where: mask)
            )
        }
    }

    /// The first and second derivatives of a distance.
    fileprivate struct Slope {
        let first: TwoDoubles
        let second: TwoDoubles

        static var zero: Slope {
            @inline(always) get {
                Slope(first: TwoDoubles(repeating: 0), second: TwoDoubles(repeating: 0))
            }
        }

        @inline(always)
        func replacing(with other: Slope, where mask: Mask) -> Slope {
            Slope(
                first: first.replacing(with: other.first, where: mask),
                second: second.replacing(with: other.second, where: mask)
            )
        }
    }
}

extension TripletMargin {
    private static func vectors(_ name: String, _ summary: String) -> Input {
        Input(name, .primary, [.init("* K", .real)], summary)
    }

    static let facts = Facts(
        name: "triplet_margin",
        aliases: [
            "triplet", "triplet_loss", "triplet_margin_loss", "triplet_margin_with_distance_loss",
        ],
        family: .metricLearning,
        summary: "The amount by which an anchor is not nearer to a positive than to a negative "
            + "example, by a margin.",
        formula: .init(
            plain: "max(0, d(a, p) - d(a, n) + margin)",
            gradient: "(a - p) / d(a, p) - (a - n) / d(a, n) in a, (p - a) / d(a, p) in p, "
                + "(a - n) / d(a, n) in n, where the loss is above 0",
            tex: #"\max(0,\ d(a, p) - d(a, n) + m)"#
        ),
        options: [
            margin.declaration, distance.declaration, swap.declaration, epsilon.declaration,
            sumEpsilon.declaration, RowOptions.axis.declaration,
        ],
        signature: Signature(
            .row,
            vectors("anchor", "vectors to compare"),
            vectors("positive", "vectors that should be near"),
            vectors("negative", "vectors that should be far")
        ),
        kinks: [
            "d(a, p) - d(a, n) + margin at most 2^-92 d(a, p): the loss and the derivatives are 0",
            "two equal vectors: their distance has the derivatives 0",
            "swap with equal distances: that from the anchor counts",
        ],
        properties: [],
        notes: [
            "PyTorch adds 1e-6 to each difference, optax and MLX to the sum of squares, as their conventions "
                + "do here; pytorch-metric-learning elsewhere."
        ],
        references: [
            "V. Balntas et al., Learning shallow convolutional feature descriptors with triplet "
                + "losses, BMVC 2016",
            "PyTorch TripletMarginLoss",
        ],
        conventions: [
            .pyTorch(["epsilon": .number(1e-6)]),
            .optax(
                ["sum_epsilon": .number(1e-6)],
                notes: ["norm_degree = 2; others are powers of differences that may be negative."]
            ),
            .mlx(
                ["sum_epsilon": .number(1e-6)],
                notes: ["The loss triplet_loss; p = 1 is the distance manhattan."]
            ),
        ],
        examples: [
            Example([
                "anchor": Tensor(shape: [2, 3], values: [0.2, 0.5, -1, 0.1, 1.2, 0.3]),
                "positive": Tensor(shape: [2, 3], values: [0.3, 0.4, -0.7, 0.1, 1, -0.4]),
                "negative": Tensor(shape: [2, 3], values: [0.9, -0.1, -0.5, 2, 1.5, 1.3]),
            ])
        ]
    )
}
