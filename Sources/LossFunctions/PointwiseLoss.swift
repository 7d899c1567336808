// SPDX-License-Identifier: Apache-2.0

/// A loss and its first two derivatives in the prediction, at one point.
struct Point {
    var loss: Double
    var gradient: Double
    var hessian: Double
}

/// A loss that is stated at one prediction and one target.
protocol PointwiseLoss: ElementwiseLoss {
    /// The loss at one point.
    ///
    /// `offset` counts the elements of the batch in row-major order, for the few losses that treat
    /// the columns differently.
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
    /// Writes the losses at some points, and the derivatives that there is room for, in a loop
    /// that computes no more.
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
