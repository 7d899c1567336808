// SPDX-License-Identifier: Apache-2.0

/// The softmax p of rows of logits; no probability or complement is computed as a
/// difference that cancels.
struct Softmax {
    /// The greatest logit of each row, and its index.
    let maximum: Vector
    let argmax: Vector
    /// Σ e^(z - maximum) over the other logits.
    let othersSum: TwoDoubles
    /// 1 / (1 + othersSum).
    private let inverse: TwoDoubles
    /// log(1 + othersSum).
    let logSumExpMinusMax: Vector
    private let divisor: Double

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
        self.init(rows, precision, &kept) { rows, index in rows.x(index) }
    }

    /// Creates the softmax of logits that are derived from the rows; one of -∞ has no part in it.
    ///
    /// - Parameters:
    ///   - rows: the rows.
    ///   - precision: the precision of exponentials.
    ///   - kept: receives the exponentials.
    ///   - divisor: the number by which logits are divided.
    ///   - includesZero: whether a logit 0 is added to each row; its index is -1.
    ///   - logit: a logit.
    @inline(always)
    init<Layout: LaneLayout>(
        _ rows: borrowing Rows<Layout>,
        _ precision: Precision,
        _ kept: inout Kept,
        dividedBy divisor: Double = 1,
        includesZero: Bool = false,
        of logit: (_ rows: borrowing Rows<Layout>, _ index: Int) -> Vector
    ) {
        var (maximum, argmax) = rows.greatest(of: logit)
        let isNegative = maximum .<= 0
        if includesZero {
            maximum = maximum.replacing(with: 0, where: isNegative)
            argmax = argmax.replacing(with: -1, where: isNegative)
        }
        self.divisor = divisor
        self.maximum = maximum
        self.argmax = argmax
        let zero = TwoDoubles(repeating: 0)
        var total = RowTotal()
        var room = kept.room
        for index in 0..<rows.count {
            let exponential = Self.exponential(logit(rows, index), maximum, divisor, precision)
            room.store(exponential, at: index)
            let isMaximum = rows.place(index) .== argmax
            total.add(exponential.replacing(with: zero, where: isMaximum), at: index, of: rows)
        }
        var othersSum = total.value(of: rows)
        if includesZero {
            let ofZero = Self.exponential(zero.head, maximum, divisor, precision)
            othersSum = othersSum + ofZero.replacing(with: zero, where: isNegative)
        }
        self.othersSum = othersSum
        inverse = Vector(repeating: 1) / (othersSum + Vector(repeating: 1))
        logSumExpMinusMax = Vector.log1p(othersSum.head) + othersSum.tail / (1 + othersSum.head)
    }

    @inline(always)
    private static func exponential(
        _ x: Vector,
        _ maximum: Vector,
        _ divisor: Double,
        _ precision: Precision
    ) -> TwoDoubles {
        guard divisor == 1 else {
            let argument = TwoDoubles.difference(x, maximum) / Vector(repeating: divisor)
            return precision == .twofold ? .exp(argument) : .extendedExp(argument)
        }
        return switch precision {
        case .single: TwoDoubles(.exp(x, minus: maximum))
        case .extended: .extendedExp(.difference(x, maximum))
        case .twofold: .exp(.difference(x, maximum))
        }
    }

    /// -log p, a sum of two terms that are not negative.
    @inline(always)
    func surprisal(_ index: Int, _ rows: borrowing Rows<some LaneLayout>) -> Vector {
        (maximum - rows.x(index)) + logSumExpMinusMax
    }

    /// e^(z - maximum).
    @inline(always)
    func exponential(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ precision: Precision,
        _ kept: Kept
    ) -> TwoDoubles {
        kept.isEmpty ? exponential(of: rows.x(index), precision) : kept.numbers(index)
    }

    /// e^(z - maximum) for a logit z.
    @inline(always)
    func exponential(of z: Vector, _ precision: Precision) -> TwoDoubles {
        Self.exponential(z, maximum, divisor, precision)
    }

    /// p, from e^(z - maximum).
    @inline(always)
    func probability(_ exponential: TwoDoubles) -> TwoDoubles {
        .looseProduct(exponential, inverse)
    }

    /// 1 - p, from e^(z - maximum).
    @inline(always)
    func complement(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ exponential: TwoDoubles
    ) -> TwoDoubles {
        let isMaximum = rows.place(index) .== argmax
        let rest = TwoDoubles.looseSum(TwoDoubles(repeating: 1), -exponential)
        return .looseProduct(
            TwoDoubles.looseSum(rest, othersSum).replacing(with: othersSum, where: isMaximum),
            inverse
        )
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
        let p = probability(exponential)
        let complement = complement(index, rows, exponential)
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

    /// The derivatives for a single class, in double precision.
    @inline(always)
    func derivatives(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        exponential e: Vector,
        weight: Vector
    ) -> Derivatives {
        let (p, complement) = probability(e, at: rows.place(index))
        return Derivatives(
            gradient: weight * p.replacing(with: -complement, where: rows.isClass(index)),
            hessian: weight * (p * complement)
        )
    }

    /// p and 1 - p in double precision, from e^(z - maximum) and the index of the logit.
    @inline(always)
    func probability(_ e: Vector, at place: Vector) -> (value: Vector, complement: Vector) {
        let isMaximum = place .== argmax
        let rest = ((1 - e) + othersSum.head).replacing(with: othersSum.head, where: isMaximum)
        return (
            Vector.multiplyAdd(e, inverse.head, e * inverse.tail),
            Vector.multiplyAdd(rest, inverse.head, rest * inverse.tail)
        )
    }
}
