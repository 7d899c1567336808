// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// Collects a derivative of the reduced loss with respect to each element of an input.
struct Derivative {
    /// The offset of the input in the signature.
    let input: Int
    private let name: String
    private let shape: [Int]
    let quantity: Quantity
    /// The derivatives so far.
    private var values: [Double] = []

    init(_ quantity: Quantity, input: Int, name: String, shape: [Int]) {
        self.quantity = quantity
        self.input = input
        self.name = name
        self.shape = shape
        values.reserveCapacity(shape.reduce(1, *))
    }

    /// The complete derivative; 0 if nothing has been stored.
    consuming func finish() -> LossResult.Derivative {
        fillWithZeros()
        return LossResult.Derivative(input: input, tensor: Tensor(shape: shape, values: values))
    }

    /// Appends the next derivatives, divided by the denominator of the losses.
    ///
    /// Throws if a quotient is not finite.
    mutating func append(
        _ derivatives: Span<Double>,
        dividedBy denominator: Double,
        _ functions: any ArrayFunctions.Type
    )
        throws(LossError)
    {
        let start = values.count
        var areFinite = true
        values.append(addingCapacity: derivatives.count) { room in
            areFinite = functions.divide(derivatives, by: denominator, appendingTo: &room)
        }
        if !areFinite { try checkIsFinite(from: start) }
    }

    /// Stores the derivatives of rows in a range of columns, divided by the denominator.
    ///
    /// Rows that are never stored are 0. Non-finite quotients are detected once all have been stored.
    mutating func store(
        _ derivatives: [Double],
        _ rows: [Int],
        _ columns: Range<Int>,
        _ layout: RowLayout,
        isSequential: Bool,
        dividedBy denominator: Double,
        _ functions: any ArrayFunctions.Type
    ) throws(LossError) {
        guard !isSequential else {
            return try append(derivatives.span, dividedBy: denominator, functions)
        }
        fillWithZeros()
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
    }

    private mutating func fillWithZeros() {
        guard values.isEmpty else { return }
        values = [Double](repeating: 0, count: shape.reduce(1, *))
    }

    /// Throws if a derivative is not finite, with its place.
    func checkIsFinite(from start: Int = 0) throws(LossError) {
        let numbers = values.span.extracting(start..<values.count)
        if let offset = Finiteness.firstNonFinite(in: numbers) {
            throw .notFinite(
                quantity,
                input: name,
                place: Tensor.place(of: start + offset, in: shape)
            )
        }
    }
}
