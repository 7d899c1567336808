// SPDX-License-Identifier: Apache-2.0

/// A rectangular array of doubles.
///
/// `values` is in row-major order; its count is the product of `shape`. The shape `[]` stands for a
/// single number.
package struct NumberArray: Equatable, Sendable {
    /// The length of each dimension, outermost first.
    package let shape: [Int]
    /// The numbers in row-major order.
    package private(set) var values: [Double]
    /// Whether some value is null, which is NaN in `values`.
    package let hasNull: Bool

    /// Creates an array from its shape and values.
    ///
    /// - Precondition: the count of values is the product of the shape.
    package init(shape: [Int], values: [Double], hasNull: Bool = false) {
        precondition(
            shape.reduce(1, *) == values.count,
            "the count of values differs from the product of the shape"
        )
        self.shape = shape
        self.values = values
        self.hasNull = hasNull
    }

    /// Replaces each number in place.
    package mutating func replaceEach(_ replacement: (Double) -> Double) {
        for index in values.indices { values[index] = replacement(values[index]) }
    }
}
