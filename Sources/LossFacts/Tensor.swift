// SPDX-License-Identifier: Apache-2.0

/// A rectangular array of doubles in row-major order; its shape is `[]` for a single number.
///
/// The doubles are finite, except for NaN in place of missing values.
package struct Tensor: Equatable, Sendable {
    package let shape: [Int]
    package let values: [Double]
    /// Whether a value is missing.
    package let hasMissing: Bool

    /// Creates a tensor; `values` must have one number for each place of `shape`.
    package init(shape: [Int], values: [Double], hasMissing: Bool = false) {
        precondition(shape.reduce(1, *) == values.count, "a tensor has one value for each place")
        self.shape = shape
        self.values = values
        self.hasMissing = hasMissing
    }

    /// Creates a tensor of a single number.
    package init(_ number: Double) {
        shape = []
        values = [number]
        hasMissing = false
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
