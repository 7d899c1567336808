// SPDX-License-Identifier: Apache-2.0

/// The sums of the terms of each row up to each of them, from the first on or from the last.
struct RunningTotal {
    /// The sum so far, in all lanes of a long row.
    private var sum = RowSum(Vector(repeating: 0), Vector(repeating: 0))

    /// Adds the term at an index, one above the one before.
    ///
    /// - Parameters:
    ///   - term: the term, 0 in lanes beyond the end of a row.
    ///   - rows: the rows.
    /// - Returns: the sum up to the term of each lane, with a rounding error of about 2^-106 of the largest
    ///   sum.
    @inline(always)
    mutating func add<Layout>(_ term: TwoDoubles, of rows: borrowing Rows<Layout>) -> TwoDoubles {
        guard Layout.isLong else { return addLanes(term) }
        var own = RowSum(term.head, term.tail)
        own.add(own.head.movedUp, own.tail.movedUp)
        own.add(own.head.movedUpByTwo, own.tail.movedUpByTwo)
        own.add(own.head.movedUpByFour, own.tail.movedUpByFour)
        return addParts(own, last: 7)
    }

    /// Adds the term at an index, one below the one before.
    ///
    /// - Parameters:
    ///   - term: the term, 0 in lanes beyond the end of a row.
    ///   - rows: the rows.
    /// - Returns: the sum from the term of each lane on.
    @inline(always)
    mutating func addBefore<Layout>(
        _ term: TwoDoubles,
        of rows: borrowing Rows<Layout>
    ) -> TwoDoubles {
        guard Layout.isLong else { return addLanes(term) }
        var own = RowSum(term.head, term.tail)
        own.add(own.head.movedDown, own.tail.movedDown)
        own.add(own.head.movedDownByTwo, own.tail.movedDownByTwo)
        own.add(own.head.movedDownByFour, own.tail.movedDownByFour)
        return addParts(own, last: 0)
    }

    @inline(always)
    private mutating func addLanes(_ term: TwoDoubles) -> TwoDoubles {
        sum.add(term.head, term.tail)
        return TwoDoubles.orderedSum(sum.head, sum.tail)
    }

    /// Adds the running sums of eight terms of a long row, all of which are in one lane.
    @inline(always)
    private mutating func addParts(_ own: RowSum<Vector>, last: Int) -> TwoDoubles {
        sum.add(own.head, own.tail)
        let lanes = TwoDoubles.orderedSum(sum.head, sum.tail)
        sum = RowSum(
            Vector(repeating: lanes.head[last]),
            Vector(repeating: lanes.tail[last])
        )
        return lanes
    }
}

extension Vector {
    /// The lanes one place further on, with 0 in the first.
    fileprivate var movedUp: Vector {
        @inline(always) get {
            Vector(0, self[0], self[1], self[2], self[3], self[4], self[5], self[6])
        }
    }

    fileprivate var movedUpByTwo: Vector {
        @inline(always) get { Vector(0, 0, self[0], self[1], self[2], self[3], self[4], self[5]) }
    }

    fileprivate var movedUpByFour: Vector {
        @inline(always) get { Vector(0, 0, 0, 0, self[0], self[1], self[2], self[3]) }
    }

    /// The lanes one place further back, with 0 in the last.
    fileprivate var movedDown: Vector {
        @inline(always) get {
            Vector(self[1], self[2], self[3], self[4], self[5], self[6], self[7], 0)
        }
    }

    fileprivate var movedDownByTwo: Vector {
        @inline(always) get { Vector(self[2], self[3], self[4], self[5], self[6], self[7], 0, 0) }
    }

    fileprivate var movedDownByFour: Vector {
        @inline(always) get { Vector(self[4], self[5], self[6], self[7], 0, 0, 0, 0) }
    }
}
