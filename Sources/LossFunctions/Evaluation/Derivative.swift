// SPDX-License-Identifier: Apache-2.0

import ArrayMath

/// Collects a derivative of the reduced loss with respect to each prediction.
struct Derivative {
    let isWanted: Bool
    /// The derivatives with respect to the predictions so far; empty if not requested.
    var values: [Double] = []
    private let quantity: Quantity

    init(_ quantity: Quantity, isWanted: Bool, count: Int) {
        self.quantity = quantity
        self.isWanted = isWanted
        if isWanted { values.reserveCapacity(count) }
    }

    /// The complete derivative; `nil` if it was not requested.
    func tensor(_ shape: [Int]) -> Tensor? {
        isWanted ? Tensor(shape: shape, values: values) : nil
    }

    /// Appends the next derivatives, divided by the denominator of the losses.
    ///
    /// Does nothing if the derivative was not requested; throws if a quotient is not finite.
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
        if !areFinite { try checkIsFinite(from: start, of: shape) }
    }

    /// Stores the derivatives of rows that are not contiguous, divided by the denominator.
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
            // Non-finite quotients are detected once all have been stored.
            _ = functions.divide(derivatives.span, by: denominator, appendingTo: &room)
        }
        scatter(quotients, &values)
    }

    /// Throws if a derivative is not finite, with its place.
    func checkIsFinite(from start: Int = 0, of shape: [Int]) throws(LossError) {
        let numbers = values.span.extracting(start..<values.count)
        if let offset = Finiteness.firstNonFinite(in: numbers) {
            throw .notFinite(
                quantity,
                of: .predictions,
                place: Tensor.place(of: start + offset, in: shape)
            )
        }
    }
}
