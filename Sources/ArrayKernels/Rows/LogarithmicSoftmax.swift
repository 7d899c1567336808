// SPDX-License-Identifier: Apache-2.0

/// The softmax p of rows of logits and the logarithms of p, in two doubles; no complement cancels.
struct LogarithmicSoftmax {
    private let softmax: Softmax
    private let divisor: Vector
    /// log Σ e^((z - max z)/T).
    private let logarithmOfSum: TwoDoubles

    /// - Parameters:
    ///   - rows: the rows.
    ///   - kept: receives the exponentials.
    ///   - temperature: the number T by which logits are divided.
    ///   - logit: a logit.
    @inline(always)
    init<Layout: LaneLayout>(
        _ rows: borrowing Rows<Layout>,
        _ kept: inout Kept,
        dividedBy temperature: Double = 1,
        of logit: (_ rows: borrowing Rows<Layout>, _ index: Int) -> Vector
    ) {
        softmax = Softmax(rows, .twofold, &kept, dividedBy: temperature, of: logit)
        divisor = Vector(repeating: temperature)
        logarithmOfSum = .log1p(softmax.othersSum)
    }

    /// log Σ e^(z/T).
    var logSumExp: TwoDoubles {
        @inline(always) get { TwoDoubles(softmax.maximum) / divisor + logarithmOfSum }
    }

    /// log p of a logit.
    @inline(always)
    func logarithm(of logit: Vector) -> TwoDoubles {
        TwoDoubles.difference(logit, softmax.maximum) / divisor - logarithmOfSum
    }

    /// p of a logit, by its index.
    @inline(always)
    func probability(_ index: Int, of logit: Vector, _ kept: Kept) -> TwoDoubles {
        let power = kept.isEmpty ? softmax.exponential(of: logit, .twofold) : kept.numbers(index)
        return softmax.probability(power)
    }

    /// 1 - p of the number of the first input at an index.
    @inline(always)
    func complement(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ kept: Kept
    ) -> TwoDoubles {
        softmax.complement(
            index,
            rows,
            softmax.exponential(index, rows, .twofold, kept)
        )
    }

    /// The product of p with a factor, whose digits are kept where p is subnormal.
    @inline(always)
    static func product(
        _ p: TwoDoubles,
        _ factor: TwoDoubles,
        _ logarithm: TwoDoubles
    ) -> Vector {
        let product = (p * factor).rounded
        let isTiny = p.head .< 0x1p-900
        guard isTiny.isAny else { return product }
        return product.replacing(
            with: .exp(logarithm, times: factor.rounded),
            where: isTiny
        )
    }
}
