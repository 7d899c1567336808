// SPDX-License-Identifier: Apache-2.0

/// The value of a loss at one point, with both derivatives with respect to the prediction.
struct Point {
    var loss: Double
    var gradient: Double
    var hessian: Double
}

/// A loss defined for one prediction and one target.
protocol PointwiseLoss: BlockLoss {
    /// The loss at one point.
    ///
    /// `offset` is the row-major index of the element in the batch, for losses that depend on the
    /// column.
    func point(_ prediction: Double, _ target: Double, at offset: Int) -> Point
}

extension PointwiseLoss {
    func compute(
        _ predictions: Span<Double>,
        _ targets: Span<Double>,
        from first: Int,
        _ losses: inout MutableSpan<Double>,
        _ gradient: inout MutableSpan<Double>,
        _ hessian: inout MutableSpan<Double>
    ) {
        Point.fill(&losses, &gradient, &hessian) { offset in
            point(predictions[offset], targets[offset], at: first &+ offset)
        }
    }
}

extension Point {
    /// Writes the losses of a block, and those derivatives whose spans are not empty.
    ///
    /// There is a separate loop for each combination, which computes nothing else.
    @inline(__always)
    static func fill(
        _ losses: inout MutableSpan<Double>,
        _ gradient: inout MutableSpan<Double>,
        _ hessian: inout MutableSpan<Double>,
        _ point: (_ offset: Int) -> Point
    ) {
        switch (gradient.isEmpty, hessian.isEmpty) {
        case (true, true):
            for offset in losses.indices { losses[offset] = point(offset).loss }
        case (false, true):
            for offset in losses.indices {
                let point = point(offset)
                losses[offset] = point.loss
                gradient[offset] = point.gradient
            }
        case (true, false):
            for offset in losses.indices {
                let point = point(offset)
                losses[offset] = point.loss
                hessian[offset] = point.hessian
            }
        case (false, false):
            for offset in losses.indices {
                let point = point(offset)
                losses[offset] = point.loss
                gradient[offset] = point.gradient
                hessian[offset] = point.hessian
            }
        }
    }
}
