// SPDX-License-Identifier: Apache-2.0

/// A set of inputs of a loss, by their offsets in its signature.
package struct InputSet: OptionSet, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    package init(_ index: Int) {
        rawValue = 1 &<< UInt8(truncatingIfNeeded: index)
    }

    @inlinable
    package func contains(_ index: Int) -> Bool {
        rawValue &>> UInt8(truncatingIfNeeded: index) & 1 == 1
    }
}

/// A block of elements: the inputs, losses and derivatives of each, in columns.
///
/// A block stays in the first-level cache from the loss to the division of its gradient, and is the
/// unit of an exact sum. Its columns follow each other in one array: those of the inputs, a list of
/// option values for each element, the losses, and a gradient and a Hessian for each input.
package struct ElementBlock: Sendable {
    /// The maximum number of elements.
    package static let capacity = 512
    /// The number of elements that kernels compute at once; the length of a column is a multiple.
    package static let lanes = 8

    package let inputCount: Int
    /// The length of a column.
    package let stride: Int
    /// The number of elements, rounded up to a multiple of `lanes`.
    package var paddedCount: Int
    /// The inputs whose gradients and Hessians are computed.
    package let gradients: InputSet
    package let hessians: InputSet
    /// Whether the surrogates of second derivatives are computed in their place.
    package let usesSurrogate: Bool
    package var numbers: [Double]

    /// - Parameters:
    ///   - inputCount: the number of inputs.
    ///   - count: the number of elements that will be computed at most.
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
        paddedCount = stride
        numbers = [Double](repeating: 0, count: stride * (inputCount + 2 + 2 * inputCount))
    }

    /// A number of elements, rounded up to a multiple of `lanes`.
    package static func padded(_ count: Int) -> Int { (count + lanes - 1) / lanes * lanes }

    /// The offset of the column of option values.
    package var list: Int { inputCount &* stride }
    /// The offset of the column of losses.
    package var losses: Int { (inputCount &+ 1) &* stride }

    /// The offset of the column of an input.
    package func input(_ index: Int) -> Int { index &* stride }

    /// The offset of the column of the derivatives with respect to an input.
    package func gradient(_ index: Int) -> Int { (inputCount &+ 2 &+ index) &* stride }

    /// The offset of the column of the second derivatives with respect to an input.
    package func hessian(_ index: Int) -> Int { (2 &* inputCount &+ 2 &+ index) &* stride }
}

/// A loss with one value per element and its options set, compiled for one instruction set.
package protocol ElementKernel: Sendable {
    /// The values of an option along the last axis, with the option's name; `nil` if there is none.
    var list: (option: String, values: [Double])? { get }

    /// Computes the losses of a block, and the derivatives that the block asks for.
    func compute(_ block: inout ElementBlock)
}
