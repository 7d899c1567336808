// SPDX-License-Identifier: Apache-2.0

/// A rectangular array of numbers with a name.
package struct NamedTensor: Sendable {
    package let name: String
    /// The length of each dimension, outermost first; `[]` stands for a single number.
    package let shape: [Int]
    /// The numbers in row-major order.
    package let numbers: NumberList
    /// Whether some number is NaN.
    package let hasNaN: Bool

    /// Creates a tensor; there must be one number for each place of `shape`.
    package init(name: String, shape: [Int], _ numbers: NumberList, hasNaN: Bool = false) {
        precondition(shape.reduce(1, *) == numbers.count, "a tensor has one value for each place")
        self.name = name
        self.shape = shape
        self.numbers = numbers
        self.hasNaN = hasNaN
    }

    /// Creates a tensor; `values` must have one number for each place of `shape`.
    package init(name: String, shape: [Int], values: [Double], hasNaN: Bool = false) {
        self.init(name: name, shape: shape, .doubles(values), hasNaN: hasNaN)
    }

    /// The numbers, which are widened by each access if they are in single precision.
    package var values: [Double] { numbers.widened }
}

extension NamedTensor: Equatable {
    /// Whether two tensors have the same name, shape and numbers, in any precision.
    package static func == (left: NamedTensor, right: NamedTensor) -> Bool {
        left.name == right.name && left.shape == right.shape && left.hasNaN == right.hasNaN
            && left.values == right.values
    }
}

/// Numbers in either precision.
package enum NumberList: Sendable {
    case doubles([Double])
    case singles([Float])

    package var count: Int {
        switch self {
        case .doubles(let numbers): numbers.count
        case .singles(let numbers): numbers.count
        }
    }

    /// The memory in use, in bytes.
    var footprint: Int {
        switch self {
        case .doubles(let numbers): 8 * numbers.capacity
        case .singles(let numbers): 4 * numbers.capacity
        }
    }

    /// The numbers in double precision.
    var widened: [Double] {
        switch self {
        case .doubles(let numbers): numbers
        case .singles(let numbers): numbers.map { Double($0) }
        }
    }
}

/// The name, the type and the shape of a tensor, which precede its numbers.
package struct TensorHeader: Equatable, Sendable {
    package let name: String
    let type: ElementType
    package let shape: [Int]
    /// The count of numbers.
    package let count: Int
    var order = ByteOrder.littleEndian
    /// Whether the first index varies fastest, as in Fortran.
    var isColumnMajor = false

    /// The greatest number of dimensions.
    static let maximumRank = 32

    /// The greatest product of the other lengths, if one is 0: a short body must not stand for a long
    /// computation.
    static let maximumEmptyRows = 65_536

    /// The length of the numbers in bytes.
    var size: Int { count * type.width }

    /// - Throws: an error if there are too many dimensions, if the numbers do not fit into any memory, or if
    ///   there are none but too many rows.
    init(
        name: String,
        type: ElementType,
        shape: [Int],
        at position: Int
    ) throws(FormatError) {
        guard shape.count <= Self.maximumRank else {
            throw FormatError(.tooManyDimensions(shape.count), at: position, in: name)
        }
        var (count, isTooLarge) = (1, false)
        // The lengths that are not 0, because 0 would hide the overflow of a product.
        for length in shape where length > 0 {
            let (product, overflows) = count.multipliedReportingOverflow(by: length)
            count = product
            isTooLarge = isTooLarge || overflows || product > Int.max / 16
            guard !isTooLarge else {
                throw FormatError(.shapeOverflow(shape), at: position, in: name)
            }
        }
        guard !shape.contains(0) || count <= Self.maximumEmptyRows else {
            throw FormatError(.tooManyEmptyRows(shape), at: position, in: name)
        }
        self.name = name
        self.type = type
        self.shape = shape
        self.count = shape.contains(0) ? 0 : count
    }
}
