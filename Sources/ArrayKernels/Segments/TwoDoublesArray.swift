// SPDX-License-Identifier: Apache-2.0

import ArrayMath

/// Unevaluated sums of head and tail, which are read and written eight at a time.
struct TwoDoublesArray {
    private var heads: [Double]
    private var tails: [Double]

    /// Creates zeros, in a whole number of vectors.
    init(count: Int) {
        let padded = ElementBlock.padded(count)
        heads = [Double](repeating: 0, count: padded)
        tails = [Double](repeating: 0, count: padded)
    }

    /// Eight numbers from an offset on.
    @inline(always)
    func vector(at offset: Int) -> TwoDoubles {
        TwoDoubles(head: heads.span.vector(at: offset), tail: tails.span.vector(at: offset))
    }

    /// One number, in all lanes.
    @inline(always)
    func repeated(_ index: Int) -> TwoDoubles {
        TwoDoubles(
            head: Vector(repeating: heads[index]),
            tail: Vector(repeating: tails[index])
        )
    }

    /// Stores eight numbers from an offset on.
    @inline(always)
    mutating func store(_ numbers: TwoDoubles, at offset: Int) {
        var heads = heads.mutableSpan
        heads.store(numbers.head, at: offset)
        var tails = tails.mutableSpan
        tails.store(numbers.tail, at: offset)
    }

    /// Stores the number in the first lane.
    @inline(always)
    mutating func storeFirst(_ numbers: TwoDoubles, at index: Int) {
        heads[index] = numbers.head[0]
        tails[index] = numbers.tail[0]
    }

    /// Copies a number of another array.
    @inline(always)
    mutating func copy(_ source: Int, of other: TwoDoublesArray, to index: Int) {
        heads[index] = other.heads[source]
        tails[index] = other.tails[source]
    }

    /// Adds the term in the first lane to a number.
    @inline(always)
    mutating func addFirst(_ terms: TwoDoubles, at index: Int) {
        storeFirst(repeated(index) + terms, at: index)
    }

    /// Adds eight terms to the numbers from an offset on, with rounding errors of about 2^-106 of the
    /// largest sum.
    @inline(always)
    mutating func add(_ terms: TwoDoubles, at offset: Int) {
        var sum = LaneTotal(vector(at: offset))
        sum.add(terms)
        store(sum.lanes, at: offset)
    }
}

/// Sums of terms, one in each lane, with rounding errors of about 2^-106 of the largest sum.
struct LaneTotal {
    private var sum: RowSum<Vector>

    @inline(always)
    init(_ start: TwoDoubles = TwoDoubles(repeating: 0)) {
        sum = RowSum(start.head, start.tail)
    }

    @inline(always)
    mutating func add(_ terms: TwoDoubles) { sum.add(terms.head, terms.tail) }

    /// The sum in each lane.
    var lanes: TwoDoubles {
        @inline(always) get { TwoDoubles.orderedSum(sum.head, sum.tail) }
    }

    /// The sum of all lanes, in each of them.
    var total: TwoDoubles {
        @inline(always) get {
            var whole = RowSum(0.0, 0.0)
            for lane in 0..<Vector.width { whole.add(sum.head[lane], sum.tail[lane]) }
            return TwoDoubles.orderedSum(
                Vector(repeating: whole.head),
                Vector(repeating: whole.tail)
            )
        }
    }
}

extension Vector {
    /// The indices of eight consecutive numbers from an offset on.
    @inline(always)
    static func indices(from offset: Int) -> Vector {
        Vector(0, 1, 2, 3, 4, 5, 6, 7) + Double(offset)
    }
}

extension TwoDoubles {
    var magnitude: TwoDoubles {
        @inline(always) get { replacing(with: -self, where: head .< 0) }
    }

    /// The numbers where a mask is true, 0 elsewhere.
    @inline(always)
    func kept(where mask: Mask) -> TwoDoubles {
        TwoDoubles(repeating: 0).replacing(with: self, where: mask)
    }

    /// σ(x) = 1 / (1 + e^-x), σ(-x) and log(1 + e^x), none of them as a difference.
    @inline(always)
    static func logistic(
        _ x: TwoDoubles
    ) -> (value: TwoDoubles, complement: TwoDoubles, softplus: TwoDoubles) {
        let isNegative = x.head .< 0
        let power = exp((-x).replacing(with: x, where: isNegative))
        let sum = power + Vector(repeating: 1)
        let (less, more) = (power / sum, Vector(repeating: 1) / sum)
        return (
            more.replacing(with: less, where: isNegative),
            less.replacing(with: more, where: isNegative),
            log1p(power) + x.kept(where: x.head .> 0)
        )
    }
}
