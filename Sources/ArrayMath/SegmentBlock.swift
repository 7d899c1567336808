// SPDX-License-Identifier: Apache-2.0

package import LossFacts

/// The loss of a segment and its derivatives.
package struct SegmentBlock: Sendable {
    /// The inputs whose gradients and Hessians are computed.
    private let gradients: InputSet
    private let hessians: InputSet
    /// Whether surrogates are computed in place of second derivatives.
    package let usesSurrogate: Bool
    /// The maximum length of a derivative.
    private let capacity: Int

    package var loss = 0.0
    /// The count of numbers at the end of each derivative that belong to padding, and remain 0.
    package var padding = 0
    /// The requested derivatives, one after the other: a gradient and a Hessian for each input.
    package var numbers: [Double]

    /// - Parameters:
    ///   - capacity: the maximum count of the numbers of a differentiated input in a segment.
    ///   - gradients: the inputs whose gradients are computed.
    ///   - hessians: the inputs whose Hessians are computed.
    ///   - usesSurrogate: whether Hessians are replaced by their surrogates.
    package init(
        capacity: Int,
        gradients: InputSet,
        hessians: InputSet,
        usesSurrogate: Bool
    ) {
        self.capacity = capacity
        self.gradients = gradients
        self.hessians = hessians
        self.usesSurrogate = usesSurrogate
        let count = gradients.bits.nonzeroBitCount + hessians.bits.nonzeroBitCount
        numbers = [Double](repeating: 0, count: count * capacity)
    }

    /// Sets the first numbers of each derivative to 0.
    package mutating func clear(_ count: Int) {
        guard capacity > 0 else { return }
        for start in stride(from: 0, to: numbers.count, by: capacity) {
            for offset in start..<(start + count) { numbers[offset] = 0 }
        }
    }

    /// Multiplies the loss and its derivatives by a weight.
    package mutating func multiply(by weight: Double) {
        loss *= weight
        for offset in numbers.indices { numbers[offset] *= weight }
    }

    /// The offset in `numbers` of a gradient or a Hessian; `nil` if it is not requested.
    package func offset(of input: Int, isHessian: Bool) -> Int? {
        let set = isHessian ? hessians : gradients
        guard set.contains(input) else { return nil }
        let before = isHessian ? gradients.bits.nonzeroBitCount : 0
        return (before + set.count(before: input)) * capacity
    }
}

/// A loss of segments with its options set, compiled for one instruction set.
package protocol SegmentKernel: Sendable {
    /// Computes the loss of a segment, and the derivatives that the block requests.
    ///
    /// - Parameters:
    ///   - first: the numbers of the first input that belong to the segment.
    ///   - second: those of the second input; unused and omitted ones are empty.
    ///   - third: those of the third input.
    ///   - fourth: those of the fourth input.
    ///   - columns: the length of the last named dimension of the first input.
    ///   - block: receives the loss and the derivatives, which begin with 0.
    ///   - check: called for each frame, item or anchor; throws if the result is no longer needed.
    /// - Throws: `SegmentError` if the segment has no loss.
    func compute(
        _ first: Span<Double>,
        _ second: Span<Double>,
        _ third: Span<Double>,
        _ fourth: Span<Double>,
        columns: Int,
        into block: inout SegmentBlock,
        check: () throws(SegmentError) -> Void
    ) throws(SegmentError)
}

/// A loss of segments that computes several items of a padded batch at once.
package protocol SegmentGroupKernel: SegmentKernel {
    /// Computes the losses of up to eight items, and the derivatives that their blocks request, with the
    /// bits that each item has alone.
    ///
    /// - Parameters:
    ///   - first: the numbers of the first input that belong to the items, one after the other.
    ///   - second: those of the second input; unused and omitted ones are empty.
    ///   - third: those of the third input.
    ///   - fourth: those of the fourth input.
    ///   - count: the number of items.
    ///   - blocks: receives the losses and the derivatives, which begin with 0, of each item.
    /// - Returns: whether they were computed; if not, because an item has no loss or is too long to share
    ///   vectors, each is computed on its own.
    func compute(
        _ first: Span<Double>,
        _ second: Span<Double>,
        _ third: Span<Double>,
        _ fourth: Span<Double>,
        count: Int,
        into blocks: inout [SegmentBlock]
    ) -> Bool
}

/// The reason that the loss of a segment cannot be computed, at a number of one of its inputs.
package struct SegmentError: Error, Equatable, Sendable {
    package let input: Int
    /// The offset among the numbers of the input that belong to the segment; `nil` means all of them.
    package let offset: Int?
    package let reason: Reason

    package enum Reason: Equatable, Sendable {
        /// The number is not one of those allowed.
        case outsideDomain(Double, allowed: String)
        case undefined(LossError.Undefined)
        /// The caller has cancelled the evaluation.
        case cancelled
        /// An option does not fit the shapes.
        case outOfRange(option: String, Double, allowed: String)
        /// The list of an option has another count of values than a unit has columns.
        case wrongCount(option: String, count: Int, expected: Int)
    }

    package init(input: Int, offset: Int? = nil, _ reason: Reason) {
        self.input = input
        self.offset = offset
        self.reason = reason
    }
}
