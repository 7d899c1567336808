// SPDX-License-Identifier: Apache-2.0

/// A rectangular array of doubles.
///
/// `values` holds the numbers in the order in which they are written (the last index runs
/// fastest); their count is the product of `shape`. A shape of `[]` is a single number.
package struct NumberArray: Equatable, Sendable {
    /// The length of each dimension, outermost first.
    package let shape: [Int]
    /// The numbers, row after row.
    package let values: [Double]

    /// Puts values into a shape.
    ///
    /// - Precondition: there are as many values as the shape has places.
    package init(shape: [Int], values: [Double]) {
        precondition(
            shape.reduce(1, *) == values.count,
            "a number array needs as many values as its shape has places"
        )
        self.shape = shape
        self.values = values
    }
}
