// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The Rényi divergence of the predicted distribution q from the target y.
///
/// With b = 1 - alpha, w = log(q/y), Y = Σy and Z = Σ y e^(bw): ℓ = -log(Z/Y)/b, ∂ℓ/∂q = -e^(-alpha w)/Z,
/// ∂²ℓ/∂q² = e^(-alpha w)/(qZ) (alpha (1 - s) + s) with the share s = y e^(bw)/Z. For alpha = 1 it is the
/// limit, the Kullback-Leibler divergence over Y.
///
/// Near equal distributions Z/Y is 1 + bX with X = (Σq - Y - alpha T)/Y and the alpha divergence T, so that
/// nothing is lost for any alpha. Elsewhere Z is the sum of e^-M y e^(bw), with M so that it does not
/// overflow.
struct RenyiDivergence: RowwiseLoss {
    static var inputCount: Int { 2 }

    static let alpha = Option.number(
        "alpha",
        default: 2,
        .leftOpen(0, 16),
        "Order: 1 is the Kullback-Leibler divergence; the higher, the more large ratios count."
    )

    private let terms: AlphaTerm

    init(_ options: OptionValues) {
        terms = AlphaTerm(options[Self.alpha])
    }

    struct Summary: RowSummary {
        let loss: Vector
        let cancels: Mask
        let predictionSum: Vector
        let targetSum: Vector
        /// M, e^-M Z and its inverse.
        let shift: Vector
        let sum: TwoDoubles
        let inverse: TwoDoubles
    }

    @inline(always)
    func summarize(_ rows: borrowing Rows<some LaneLayout>, _ kept: inout Kept) -> Summary {
        var shift = Vector(repeating: 0)
        if terms.b.head[0] < 0 {
            for index in 0..<rows.count {
                let exponent = (terms.b * AlphaTerm.logarithm(rows.x(index), rows.y(index))).head
                shift = shift.replacing(with: exponent, where: exponent .> shift)
            }
            shift = rows.greatest(of: shift)
        }
        var (sum, divergence) = (RowTotal(), RowTotal())
        var (differences, targets) = (RowTotal(), RowTotal())
        for index in 0..<rows.count {
            let (q, y) = (rows.x(index), rows.y(index))
            sum.add(power(q, y, shift), at: index, of: rows)
            divergence.add(terms.value(q, y), at: index, of: rows)
            differences.add(.difference(q, y), at: index, of: rows)
            targets.add(y, at: index, of: rows)
        }
        let total = targets.value(of: rows)
        let scaled = sum.value(of: rows)
        let excess = differences.value(of: rows)
        let share = divergence.value(of: rows) * terms.a
        let difference = (excess - share).rounded
        let larger = share.head.replacing(
            with: excess.head.magnitude,
            where: excess.head.magnitude .> share.head
        )
        let near = loss(excess - share, total)
        let x = terms.b.head * (difference / total.head)
        let logarithm =
            (Logarithm(of: scaled.head).sum() - Logarithm(of: total.head).sum()) + shift
        let isInfinite = (shift .> 0x1p500) .| (scaled.head .== 0)
        let far = (-logarithm.rounded / terms.divisorOfB)
            .replacing(with: .infinity, where: isInfinite)
        let isNear = (x.magnitude .< 0.5) .| (terms.divisorOfB .== .infinity)
        return Summary(
            loss: far.replacing(with: near, where: isNear),
            cancels: isNear .& (difference.magnitude .< 0.5 * larger),
            predictionSum: (excess + total).head,
            targetSum: total.head,
            shift: shift,
            sum: scaled,
            inverse: TwoDoubles(repeating: 1) / scaled
        )
    }

    /// e^-M y e^(bw).
    @inline(always)
    private func power(_ q: Vector, _ y: Vector, _ shift: Vector) -> Vector {
        Vector.exp(terms.b * AlphaTerm.logarithm(q, y) - shift, times: y)
            .replacing(with: 0, where: y .== 0)
    }

    /// -log(1 + bX)/b.
    @inline(always)
    private func loss(_ difference: TwoDoubles, _ total: TwoDoubles) -> Vector {
        let x = (difference / total).rounded
        let logarithm = -Vector.log1p(terms.b.head * x) / terms.b.head
        return logarithm.replacing(with: -x, where: terms.b.head.magnitude .< 0x1p-70)
    }

    func preciseLoss(_ row: borrowing Rows<some LaneLayout>) -> Vector {
        var (divergence, differences, targets) = (RowTotal(), RowTotal(), RowTotal())
        for index in 0..<row.count {
            let (q, y) = (row.x(index), row.y(index))
            divergence.add(terms.preciseValue(q, y), at: index, of: row)
            differences.add(.difference(q, y), at: index, of: row)
            targets.add(y, at: index, of: row)
        }
        let total = targets.value(of: row)
        let share = divergence.value(of: row) * terms.a
        return loss(differences.value(of: row) - share, total)
    }

    @inline(always)
    func point(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: Summary,
        _ kept: Kept
    ) -> RowPoint {
        let (q, y) = (rows.x(index), rows.y(index))
        let inverse = summary.inverse
        let exponent = -(terms.a * AlphaTerm.logarithm(q, y)) - summary.shift
        let slope = Vector.exp(exponent, times: inverse.head)
        // The share of the other numbers is not 1 less a rounded share.
        let own = TwoDoubles(power(q, y, summary.shift))
        let others = TwoDoubles.looseProduct(.looseSum(summary.sum, -own), inverse)
        let factor = TwoDoubles.looseSum(
            .looseProduct(terms.a, others),
            .looseProduct(own, inverse)
        )
        // A quotient of scaled numbers does not overflow, and only the product may underflow.
        let shift = Vector(repeating: 0).replacing(with: 500, where: q .< 0x1p-350)
            .replacing(with: 900, where: q .< 0x1p-700)
        let ratio = TwoDoubles.looseProduct(factor, inverse) / (q * .power(ofTwo: shift))
        let hessian = Vector.exp(exponent, times: ratio.rounded, exponent: shift)
        let isAlone = y .== 0
        return RowPoint(
            Derivatives(
                gradient: (-slope).replacing(with: 0, where: isAlone),
                hessian: hessian.replacing(with: 0, where: isAlone)
            )
        )
    }

    func others(
        _: Int,
        _: Int,
        _: borrowing Rows<some LaneLayout>,
        _: Summary
    ) -> Derivatives {
        .zero
    }
}

extension AlphaTerm {
    /// The term with an error of about 2^-60 of it, where it is small.
    func preciseValue(_ q: Vector, _ y: Vector) -> TwoDoubles {
        // What is left out is below 2^-108 of the term.
        let far = 75.0
        let w = TwoDoubles.preciseLog(ofRatio: q, to: y)
        let (first, second) = (a * w, b * w)
        let term: TwoDoubles
        if b.head[0] < 0 {
            let sum = TwoDoubles.surplus(w) - TwoDoubles.surplus(second) / b
            term = (y * (sum / a))
                .replacing(with: TwoDoubles(q) / a, where: w.head .> far)
        } else {
            let other =
                divisorOfB[0] == .infinity
                ? TwoDoubles(repeating: 0) : TwoDoubles.surplus(-second) / b
            let sum = TwoDoubles.surplus(first) / a + other
            term = (TwoDoubles.exp(second) * (y * sum))
                .replacing(with: TwoDoubles(q) / a, where: first.head .> far)
                .replacing(
                    with: divisorOfB[0] == .infinity ? TwoDoubles(value(q, y)) : TwoDoubles(y) / b,
                    where: second.head .< -far
                )
        }
        let isZero = (q .== 0) .| (y .== 0)
        return term.replacing(with: TwoDoubles(value(q, y)), where: isZero)
    }
}

extension RenyiDivergence {
    static let facts = Facts(
        name: "renyi_divergence",
        aliases: ["renyi"],
        family: .distribution,
        summary: "The divergences of Rényi, among them that of Kullback and Leibler.",
        formula: .init(
            plain: "log(sum_k y_k^alpha q_k^(1 - alpha) / sum_k y_k) / (alpha - 1)",
            gradient: "-(y_k / q_k)^alpha / sum_j y_j^alpha q_j^(1 - alpha)",
            tex: #"\frac{1}{\alpha - 1} \log "#
                + #"\frac{\sum_k y_k^\alpha q_k^{1 - \alpha}}{\sum_k y_k}"#
        ),
        options: [
            alpha.declaration, RowOptions.axis.declaration,
            ProbabilityOptions.checkSums.declaration,
        ],
        signature: Signature(
            .row,
            .init(
                "predictions",
                .primary,
                [.init("* K", .distribution(inLogarithms: false))],
                "predicted distributions"
            ),
            .init(
                "targets",
                .constant,
                [.init("* K", .distribution(inLogarithms: false))],
                "true distributions"
            )
        ),
        kinks: [
            "alpha = 1: the limit, which the others approach continuously",
            "y = 0: the derivatives are 0",
            "q = 0 with y > 0: the derivatives are infinite, and refused; so is the loss for alpha of 1 "
                + "and more",
        ],
        properties: [.convex, .differentiable, .twiceDifferentiable, .properScoring],
        notes: [
            "The sum of the targets is 1 but for rounding; dividing by it, as Rényi did for incomplete "
                + "distributions, makes the divergence continuous at alpha 1."
        ],
        references: [
            "A. Rényi, On Measures of Entropy and Information, Fourth Berkeley Symposium, 1961",
            "T. van Erven, P. Harremoës, Rényi Divergence and Kullback-Leibler Divergence, IEEE "
                + "Transactions on Information Theory 60, 2014",
        ]
    )
}
