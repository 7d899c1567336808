// SPDX-License-Identifier: Apache-2.0

/// The softmax p of rows of logits, from which no probability or complement is computed by a
/// difference that cancels.
struct Softmax {
    /// The greatest logit of each row, and its place.
    let top: Vector
    let place: Vector
    /// Σ e^(z - top) over the other logits.
    let others: TwoDoubles
    /// 1 / (1 + others).
    private let inverse: TwoDoubles
    /// log(1 + others).
    let excess: Vector

    /// The precision with which exponentials are computed.
    enum Precision {
        /// That of a double.
        case single
        /// About 2^-71.
        case extended
        /// Twice that of a double.
        case twofold
    }

    @inline(always)
    init(_ rows: borrowing Rows<some LaneLayout>, _ precision: Precision, _ kept: inout Kept) {
        let (top, place) = rows.greatest
        self.top = top
        self.place = place
        let zero = TwoDoubles(repeating: 0)
        var total = RowTotal()
        for index in 0..<rows.count {
            let exponential = Self.exponential(rows.x(index), top, precision)
            kept.store(exponential, at: index)
            let isTop = rows.place(index) .== place
            total.add(exponential.replacing(with: zero, where: isTop), at: index, of: rows)
        }
        others = total.value(of: rows)
        inverse = Vector(repeating: 1) / (others + Vector(repeating: 1))
        excess = Vector.log1p(others.head) + others.tail / (1 + others.head)
    }

    @inline(always)
    private static func exponential(
        _ x: Vector,
        _ top: Vector,
        _ precision: Precision
    ) -> TwoDoubles {
        switch precision {
        case .single: TwoDoubles(.exp(x, minus: top))
        case .extended: .extendedExp(.difference(x, top))
        case .twofold: .exp(.difference(x, top))
        }
    }

    /// -log p, a sum of two terms that are not negative.
    @inline(always)
    func surprise(_ index: Int, _ rows: borrowing Rows<some LaneLayout>) -> Vector {
        (top - rows.x(index)) + excess
    }

    /// e^(z - top).
    @inline(always)
    func exponential(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ precision: Precision,
        _ kept: Kept
    ) -> TwoDoubles {
        kept.isEmpty ? Self.exponential(rows.x(index), top, precision) : kept.numbers(index)
    }

    /// p, from e^(z - top).
    @inline(always)
    func probability(_ exponential: TwoDoubles) -> TwoDoubles {
        .looseProduct(exponential, inverse)
    }

    /// The derivatives of Σ -a log p with respect to a logit, for targets a of sum A.
    ///
    /// They are Ap - a = (A - a)p - a(1 - p) and Ap(1 - p). For a single class, A - a or a is 0;
    /// otherwise the two terms cancel near the optimum.
    @inline(always)
    func derivatives(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        exponential: TwoDoubles,
        target: TwoDoubles,
        sum: TwoDoubles
    ) -> RowPoint {
        let isTop = rows.place(index) .== place
        let p = probability(exponential)
        let rest = TwoDoubles.looseSum(TwoDoubles(repeating: 1), -exponential)
        let complement = TwoDoubles.looseProduct(
            TwoDoubles.looseSum(rest, others).replacing(with: others, where: isTop),
            inverse
        )
        let push = TwoDoubles.looseProduct(.looseSum(sum, -target), p)
        let pull = TwoDoubles.looseProduct(target, complement)
        let slope = TwoDoubles.looseSum(push, -pull).rounded
        let larger = push.head.replacing(with: pull.head, where: pull.head .> push.head)
        let isSmall = slope.magnitude .< 0x1p-18 * larger
        let bothTake = (push.head .> 0) .& (pull.head .> 0)
        return RowPoint(
            Derivatives(
                gradient: slope,
                hessian: sum.head * (p.head * complement.head)
            ),
            cancels: isSmall .& bothTake
        )
    }

    /// The derivatives for a single class, with numbers of simple precision.
    @inline(always)
    func derivatives(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        exponential e: Vector,
        weight: Vector
    ) -> Derivatives {
        let isTop = rows.place(index) .== place
        let rest = ((1 - e) + others.head).replacing(with: others.head, where: isTop)
        let p = Vector.multiplyAdd(e, inverse.head, e * inverse.tail)
        let complement = Vector.multiplyAdd(rest, inverse.head, rest * inverse.tail)
        return Derivatives(
            gradient: weight * p.replacing(with: -complement, where: rows.isClass(index)),
            hessian: weight * (p * complement)
        )
    }
}
