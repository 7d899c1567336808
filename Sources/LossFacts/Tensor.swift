// SPDX-License-Identifier: Apache-2.0

/// A rectangular array of numbers in row-major order; its shape is `[]` for a single number.
///
/// The numbers are finite, except for NaN in place of missing values.
package struct Tensor: Sendable {
    package let shape: [Int]
    private let numbers: Numbers
    /// Whether a value is missing.
    package let hasMissing: Bool

    private enum Numbers: Sendable {
        case doubles([Double])
        /// Numbers that arrived, or leave, in single precision, in half the memory.
        case singles([Float])
    }

    /// Creates a tensor; `values` must have one number for each place of `shape`.
    package init(shape: [Int], values: [Double], hasMissing: Bool = false) {
        precondition(shape.reduce(1, *) == values.count, "a tensor has one value for each place")
        self.shape = shape
        numbers = .doubles(values)
        self.hasMissing = hasMissing
    }

    /// Creates a tensor of numbers in single precision; there must be one for each place of `shape`.
    package init(shape: [Int], singles: [Float], hasMissing: Bool = false) {
        precondition(shape.reduce(1, *) == singles.count, "a tensor has one value for each place")
        self.shape = shape
        numbers = .singles(singles)
        self.hasMissing = hasMissing
    }

    /// Creates a tensor of a single number.
    package init(_ number: Double) {
        shape = []
        numbers = .doubles([number])
        hasMissing = false
    }

    /// The numbers, which are widened by each access if they are in single precision.
    package var values: [Double] {
        switch numbers {
        case .doubles(let values): values
        case .singles(let singles): singles.map { Double($0) }
        }
    }

    /// The numbers, if they are in single precision; `nil` otherwise.
    package var singles: [Float]? {
        switch numbers {
        case .doubles: nil
        case .singles(let singles): singles
        }
    }

    /// Whether the numbers are in single precision.
    package var isSingle: Bool {
        switch numbers {
        case .doubles: false
        case .singles: true
        }
    }

    /// The count of numbers.
    package var count: Int {
        switch numbers {
        case .doubles(let values): values.count
        case .singles(let singles): singles.count
        }
    }

    /// The memory of the numbers in bytes.
    package var footprint: Int {
        switch numbers {
        case .doubles(let values): 8 * values.capacity
        case .singles(let singles): 4 * singles.capacity
        }
    }

    /// The number at an offset.
    package func number(at offset: Int) -> Double {
        switch numbers {
        case .doubles(let values): values[offset]
        case .singles(let singles): Double(singles[offset])
        }
    }

    /// The same tensor in double precision.
    package var widened: Tensor {
        switch numbers {
        case .doubles: self
        case .singles: Tensor(shape: shape, values: values, hasMissing: hasMissing)
        }
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
