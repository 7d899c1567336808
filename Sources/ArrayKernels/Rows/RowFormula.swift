// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The quantities of a row that are computed before its derivatives.
protocol RowSummary {
    var loss: Vector { get }
    /// The rows whose loss has terms that cancel, so that the precise path is needed.
    var cancels: Mask { get }
    /// The sum of the predictions, if they are a distribution.
    var predictionSum: Vector { get }
    /// The sum of the targets, if they are a distribution.
    var targetSum: Vector { get }
}

extension RowSummary {
    var cancels: Mask { Mask(repeating: false) }
    var predictionSum: Vector { Vector(repeating: 1) }
    var targetSum: Vector { Vector(repeating: 1) }
}

/// The derivatives of the losses of eight rows with respect to one number of the first input.
struct RowPoint {
    let derivatives: Derivatives
    /// The lanes in which terms have cancelled, so that the precise path is needed.
    let cancels: Mask

    @inline(always)
    init(_ derivatives: Derivatives, cancels: Mask = Mask(repeating: false)) {
        self.derivatives = derivatives
        self.cancels = cancels
    }
}

/// A row-wise formula, stated for one row and computed for eight at once.
///
/// Rows are read twice: once for a summary with the loss, once for the derivatives, which are computed
/// column by column, so that the memory does not grow with the length of a row. A row whose loss or
/// derivatives have terms that cancel is computed again, with twice the precision of a double, together with
/// seven others.
protocol RowFormula: RowKernel {
    associatedtype Summary: RowSummary

    /// The number of inputs, at most three.
    static var inputCount: Int { get }

    /// The greatest count of numbers of a row that are kept for its derivatives.
    static var keptCapacity: Int { get }

    /// Whether the summary itself reads what it keeps, so that it keeps numbers without derivatives too.
    static var readsKept: Bool { get }

    /// Computes the losses; numbers may be kept for the derivatives.
    func summarize(_ rows: borrowing Rows<some LaneLayout>, _ kept: inout Kept) -> Summary

    /// The derivatives with respect to the numbers of the first input at an index.
    func point(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: Summary,
        _ kept: Kept
    ) -> RowPoint

    /// The derivatives with respect to the numbers of another input at an index.
    func others(
        _ input: Int,
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: Summary
    ) -> Derivatives

    /// The same, from numbers that were kept.
    func others(
        _ input: Int,
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: Summary,
        _ kept: Kept
    ) -> Derivatives

    /// The losses with twice the precision of a double.
    func preciseLoss(_ row: borrowing Rows<some LaneLayout>) -> Vector

    /// Summarizes rows on the precise path.
    func summarizePrecisely(_ row: borrowing Rows<some LaneLayout>, _ kept: inout Kept) -> Summary

    /// The derivatives with respect to the numbers of the first input by the precise path.
    func precisePoint(
        _ index: Int,
        _ row: borrowing Rows<some LaneLayout>,
        _ precise: Summary,
        _ kept: Kept
    ) -> RowPoint
}

extension RowFormula {
    static var keptCapacity: Int { Kept.capacity }

    static var readsKept: Bool { false }

    @inline(always)
    func others(
        _ input: Int,
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: Summary,
        _ kept: Kept
    ) -> Derivatives {
        others(input, index, rows, summary)
    }

    func preciseLoss(_ row: borrowing Rows<some LaneLayout>) -> Vector {
        var kept = Kept(count: 0)
        return summarize(row, &kept).loss
    }

    func summarizePrecisely(_ row: borrowing Rows<some LaneLayout>, _ kept: inout Kept) -> Summary {
        summarize(row, &kept)
    }

    func precisePoint(
        _ index: Int,
        _ row: borrowing Rows<some LaneLayout>,
        _ precise: Summary,
        _ kept: Kept
    ) -> RowPoint {
        point(index, row, precise, kept)
    }
}

extension RowFormula {
    package var sharedLength: Int { 128 }

    package var list: (option: String, values: [Double])? { nil }

    package var comparesDirections: Bool { false }

    package func compute(
        _ first: Span<Double>,
        _ second: Span<Double>,
        _ third: Span<Double>,
        _ group: RowGroup,
        hasClasses: Bool,
        into block: inout RowBlock
    ) {
        let weights = list?.values ?? []
        let (starts, width, capacity) = (group.starts.span, block.width, block.capacity)
        let wanted = Wanted(block)
        // The arrays are moved out of the block, which is inaccessible while a part of it is borrowed.
        var (columns, derivatives, numbers): ([Double], [Double], [Double]) = ([], [], [])
        swap(&columns, &block.columns)
        swap(&derivatives, &block.derivatives)
        swap(&numbers, &block.numbers)
        var kept = Kept(count: wanted.isAny || Self.readsKept ? width : 0)
        var (losses, slopes): ([Int], [Int]) = ([], [])
        for row in stride(from: 0, to: group.count, by: RowGroup.lanes) {
            let eight = EightRows(starts, from: row, length: group.length, step: group.step)
            eight.transpose(first, second, third, into: &columns, width)
            let rows = Rows(
                columns.span,
                width,
                inputCount: Self.inputCount,
                list: weights.span,
                classes: hasClasses
                    ? eight.classes(group.classes.span, from: row) : Vector(repeating: 0),
                hasClasses: hasClasses,
                length: group.length
            )
            let summary = summarize(rows, &kept)
            block.set(summary, at: row)
            var cancelled = Mask(repeating: false)
            if wanted.isAny {
                cancelled = derive(
                    rows,
                    summary,
                    kept,
                    0..<group.length,
                    wanted,
                    width,
                    into: &derivatives
                )
                eight.transposeBack(
                    derivatives.span,
                    width,
                    into: &numbers,
                    capacity,
                    from: row,
                    inputs: Self.inputCount,
                    wanted
                )
            }
            let cancels = summary.cancels
            if (cancelled .| cancels).isAny {
                for lane in 0..<min(8, group.count - row) {
                    if cancels[lane] { losses.append(row + lane) }
                    if cancelled[lane] { slopes.append(row + lane) }
                }
            }
        }
        for start in stride(from: 0, to: losses.count, by: RowGroup.lanes) {
            let own = losses[start..<min(start + RowGroup.lanes, losses.count)]
            let eight = EightRows(group, own)
            eight.transpose(first, second, third, into: &columns, width)
            let loss = preciseLoss(
                Rows(
                    columns.span,
                    width,
                    inputCount: Self.inputCount,
                    list: weights.span,
                    classes: hasClasses ? group.classes(own) : Vector(repeating: 0),
                    hasClasses: hasClasses,
                    length: group.length
                )
            )
            for (lane, row) in own.enumerated() { block.losses[row] = loss[lane] }
        }
        for start in stride(from: 0, to: slopes.count, by: RowGroup.lanes) {
            let own = slopes[start..<min(start + RowGroup.lanes, slopes.count)]
            let eight = EightRows(group, own)
            eight.transpose(first, second, third, into: &columns, width)
            derivePrecisely(
                Rows(
                    columns.span,
                    width,
                    inputCount: Self.inputCount,
                    list: weights.span,
                    classes: hasClasses ? group.classes(own) : Vector(repeating: 0),
                    hasClasses: hasClasses,
                    length: group.length
                ),
                own,
                wanted,
                capacity,
                &kept,
                into: &numbers
            )
        }
        swap(&columns, &block.columns)
        swap(&derivatives, &block.derivatives)
        swap(&numbers, &block.numbers)
    }

    package func computeLong(
        _ first: Span<Double>,
        _ second: Span<Double>,
        _ third: Span<Double>,
        _ group: RowGroup,
        hasClasses: Bool,
        into block: inout RowBlock,
        checkCancellation: () throws(LossError) -> Void,
        check: (borrowing RowBlock) throws(LossError) -> Void,
        flush: (borrowing RowBlock, Range<Int>) throws(LossError) -> Void
    ) throws(LossError) {
        let weights = list?.values ?? []
        // A row whose numbers are not contiguous is copied.
        let own = group.starts[0]
        let firstCopy = group.step == 1 ? [] : group.copy(first, from: own)
        let secondCopy = group.step == 1 ? [] : group.copy(second, from: own)
        let thirdCopy = group.step == 1 ? [] : group.copy(third, from: own)
        let rows = Rows<LongRow>(
            group.step == 1 ? group.row(of: first) : firstCopy.span,
            group.step == 1 ? group.row(of: second) : secondCopy.span,
            group.step == 1 ? group.row(of: third) : thirdCopy.span,
            list: weights.span,
            classes: Vector(repeating: hasClasses ? group.classes[0] : 0),
            hasClasses: hasClasses,
            length: group.length
        )
        let wanted = Wanted(block)
        var kept = Kept(
            count: wanted.isAny || Self.readsKept ? (group.length + 7) / 8 * 8 : 0,
            capacity: Self.keptCapacity
        )
        let summary = summarize(rows, &kept)
        block.set(summary, at: 0)
        if summary.cancels.isAny { block.losses[0] = preciseLoss(rows)[0] }
        try check(block)
        guard wanted.isAny else { return }
        let capacity = block.capacity
        var precise: (summary: Summary, kept: Kept)?
        for start in stride(from: 0, to: group.length, by: RowBlock.stripLength) {
            let columns = start..<min(start + RowBlock.stripLength, group.length)
            let indices = (columns.lowerBound / 8)..<((columns.upperBound + 7) / 8)
            let cancelled = derive(
                rows,
                summary,
                kept,
                indices,
                wanted,
                capacity,
                into: &block.numbers
            )
            if cancelled.isAny {
                if precise == nil {
                    var kept = kept
                    let summary = summarizePrecisely(rows, &kept)
                    precise = (summary, kept)
                }
                if let precise {
                    var numbers = block.numbers.mutableSpan
                    for index in indices
                    where point(index, rows, summary, kept).cancels.isAny {
                        numbers.store(
                            precisePoint(index, rows, precise.summary, precise.kept).derivatives,
                            at: (index &- indices.lowerBound) &* 8,
                            input: 0,
                            wanted,
                            capacity
                        )
                    }
                }
            }
            try flush(block, columns)
        }
    }

    /// Computes the derivatives at a range of indices, `width` numbers for each; returns the lanes in
    /// which terms have cancelled.
    private func derive(
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: Summary,
        _ kept: Kept,
        _ indices: Range<Int>,
        _ wanted: Wanted,
        _ width: Int,
        into numbers: inout [Double]
    ) -> Mask {
        var output = numbers.mutableSpan
        var cancelled = Mask(repeating: false)
        if (wanted.gradients | wanted.hessians) & 1 != 0 {
            for index in indices {
                let point = point(index, rows, summary, kept)
                cancelled .|= point.cancels
                output.store(
                    point.derivatives,
                    at: (index &- indices.lowerBound) &* 8,
                    input: 0,
                    wanted,
                    width
                )
            }
        }
        for input in 1..<max(Self.inputCount, 1) where wanted.includes(input) {
            for index in indices {
                output.store(
                    others(input, index, rows, summary, kept),
                    at: (index &- indices.lowerBound) &* 8,
                    input: input,
                    wanted,
                    width
                )
            }
        }
        return cancelled
    }

    /// Computes the derivatives of up to eight rows by the precise path.
    private func derivePrecisely(
        _ rows: borrowing Rows<RowPerLane>,
        _ own: ArraySlice<Int>,
        _ wanted: Wanted,
        _ capacity: Int,
        _ kept: inout Kept,
        into numbers: inout [Double]
    ) {
        let precise = summarizePrecisely(rows, &kept)
        var output = numbers.mutableSpan
        for index in 0..<rows.count {
            let derivatives = precisePoint(index, rows, precise, kept).derivatives
            let curvature = wanted.usesSurrogate ? derivatives.surrogate : derivatives.hessian
            for (lane, row) in own.enumerated() {
                let place = row &* rows.count &+ index
                if wanted.gradients & 1 != 0 { output[place] = derivatives.gradient[lane] }
                if wanted.hessians & 1 != 0 { output[capacity &+ place] = curvature[lane] }
            }
        }
    }
}

/// The derivatives that are requested.
private struct Wanted {
    let gradients: UInt8
    let hessians: UInt8
    let usesSurrogate: Bool

    init(_ block: borrowing RowBlock) {
        gradients = block.gradients.bits
        hessians = block.hessians.bits
        usesSurrogate = block.usesSurrogate
    }

    var isAny: Bool { gradients | hessians != 0 }

    /// Whether a derivative with respect to an input is requested.
    func includes(_ input: Int) -> Bool {
        (gradients | hessians) &>> UInt8(truncatingIfNeeded: input) & 1 == 1
    }
}

extension MutableSpan<Double> {
    /// Stores the requested derivatives with respect to an input.
    @inline(always)
    @_lifetime(self: copy self)
    fileprivate mutating func store(
        _ derivatives: Derivatives,
        at offset: Int,
        input: Int,
        _ wanted: Wanted,
        _ width: Int
    ) {
        let bit = UInt8(1) &<< UInt8(truncatingIfNeeded: input)
        if wanted.gradients & bit != 0 {
            store(derivatives.gradient, at: 2 &* input &* width &+ offset)
        }
        if wanted.hessians & bit != 0 {
            store(
                wanted.usesSurrogate ? derivatives.surrogate : derivatives.hessian,
                at: (2 &* input &+ 1) &* width &+ offset
            )
        }
    }
}

extension RowBlock {
    fileprivate mutating func set(_ summary: some RowSummary, at row: Int) {
        var span = losses.mutableSpan
        span.store(summary.loss, at: row)
        var predictions = predictionSums.mutableSpan
        predictions.store(summary.predictionSum, at: row)
        var targets = targetSums.mutableSpan
        targets.store(summary.targetSum, at: row)
    }
}

extension RowGroup {
    /// The classes of up to eight rows, given by their indices.
    func classes(_ rows: ArraySlice<Int>) -> Vector {
        var classes = Vector(repeating: 0)
        for (lane, row) in rows.enumerated() { classes[lane] = self.classes[row] }
        return classes
    }

    /// The first row of a tensor with contiguous rows; empty if there is no such input.
    @_lifetime(copy tensor)
    func row(of tensor: Span<Double>) -> Span<Double> {
        tensor.isEmpty ? tensor : tensor.extracting(starts[0]..<(starts[0] + length))
    }

    /// A copy of the row of a tensor that begins at an offset; empty if there is no such input.
    func copy(_ tensor: Span<Double>, from start: Int) -> [Double] {
        guard !tensor.isEmpty else { return [] }
        return (0..<length).map { tensor[start + $0 * step] }
    }
}

/// The positions of eight rows in their tensors; lanes beyond the last row repeat it.
private struct EightRows {
    private let starts: InlineArray<8, Int>
    private let count: Int
    private let length: Int
    private let step: Int

    @inline(always)
    init(_ all: Span<Int>, from first: Int, length: Int, step: Int) {
        let last = all.count &- 1
        var starts = InlineArray<8, Int>(repeating: 0)
        for lane in 0..<8 { starts[lane] = all[min(first &+ lane, last)] }
        self.starts = starts
        count = min(8, all.count &- first)
        self.length = length
        self.step = step
    }

    /// Creates the positions of up to eight rows of a group, given by their indices.
    init(_ group: RowGroup, _ rows: ArraySlice<Int>) {
        var starts = InlineArray<8, Int>(repeating: group.starts[rows[rows.endIndex - 1]])
        for (lane, row) in rows.enumerated() { starts[lane] = group.starts[row] }
        self.starts = starts
        count = rows.count
        length = group.length
        step = group.step
    }

    @inline(always)
    func classes(_ all: Span<Double>, from first: Int) -> Vector {
        if first <= all.count &- 8 { return all.vector(at: first) }
        var classes = Vector(repeating: 0)
        for lane in 0..<8 { classes[lane] = all[min(first &+ lane, all.count &- 1)] }
        return classes
    }

    /// Copies the rows of up to three inputs column by column, `width` numbers for each.
    @inline(always)
    func transpose(
        _ first: Span<Double>,
        _ second: Span<Double>,
        _ third: Span<Double>,
        into columns: inout [Double],
        _ width: Int
    ) {
        transpose(first, into: &columns, at: 0)
        if !second.isEmpty { transpose(second, into: &columns, at: width) }
        if !third.isEmpty { transpose(third, into: &columns, at: 2 &* width) }
    }

    /// Copies the rows of a tensor column by column: each column has a number of each row.
    private func transpose(_ tensor: Span<Double>, into columns: inout [Double], at offset: Int) {
        var columns = columns.mutableSpan
        // A square of the last row may extend beyond the tensor if rows are shorter than a vector.
        if step == 1, length >= 8 || starts[7] &+ 8 <= tensor.count {
            Self.forEachSquare(of: length) { column in
                let square = Square(
                    tensor.vector(at: starts[0] &+ column),
                    tensor.vector(at: starts[1] &+ column),
                    tensor.vector(at: starts[2] &+ column),
                    tensor.vector(at: starts[3] &+ column),
                    tensor.vector(at: starts[4] &+ column),
                    tensor.vector(at: starts[5] &+ column),
                    tensor.vector(at: starts[6] &+ column),
                    tensor.vector(at: starts[7] &+ column)
                ).transposed
                let place = offset &+ column &* 8
                columns.store(square.a, at: place)
                columns.store(square.b, at: place &+ 8)
                columns.store(square.c, at: place &+ 16)
                columns.store(square.d, at: place &+ 24)
                columns.store(square.e, at: place &+ 32)
                columns.store(square.f, at: place &+ 40)
                columns.store(square.g, at: place &+ 48)
                columns.store(square.h, at: place &+ 56)
            }
            return
        }
        for column in 0..<length {
            let place = column &* step
            let numbers = Vector(
                tensor[starts[0] &+ place],
                tensor[starts[1] &+ place],
                tensor[starts[2] &+ place],
                tensor[starts[3] &+ place],
                tensor[starts[4] &+ place],
                tensor[starts[5] &+ place],
                tensor[starts[6] &+ place],
                tensor[starts[7] &+ place]
            )
            columns.store(numbers, at: offset &+ column &* 8)
        }
    }

    /// Calls a function with the first column of each square of rows of a length.
    ///
    /// The last square overlaps the one before it unless the length is a multiple of eight, and extends beyond
    /// the row if that is shorter than a vector.
    @inline(always)
    private static func forEachSquare(of length: Int, _ body: (_ column: Int) -> Void) {
        var column = 0
        while column <= length &- 8 {
            body(column)
            column &+= 8
        }
        if column < length { body(max(0, length &- 8)) }
    }

    /// Copies the columns of derivatives to their rows.
    ///
    /// - Parameters:
    ///   - columns: the derivatives, `width` numbers for each.
    ///   - width: the distance between derivatives in `columns`.
    ///   - numbers: receives the rows.
    ///   - capacity: the distance between derivatives in `numbers`.
    ///   - first: the index of the first row.
    ///   - inputs: the number of inputs.
    ///   - wanted: the derivatives that are requested.
    func transposeBack(
        _ columns: Span<Double>,
        _ width: Int,
        into numbers: inout [Double],
        _ capacity: Int,
        from first: Int,
        inputs: Int,
        _ wanted: Wanted
    ) {
        var numbers = numbers.mutableSpan
        for derivative in 0..<(2 &* inputs) {
            let bits = derivative & 1 == 0 ? wanted.gradients : wanted.hessians
            guard bits &>> UInt8(truncatingIfNeeded: derivative / 2) & 1 == 1 else { continue }
            transposeBack(
                columns.extracting((derivative &* width)..<((derivative &+ 1) &* width)),
                into: &numbers,
                at: derivative &* capacity &+ first &* length
            )
        }
    }

    private func transposeBack(
        _ columns: Span<Double>,
        into numbers: inout MutableSpan<Double>,
        at offset: Int
    ) {
        // Rows are stored in order: what a square writes beyond a short row belongs to the next one.
        Self.forEachSquare(of: length) { column in
            let start = column &* 8
            let square = Square(
                columns.vector(at: start),
                columns.vector(at: start &+ 8),
                columns.vector(at: start &+ 16),
                columns.vector(at: start &+ 24),
                columns.vector(at: start &+ 32),
                columns.vector(at: start &+ 40),
                columns.vector(at: start &+ 48),
                columns.vector(at: start &+ 56)
            ).transposed
            let place = offset &+ column
            numbers.store(square.a, at: place)
            if count > 1 { numbers.store(square.b, at: place &+ length) }
            if count > 2 { numbers.store(square.c, at: place &+ 2 &* length) }
            if count > 3 { numbers.store(square.d, at: place &+ 3 &* length) }
            if count > 4 { numbers.store(square.e, at: place &+ 4 &* length) }
            if count > 5 { numbers.store(square.f, at: place &+ 5 &* length) }
            if count > 6 { numbers.store(square.g, at: place &+ 6 &* length) }
            if count > 7 { numbers.store(square.h, at: place &+ 7 &* length) }
        }
    }
}
