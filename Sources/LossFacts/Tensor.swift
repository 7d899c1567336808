// SPDX-License-Identifier: Apache-2.0

/// A rectangular array of numbers in row-major order; its shape is `[]` for a single number.
///
/// The numbers are finite, except for NaN in place of missing values.
package struct Tensor: Sendable {
    package let shape: [Int]
    /// The numbers; empty if they are in single precision.
    package let doubles: [Double]
    /// The numbers, if they arrived, or leave, in single precision, in half the memory; `nil` otherwise.
    package let singles: [Float]?
    /// Whether a value is missing.
    package let hasMissing: Bool

    /// Creates a tensor; `values` must have one number for each place of `shape`.
    package init(shape: [Int], values: [Double], hasMissing: Bool = false) {
        precondition(shape.reduce(1, *) == values.count, "a tensor has one value for each place")
        self.shape = shape
        doubles = values
        singles = nil
        self.hasMissing = hasMissing
    }

    /// Creates a tensor of numbers in single precision; there must be one for each place of `shape`.
    package init(shape: [Int], singles: [Float], hasMissing: Bool = false) {
        precondition(shape.reduce(1, *) == singles.count, "a tensor has one value for each place")
        self.shape = shape
        doubles = []
        self.singles = singles
        self.hasMissing = hasMissing
    }

    /// Creates a tensor of a single number.
    package init(_ number: Double) {
        self.init(shape: [], values: [number])
    }

    /// The numbers, which are widened by each access if they are in single precision.
    package var values: [Double] {
        guard let singles else { return doubles }
        return singles.map { Double($0) }
    }

    /// The count of numbers.
    package var count: Int { singles?.count ?? doubles.count }

    /// The memory of the numbers in bytes.
    package var footprint: Int { 8 * doubles.capacity + 4 * (singles?.capacity ?? 0) }

    /// The number at an offset.
    package func number(at offset: Int) -> Double {
        singles.map { Double($0[offset]) } ?? doubles[offset]
    }

    /// The same tensor in double precision.
    package var widened: Tensor {
        singles == nil ? self : Tensor(shape: shape, values: values, hasMissing: hasMissing)
    }

    /// The place of the value at a row-major offset: one index for each dimension.
    package static func place(of offset: Int, in shape: [Int]) -> [Int] {
        var place = [Int](repeating: 0, count: shape.count)
        var rest = offset
        for dimension in shape.indices.reversed() {
            place[dimension] = rest % shape[dimension]
            rest /= shape[dimension]
        }
        return place
    }
}

extension Tensor: Equatable {
    /// Whether two tensors have the same shape and the same numbers, in any precision.
    package static func == (left: Tensor, right: Tensor) -> Bool {
        left.shape == right.shape && left.hasMissing == right.hasMissing
            && left.values == right.values
    }
}
