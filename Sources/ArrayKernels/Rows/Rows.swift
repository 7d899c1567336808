// SPDX-License-Identifier: Apache-2.0

/// The assignment of the lanes of a vector to rows.
protocol LaneLayout {
    /// Whether all lanes are parts of one row.
    static var isLong: Bool { get }
}

/// Each lane is a row.
enum RowPerLane: LaneLayout {
    static var isLong: Bool { false }
}

/// All lanes are parts of one row.
enum LongRow: LaneLayout {
    static var isLong: Bool { true }
}

/// Eight rows at once, each in a lane, or one long row, of which all lanes are parts.
///
/// Formulas need not distinguish the two: a sum over a row is the same in all lanes of that row.
struct Rows<Layout: LaneLayout>: ~Escapable {
    private let first: Span<Double>
    private let second: Span<Double>
    private let third: Span<Double>
    private let list: Span<Double>
    /// The class index of the row of each lane.
    let classes: Vector
    let hasClasses: Bool
    private let length: Int
    /// The number of vectors.
    let count: Int

    @_lifetime(copy first, copy second, copy third, copy list)
    init(
        _ first: Span<Double>,
        _ second: Span<Double>,
        _ third: Span<Double>,
        list: Span<Double>,
        classes: Vector,
        hasClasses: Bool,
        length: Int
    ) {
        self.first = first
        self.second = second
        self.third = third
        self.list = list
        self.classes = classes
        self.hasClasses = hasClasses
        self.length = length
        count = Layout.isLong ? (length &+ 7) / 8 : length
    }

    /// Creates a row of a loss with one input.
    @_lifetime(copy first)
    init(_ first: Span<Double>, length: Int) {
        self.init(
            first,
            first.extracting(0..<0),
            first.extracting(0..<0),
            list: first.extracting(0..<0),
            classes: Vector(repeating: 0),
            hasClasses: false,
            length: length
        )
    }

    /// Creates eight rows from the columns of their inputs, `width` numbers for each.
    @_lifetime(copy columns, copy list)
    @inline(always)
    init(
        _ columns: Span<Double>,
        _ width: Int,
        inputCount: Int,
        list: Span<Double>,
        classes: Vector,
        hasClasses: Bool,
        length: Int
    ) where Layout == RowPerLane {
        let used = 8 &* length
        self.init(
            columns.extracting(0..<used),
            columns.extracting(inputCount > 1 ? width..<(width &+ used) : 0..<0),
            columns.extracting(inputCount > 2 ? (2 &* width)..<(2 &* width &+ used) : 0..<0),
            list: list,
            classes: classes,
            hasClasses: hasClasses,
            length: length
        )
    }

    /// The length of a row.
    var rowLength: Double { Double(length) }

    /// The first input: predictions.
    @inline(always)
    func x(_ index: Int) -> Vector { vector(first, index) }

    /// The second input: targets, with 1 for the class of a row and 0 for others.
    @inline(always)
    func y(_ index: Int) -> Vector {
        guard hasClasses else { return vector(second, index) }
        return Vector(repeating: 0).replacing(with: 1, where: place(index) .== classes)
    }

    /// Whether each lane is the class of its row.
    @inline(always)
    func isClass(_ index: Int) -> Mask { place(index) .== classes }

    /// The third input.
    @inline(always)
    func z(_ index: Int) -> Vector { vector(third, index) }

    /// The value of the option that is a list along the row.
    @inline(always)
    func weight(_ index: Int) -> Vector {
        Layout.isLong ? Self.vector(list, index, length) : Vector(repeating: list[index])
    }

    /// The index of each lane within its row.
    @inline(always)
    func place(_ index: Int) -> Vector {
        Layout.isLong
            ? Vector(0, 1, 2, 3, 4, 5, 6, 7) + Double(index &* 8) : Vector(repeating: Double(index))
    }

    /// A term with 0 in the lanes beyond the end of the row.
    @inline(always)
    fileprivate func masked(_ term: Vector, _ index: Int) -> Vector {
        guard Layout.isLong, index == count &- 1 else { return term }
        return Vector(repeating: 0).replacing(with: term, where: place(index) .< rowLength)
    }

    /// The sums of the lanes of a long row; for others, the lanes as they are.
    @inline(always)
    func total(_ lanes: Vector) -> Vector {
        Layout.isLong ? Vector(repeating: lanes.sum()) : lanes
    }

    /// The greatest of the lanes of a long row, which are not negative; for others, the lanes as they
    /// are.
    @inline(always)
    func greatest(of lanes: Vector) -> Vector {
        Layout.isLong ? Vector(repeating: lanes.max()) : lanes
    }

    /// The greatest of some numbers of each row, and the index of its first occurrence.
    @inline(always)
    func greatest(
        of number: (_ rows: borrowing Self, _ index: Int) -> Vector
    ) -> (value: Vector, place: Vector) {
        let least = Vector(repeating: -.infinity)
        var (value, place) = (least, self.place(0))
        for index in 0..<count {
            var x = number(self, index)
            let own = self.place(index)
            if Layout.isLong, index == count &- 1 {
                x = least.replacing(with: x, where: own .< rowLength)
            }
            let isMore = x .> value
            value = value.replacing(with: x, where: isMore)
            place = place.replacing(with: own, where: isMore)
        }
        guard Layout.isLong else { return (value, place) }
        let most = value.max()
        let first = place.replacing(with: .infinity, where: value .< most).min()
        return (Vector(repeating: most), Vector(repeating: first))
    }

    /// The sum of the lanes of a long row; for others, the sums of the lanes as they are.
    @inline(always)
    fileprivate func reduced(_ sum: RowSum<Vector>) -> TwoDoubles {
        guard Layout.isLong else { return TwoDoubles.orderedSum(sum.head, sum.tail) }
        var whole = RowSum(0.0, 0.0)
        for lane in 0..<Vector.width { whole.add(sum.head[lane], sum.tail[lane]) }
        return TwoDoubles.orderedSum(
            Vector(repeating: whole.head),
            Vector(repeating: whole.tail)
        )
    }

    @inline(always)
    private func vector(_ numbers: Span<Double>, _ index: Int) -> Vector {
        Layout.isLong ? Self.vector(numbers, index, length) : numbers.vector(at: index &* 8)
    }

    /// A vector of a long row, with 0 beyond its end.
    @inline(always)
    private static func vector(_ numbers: Span<Double>, _ index: Int, _ length: Int) -> Vector {
        let offset = index &* 8
        return offset <= length &- 8 ? numbers.vector(at: offset) : numbers.lastVector(at: offset)
    }
}

/// A sum over each row, with the rounding errors.
struct RowTotal {
    private var sum = RowSum(Vector(repeating: 0), Vector(repeating: 0))

    @inline(always)
    init() {}

    /// Adds the term at an index of the rows.
    @inline(always)
    mutating func add(_ term: TwoDoubles, at index: Int, of rows: borrowing Rows<some LaneLayout>) {
        sum.add(rows.masked(term.head, index), rows.masked(term.tail, index))
    }

    /// Adds the term at an index of the rows.
    @inline(always)
    mutating func add(_ term: Vector, at index: Int, of rows: borrowing Rows<some LaneLayout>) {
        sum.add(rows.masked(term, index))
    }

    /// The sum, the same in all lanes of a row.
    @inline(always)
    func value(of rows: borrowing Rows<some LaneLayout>) -> TwoDoubles { rows.reduced(sum) }
}

/// A sum over each row that need not be accurate.
struct RoughRowTotal {
    private var sum = Vector(repeating: 0)

    @inline(always)
    init() {}

    /// Adds the term at an index of the rows.
    @inline(always)
    mutating func add(_ term: Vector, at index: Int, of rows: borrowing Rows<some LaneLayout>) {
        sum = sum + rows.masked(term, index)
    }

    /// The sum, the same in all lanes of a row.
    @inline(always)
    func value(of rows: borrowing Rows<some LaneLayout>) -> Vector { rows.total(sum) }
}
