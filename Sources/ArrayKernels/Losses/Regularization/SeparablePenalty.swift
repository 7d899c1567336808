// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// A penalty that is a sum over parameters.
protocol SeparablePenalty: PointwiseLoss, ProximalKernel {
    /// The minimum of (u - size)² / 2 + step R(u), for parameters that are not negative.
    func minimum(_ size: Vector, _ step: Vector) -> Vector
}

extension SeparablePenalty {
    static var inputCount: Int { 1 }

    package func findMinima(
        _ parameters: Span<Double>,
        _ steps: Span<Double>,
        into result: inout MutableSpan<Double>
    ) {
        var offset = 0
        while offset < parameters.count {
            let parameter = parameters.vector(at: offset)
            let step = steps.vector(at: offset)
            let minimum = minimum(parameter.magnitude, step)
                .replacing(with: parameter.magnitude, where: step .== 0)
            result.store(minimum.withSign(of: parameter), at: offset)
            offset &+= Vector.width
        }
    }

    static var strength: Option<Double> {
        .number(
            "strength",
            default: 0.01,
            .nonNegative,
            "Factor of the penalty, often written lambda."
        )
    }
}

/// A penalty that is a sum over parameters w of strength (a|w| + b w²).
protocol QuadraticPenalty: SeparablePenalty {
    var strength: Double { get }
    /// a.
    var magnitudeShare: Double { get }
    /// b.
    var squareShare: Double { get }
    /// a times the strength.
    var magnitudeWeight: TwoDoubles { get }
    /// b times the strength.
    var squareWeight: Double { get }
}

extension QuadraticPenalty {
    @inline(always)
    func point(_ x: Elements) -> Point {
        let parameter = x[0]
        // The strength comes last: its products with a and b have few digits if they are subnormal.
        let halfSlope = 0.5 * magnitudeShare * parameter.sign + squareShare * parameter
        return Point(
            loss: loss(parameter.magnitude),
            first: Derivatives(
                gradient: 2 * (strength * halfSlope),
                hessian: Vector(repeating: 2 * (strength * squareShare))
            )
        )
    }

    @inline(always)
    private func loss(_ size: Vector) -> Vector {
        guard strength < 0x1p-900 else {
            return magnitudeWeight.head * size + squareWeight * size * size
        }
        let share = magnitudeShare + squareShare * size
        return (strength * (size * share))
            .replacing(with: strength * size * share, where: size .> 0x1p60)
    }
}

extension QuadraticPenalty {
    func minimum(_ size: Vector, _ step: Vector) -> Vector {
        let rest = size - magnitudeWeight * step
        let divisor = TwoDoubles.product(Vector(repeating: 2 * squareWeight), step) + one
        return Vector(repeating: 0).replacing(with: (rest / divisor).head, where: rest.head .> 0)
    }

    private var one: Vector { Vector(repeating: 1) }
}

/// The plateau of a penalty, on which it is constant: beyond gamma times its strength.
struct Plateau {
    let strength: Double
    let gamma: Double
    let start: TwoDoubles

    init(strength: Double, gamma: Double) {
        self.strength = strength
        self.gamma = gamma
        start = TwoDoubles(repeating: gamma) * Vector(repeating: strength)
    }

    /// The distance from the magnitude of a parameter to the plateau; negative on it.
    @inline(always)
    func distance(from size: Vector) -> Vector { (start - size).head }
}

extension Signature {
    /// The parameters of a model.
    static let parameters = Signature(
        .element,
        .init("parameters", .primary, .real, "the parameters of a model")
    )
}
