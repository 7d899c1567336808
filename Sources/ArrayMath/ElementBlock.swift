// SPDX-License-Identifier: Apache-2.0

/// A set of inputs of a loss, by their offsets in its signature.
package struct InputSet: Equatable, Sendable {
    /// A bit for each input, the first in the last place.
    package private(set) var bits: UInt8 = 0

    package init(_ inputs: [Int] = []) {
        for input in inputs { insert(input) }
    }

    package var isEmpty: Bool { bits == 0 }

    package mutating func insert(_ index: Int) { bits |= 1 &<< UInt8(truncatingIfNeeded: index) }

    package func contains(_ index: Int) -> Bool {
        bits & 1 &<< UInt8(truncatingIfNeeded: index) != 0
    }

    /// The number of its inputs before one.
    package func count(before index: Int) -> Int {
        (bits & (1 &<< UInt8(truncatingIfNeeded: index) &- 1)).nonzeroBitCount
    }
}

/// The losses and derivatives of a block of elements, in columns.
///
/// A block stays in the first-level cache from the loss to the division of its gradient, and is the
/// unit of an exact sum. Its columns follow each other in one array: the losses, and a gradient and a
/// Hessian for each input.
package struct ElementBlock: Sendable {
    /// The maximum number of elements.
    package static let capacity = 512
    /// The number of elements that kernels compute at once; the length of a column is a multiple.
    package static let lanes = 8

    package let inputCount: Int
    /// The length of a column.
    package let stride: Int
    /// The inputs whose gradients and Hessians are computed.
    package let gradients: InputSet
    package let hessians: InputSet
    /// Whether surrogates are computed in place of second derivatives.
    package let usesSurrogate: Bool
    package var numbers: [Double]

    /// - Parameters:
    ///   - inputCount: the number of inputs.
    ///   - count: the maximum number of elements that will be computed.
    ///   - gradients: the inputs whose gradients are computed.
    ///   - hessians: the inputs whose Hessians are computed.
    ///   - usesSurrogate: whether Hessians are replaced by their surrogates.
    package init(
        inputCount: Int,
        count: Int,
        gradients: InputSet,
        hessians: InputSet,
        usesSurrogate: Bool
    ) {
        self.inputCount = inputCount
        self.gradients = gradients
        self.hessians = hessians
        self.usesSurrogate = usesSurrogate
        stride = Self.padded(min(count, Self.capacity))
        let count = stride * (1 + 2 * inputCount)
        var numbers: [Double] = []
        numbers.append(addingCapacity: count) { $0.append(repeating: 0, count: count) }
        self.numbers = numbers
    }

    /// A number of elements, rounded up to a multiple of `lanes`.
    package static func padded(_ count: Int) -> Int { (count + lanes - 1) / lanes * lanes }

    /// The offset of the column of the derivatives with respect to an input.
    package func gradient(_ index: Int) -> Int { (1 &+ index) &* stride }

    /// The offset of the column of the second derivatives with respect to an input.
    package func hessian(_ index: Int) -> Int { (1 &+ inputCount &+ index) &* stride }
}

/// An elementwise loss with its options set, compiled for one instruction set.
package protocol ElementKernel: Sendable {
    /// The values of an option along an axis, with the option's name; `nil` if there is none.
    var list: (option: String, values: [Double])? { get }

    /// Computes the losses of a block, and the derivatives that the block requests.
    ///
    /// The inputs are those of the signature, all as long as the first; unused ones are empty. The
    /// length is a multiple of `ElementBlock.lanes`.
    ///
    /// - Parameters:
    ///   - first: the first input.
    ///   - second: the second input.
    ///   - third: the third input.
    ///   - fourth: the fourth input.
    ///   - fifth: the fifth input.
    ///   - list: the value of the option for each element.
    ///   - block: receives losses and derivatives.
    func compute(
        _ first: Span<Double>,
        _ second: Span<Double>,
        _ third: Span<Double>,
        _ fourth: Span<Double>,
        _ fifth: Span<Double>,
        list: Span<Double>,
        into block: inout ElementBlock
    )
}
