// SPDX-License-Identifier: Apache-2.0

import ArrayMath

/// A derivative of each loss in each prediction, on its way to that of the reduced loss.
struct Derivative {
    let isWanted: Bool
    /// One number for each prediction so far; none where the derivative is not wanted.
    var values: [Double] = []
    private let output: Output

    init(_ output: Output, isWanted: Bool, count: Int) {
        self.output = output
        self.isWanted = isWanted
        if isWanted { values.reserveCapacity(count) }
    }

    /// All of it, or nil where it was not wanted.
    func tensor(_ shape: [Int]) -> Tensor? {
        isWanted ? Tensor(shape: shape, values: values) : nil
    }

    /// Takes the next derivatives, if they are wanted, and divides them by what the sum of the
    /// losses is divided by; refuses what is then not finite.
    mutating func append(
        _ derivatives: Span<Double>,
        dividedBy denominator: Double,
        of shape: [Int],
        _ functions: any ArrayFunctions.Type
    )
        throws(LossError)
    {
        guard isWanted else { return }
        let start = values.count
        var areFinite = true
        values.append(addingCapacity: derivatives.count) { room in
            areFinite = functions.divide(derivatives, by: denominator, appendingTo: &room)
        }
        if !areFinite { try refuseNonFinite(from: start, of: shape) }
    }

    /// Takes the derivatives of rows that lie apart, divided likewise.
    mutating func place(
        _ derivatives: [Double],
        _ layout: RowLayout,
        dividedBy denominator: Double,
        _ functions: any ArrayFunctions.Type,
        scatter: (_ quotients: [Double], _ values: inout [Double]) -> Void
    ) {
        guard isWanted else { return }
        if values.isEmpty { values = [Double](repeating: 0, count: layout.length * layout.count) }
        var quotients: [Double] = []
        quotients.append(addingCapacity: derivatives.count) { room in
            // What is not finite is looked for when all are there.
            _ = functions.divide(derivatives.span, by: denominator, appendingTo: &room)
        }
        scatter(quotients, &values)
    }

    /// Refuses what is not finite, by its place.
    func refuseNonFinite(from start: Int = 0, of shape: [Int]) throws(LossError) {
        let numbers = values.span.extracting(start..<values.count)
        if let offset = Finiteness.firstNonFinite(in: numbers) {
            throw .notFinite(
                output,
                of: .predictions,
                place: Tensor.place(of: start + offset, in: shape)
            )
        }
    }
}
