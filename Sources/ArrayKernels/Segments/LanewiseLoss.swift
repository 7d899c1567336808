// SPDX-License-Identifier: Apache-2.0

import ArrayMath

/// A loss of segments of which eight short ones are computed at once, each in a lane, but a long one in all
/// lanes.
///
/// The length of the first input alone decides, so that the bits of a segment do not depend on others.
protocol LanewiseLoss: SegmentwiseLoss, SegmentGroupKernel {
    /// The greatest length of segments that share vectors.
    static var sharedLength: Int { get }

    /// Throws if options do not fit the length of the first input.
    func check(length: Int) throws(SegmentError)

    /// Computes the losses of up to eight items, and the derivatives that their blocks request.
    func compute(_ items: borrowing Items, into blocks: inout [SegmentBlock])

    /// Computes the loss of a long segment, and the derivatives that the block requests.
    func computeLong(
        _ first: Span<Double>,
        _ second: Span<Double>,
        _ third: Span<Double>,
        _ fourth: Span<Double>,
        into block: inout SegmentBlock,
        check: () throws(SegmentError) -> Void
    ) throws(SegmentError)
}

extension LanewiseLoss {
    static var sharedLength: Int { 32 }

    func check(length _: Int) throws(SegmentError) {}

    package func compute(
        _ first: Span<Double>,
        _ second: Span<Double>,
        _ third: Span<Double>,
        _ fourth: Span<Double>,
        columns: Int,
        into block: inout SegmentBlock,
        check: () throws(SegmentError) -> Void
    ) throws(SegmentError) {
        try self.check(length: first.count)
        guard first.count <= Self.sharedLength else {
            try computeLong(first, second, third, fourth, into: &block, check: check)
            return
        }
        var blocks = [block]
        compute(Items(first, second, third, fourth, count: 1), into: &blocks)
        block = blocks[0]
    }

    package func compute(
        _ first: Span<Double>,
        _ second: Span<Double>,
        _ third: Span<Double>,
        _ fourth: Span<Double>,
        count: Int,
        into blocks: inout [SegmentBlock]
    ) -> Bool {
        let length = first.count / count
        guard length <= Self.sharedLength else { return false }
        do throws(SegmentError) {
            try check(length: length)
        } catch {
            return false
        }
        compute(Items(first, second, third, fourth, count: count), into: &blocks)
        return true
    }
}

/// The numbers of up to eight items of a padded batch, each in a lane; lanes beyond the last repeat it.
struct Items: ~Escapable {
    /// The number of items.
    let count: Int
    /// The length of the first input of an item.
    let length: Int
    private let inputs: (Span<Double>, Span<Double>, Span<Double>, Span<Double>)
    /// The item in each lane, and the offset of its numbers in the first input.
    private var lanes = InlineArray<8, Int>(repeating: 0)
    private var starts = InlineArray<8, Int>(repeating: 0)

    @_lifetime(copy first, copy second, copy third, copy fourth)
    init(
        _ first: Span<Double>,
        _ second: Span<Double>,
        _ third: Span<Double>,
        _ fourth: Span<Double>,
        count: Int
    ) {
        self.count = count
        length = first.count / count
        inputs = (first, second, third, fourth)
        for lane in 0..<Vector.width {
            lanes[lane] = Swift.min(lane, count - 1)
            starts[lane] = lanes[lane] * length
        }
    }

    /// The number of the first input at an index.
    @inline(always)
    func first(_ index: Int) -> Vector { Self.gather(inputs.0, starts, index) }

    /// The number of the second input at an index, if it is as long as the first.
    @inline(always)
    func second(_ index: Int) -> Vector { Self.gather(inputs.1, starts, index) }

    /// The number of the second input, if it has one for each item.
    var ofSecond: Vector {
        @inline(always) get { Self.gather(inputs.1, lanes, 0) }
    }

    /// The number of the third input, if it has one for each item.
    var ofThird: Vector {
        @inline(always) get { Self.gather(inputs.2, lanes, 0) }
    }

    /// The number of the fourth input, if it has one for each item.
    var ofFourth: Vector {
        @inline(always) get { Self.gather(inputs.3, lanes, 0) }
    }

    /// The numbers of the first input of an item.
    @_lifetime(copy self)
    func numbers(_ item: Int) -> Span<Double> {
        inputs.0.extracting((item * length)..<((item + 1) * length))
    }

    @inline(always)
    private static func gather(
        _ numbers: Span<Double>,
        _ starts: InlineArray<8, Int>,
        _ index: Int
    ) -> Vector {
        Vector(
            numbers[starts[0] &+ index],
            numbers[starts[1] &+ index],
            numbers[starts[2] &+ index],
            numbers[starts[3] &+ index],
            numbers[starts[4] &+ index],
            numbers[starts[5] &+ index],
            numbers[starts[6] &+ index],
            numbers[starts[7] &+ index]
        )
    }
}

extension [SegmentBlock] {
    /// Stores the losses of the first items.
    mutating func store(losses: Vector, of count: Int) {
        for item in 0..<count { self[item].loss = losses[item] }
    }

    /// Stores a number of a derivative of each of the first items.
    ///
    /// - Parameters:
    ///   - numbers: the numbers of the items.
    ///   - start: the offset of the derivative; `nil` if it is not requested.
    ///   - index: the index of the number in the derivative.
    ///   - count: the number of items.
    mutating func store(_ numbers: Vector, at start: Int?, _ index: Int = 0, of count: Int) {
        guard let start else { return }
        for item in 0..<count { self[item].numbers[start + index] = numbers[item] }
    }
}
