// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// A penalty that is 0 for parameters of an interval, and infinite for others, which its domain excludes.
///
/// The least element of its subdifferential, the cone of normals, is 0. The proximal operator, which
/// accepts any parameters, is the projection into the interval.
protocol Indicator: PointwiseLoss, ProximalKernel {
    var lower: Double { get }
    var upper: Double { get }
}

extension Indicator {
    static var inputCount: Int { 1 }

    @inline(always)
    func point(_: Elements) -> Point {
        Point(loss: Vector(repeating: 0), first: .zero)
    }

    package func findMinima(
        _ parameters: Span<Double>,
        _ steps: Span<Double>,
        into result: inout MutableSpan<Double>
    ) {
        for offset in stride(from: 0, to: parameters.count, by: Vector.width) {
            let parameter = parameters.vector(at: offset)
            // A weight of 0 lifts the constraint.
            let isFree = steps.vector(at: offset) .== 0
            let minimum = parameter.clamped(lower, upper).replacing(with: parameter, where: isFree)
            result.store(minimum, at: offset)
        }
    }
}
