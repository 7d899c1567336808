// SPDX-License-Identifier: Apache-2.0

import ArrayMath
package import LossFacts

/// A derivative of the reduced loss with respect to each element of an input.
package struct Derivative: Equatable, Sendable {
    /// The gradient or the diagonal of the Hessian.
    package let quantity: Quantity
    /// The offset of the input in the signature.
    package let input: Int
    private let shape: [Int]
    /// The numbers so far, unless they are rounded.
    private var values: [Double] = []
    /// The numbers so far, if they are rounded.
    private var singles: [Float] = []
    /// Whether the numbers are rounded to single precision.
    private var isRounded: Bool

    /// Starts without numbers, which have the shape of the input.
    ///
    /// - Parameters:
    ///   - quantity: the kind of derivative.
    ///   - input: the offset of the input in the signature.
    ///   - shape: the shape of the input.
    ///   - isRounded: whether the numbers are rounded to single precision as they are appended, as long as
    ///     none is too large.
    init(_ quantity: Quantity, input: Int, shape: [Int], isRounded: Bool = false) {
        self.quantity = quantity
        self.input = input
        self.shape = shape
        self.isRounded = isRounded
        let count = shape.reduce(1, *)
        if isRounded { singles.reserveCapacity(count) } else { values.reserveCapacity(count) }
    }

    /// The same derivative with respect to the numbers that make up those of the input.
    init(_ derivative: Derivative, of numbers: Tensor) {
        quantity = derivative.quantity
        input = derivative.input
        shape = numbers.shape
        values = numbers.values
        isRounded = false
    }

    /// Whether it is the diagonal of the Hessian.
    package var isHessian: Bool { if case .hessian = quantity { true } else { false } }

    /// The count of its numbers so far.
    package var count: Int { isRounded ? singles.count : values.count }

    /// The complete derivative.
    package var tensor: Tensor {
        isRounded ? Tensor(shape: shape, singles: singles) : Tensor(shape: shape, values: values)
    }

    /// Sets every number to 0 if none has been stored.
    mutating func finish() {
        guard count == 0 else { return }
        isRounded = false
        values = [Double](repeating: 0, count: shape.reduce(1, *))
    }

    /// Appends the next derivatives, divided by the denominator of the losses.
    ///
    /// Returns whether every quotient is finite.
    mutating func append(
        _ derivatives: Span<Double>,
        dividedBy denominator: Double,
        _ functions: any ArrayFunctions.Type
    ) -> Bool {
        var areFinite = true
        if isRounded {
            let before = singles.count
            singles.append(addingCapacity: derivatives.count) { room in
                areFinite = functions.divide(derivatives, by: denominator, appendingTo: &room)
            }
            if areFinite { return true }
            // The result is refused with the number that is too large; those before it are not read.
            isRounded = false
            singles = []
            values.reserveCapacity(shape.reduce(1, *))
            values.append(contentsOf: repeatElement(0, count: before))
        }
        values.append(addingCapacity: derivatives.count) { room in
            areFinite = functions.divide(derivatives, by: denominator, appendingTo: &room)
        }
        return areFinite
    }

    /// Stores the derivatives of rows in a range of columns, divided by the denominator.
    ///
    /// Rows that are never stored are 0. Returns whether every quotient is finite if they are in sequence;
    /// otherwise those that are not are found once all have been stored.
    mutating func store(
        _ derivatives: [Double],
        _ rows: [Int],
        _ columns: Range<Int>,
        _ layout: RowLayout,
        isSequential: Bool,
        dividedBy denominator: Double,
        _ functions: any ArrayFunctions.Type
    ) -> Bool {
        guard !isSequential else {
            return append(derivatives.span, dividedBy: denominator, functions)
        }
        finish()
        var quotients: [Double] = []
        quotients.append(addingCapacity: derivatives.count) { room in
            _ = functions.divide(derivatives.span, by: denominator, appendingTo: &room)
        }
        var place = 0
        for row in rows {
            for column in columns {
                values[layout.offset(row, column)] = quotients[place]
                place += 1
            }
        }
        return true
    }

    /// Stores the derivatives of a segment at their places, divided by the denominator.
    ///
    /// Segments that are never stored are 0. Non-finite quotients are found once all have been stored.
    mutating func store(
        _ derivatives: Span<Double>,
        at places: Segments.Places,
        dividedBy denominator: Double,
        _ functions: any ArrayFunctions.Type
    ) {
        finish()
        var quotients: [Double] = []
        quotients.append(addingCapacity: derivatives.count) { room in
            _ = functions.divide(derivatives, by: denominator, appendingTo: &room)
        }
        for offset in quotients.indices { values[places[offset]] = quotients[offset] }
    }

    /// The place of the first number that is not finite.
    var firstNonFinite: [Int]? {
        Finiteness.firstNonFinite(in: values.span).map { Tensor.place(of: $0, in: shape) }
    }
}
