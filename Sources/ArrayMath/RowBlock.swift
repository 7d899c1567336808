// SPDX-License-Identifier: Apache-2.0

package import LossFacts

/// A group of rows of the inputs of a loss.
package struct RowGroup: Sendable {
    /// The number of rows that are computed at once.
    package static let lanes = 8

    /// The length of a row.
    package let length: Int
    /// The distance between consecutive numbers of a row in its tensor.
    package let step: Int
    /// Whether rows are so long that each is computed separately.
    ///
    /// It depends on the length alone, so that the bits of a row do not depend on other rows.
    package let isLong: Bool
    /// The offset of the first number of each row.
    package private(set) var starts: [Int] = []
    /// The class index of each row, if the targets are class indices.
    package private(set) var classes: [Double] = []

    /// Creates a group without rows.
    ///
    /// - Parameters:
    ///   - length: the length of a row.
    ///   - step: the distance between consecutive numbers of a row in its tensor.
    ///   - total: the number of rows of all groups.
    ///   - sharedLength: the greatest length of rows that are computed together.
    package init(length: Int, step: Int, of total: Int, sharedLength: Int) {
        self.length = length
        self.step = step
        isLong = length > sharedLength
        let vectors = min(2_048 / max(length, 1) / Self.lanes, (total + 7) / Self.lanes)
        capacity = isLong ? 1 : max(1, vectors) * Self.lanes
        starts.reserveCapacity(capacity)
        classes.reserveCapacity(capacity)
    }

    /// The maximum number of rows: about 2,048 numbers, which stay in the cache.
    package let capacity: Int

    package var count: Int { starts.count }

    /// Adds a row.
    package mutating func append(start: Int, class index: Double) {
        starts.append(start)
        classes.append(index)
    }

    /// Replaces the rows by consecutive ones of a tensor with contiguous rows.
    package mutating func replace(with rows: Range<Int>, classes: ArraySlice<Double>) {
        removeAll()
        starts.append(addingCapacity: rows.count) { output in
            for row in rows { output.append(row &* length) }
        }
        self.classes.append(contentsOf: classes)
    }

    package mutating func removeAll() {
        starts.removeAll(keepingCapacity: true)
        classes.removeAll(keepingCapacity: true)
    }
}

/// The losses and derivatives of a group of rows.
package struct RowBlock: Sendable {
    /// The maximum number of columns of a long row whose derivatives are computed at once.
    package static let stripLength = 4_096

    /// The inputs whose gradients and Hessians are computed.
    package let gradients: InputSet
    package let hessians: InputSet
    /// Whether surrogates are computed in place of second derivatives.
    package let usesSurrogate: Bool
    /// The maximum length of a derivative.
    package let capacity: Int
    /// The maximum length of an input for eight rows.
    package let width: Int

    /// The loss of each row.
    package var losses: [Double]
    /// The sum of each row of predictions and of targets, if they are distributions.
    package var predictionSums: [Double]
    package var targetSums: [Double]
    /// Derivatives, row after row: a gradient and a Hessian for each of up to three inputs.
    package var numbers: [Double]
    /// The inputs of eight rows, column by column.
    package var columns: [Double]
    /// The derivatives of eight rows, column by column.
    package var derivatives: [Double]

    package init(
        inputCount: Int,
        group: RowGroup,
        gradients: InputSet,
        hessians: InputSet,
        usesSurrogate: Bool
    ) {
        self.gradients = gradients
        self.hessians = hessians
        self.usesSurrogate = usesSurrogate
        // A multiple of eight, so that a vector fits at the end.
        let padded = (group.length + 7) / 8 * 8
        capacity =
            group.isLong
            ? min(padded, Self.stripLength) : padded * group.capacity
        width = group.isLong ? 0 : padded * RowGroup.lanes
        let derivativeCount = gradients.isEmpty && hessians.isEmpty ? 0 : 2 * inputCount
        let rows = (group.capacity + 7) / 8 * 8
        losses = [Double](repeating: 0, count: rows)
        predictionSums = [Double](repeating: 1, count: rows)
        targetSums = [Double](repeating: 1, count: rows)
        numbers = [Double](repeating: 0, count: derivativeCount * capacity)
        columns = [Double](repeating: 0, count: inputCount * width)
        derivatives = [Double](repeating: 0, count: derivativeCount * width)
    }

    /// Multiplies the derivatives of a row, of which each has `count` numbers, by a weight.
    package mutating func multiply(_ row: Int, by weight: Double, count: Int) {
        for start in stride(from: 0, to: numbers.count, by: capacity) {
            let first = start + row * count
            for offset in first..<(first + count) { numbers[offset] *= weight }
        }
    }

    /// The offset in `numbers` of a gradient, or of a Hessian.
    package func offset(of input: Int, isHessian: Bool) -> Int {
        (2 * input + (isHessian ? 1 : 0)) * capacity
    }
}

/// A row-wise loss with its options set, compiled for one instruction set.
///
/// The inputs are whole tensors; the second is empty if it has class indices, and those beyond the
/// signature are empty.
package protocol RowKernel: Sendable {
    /// The greatest length of rows of which eight are computed at once.
    var sharedLength: Int { get }

    /// The values of an option for each number of a row, with the option's name; `nil` if there is
    /// none.
    var list: (option: String, values: [Double])? { get }

    /// Whether the loss is not a number where a row of an input consists of zeros, which has no direction.
    var comparesDirections: Bool { get }

    /// Computes the losses of rows that are not long, and the derivatives that the block requests.
    func compute(
        _ first: Span<Double>,
        _ second: Span<Double>,
        _ third: Span<Double>,
        _ rows: RowGroup,
        hasClasses: Bool,
        into block: inout RowBlock
    )

    /// Computes the loss of a long row, and the derivatives that the block requests.
    ///
    /// `check` is called with the loss and the sums; `flush` whenever the derivatives of a range of
    /// columns are in the block; `checkCancellation` before each step that takes time in proportion to the
    /// length, if there are many.
    func computeLong(
        _ first: Span<Double>,
        _ second: Span<Double>,
        _ third: Span<Double>,
        _ row: RowGroup,
        hasClasses: Bool,
        into block: inout RowBlock,
        checkCancellation: () throws(LossError) -> Void,
        check: (borrowing RowBlock) throws(LossError) -> Void,
        flush: (borrowing RowBlock, Range<Int>) throws(LossError) -> Void
    ) throws(LossError)
}
