// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// A penalty that is a sum over parameters.
protocol SeparablePenalty: PointwiseLoss {}

extension SeparablePenalty {
    static var inputCount: Int { 1 }

    static var strength: Option<Double> {
        .number(
            "strength",
            default: 0.01,
            .nonNegative,
            "Factor of the penalty, often written lambda."
        )
    }
}

/// A penalty that is a sum over parameters w of a|w| + b w².
protocol QuadraticPenalty: SeparablePenalty {
    var magnitudeWeight: Double { get }
    var squareWeight: Double { get }
}

extension QuadraticPenalty {
    @inline(always)
    func point(_ x: Elements) -> Point {
        let parameter = x[0]
        let linear = magnitudeWeight * parameter.magnitude
        let slope = magnitudeWeight * parameter.sign
        return Point(
            loss: linear + squareWeight * parameter * parameter,
            first: Derivatives(
                gradient: slope + 2 * squareWeight * parameter,
                hessian: Vector(repeating: 2 * squareWeight)
            )
        )
    }
}

/// The plateau of a penalty, on which it is constant: beyond gamma times its strength.
struct Plateau {
    let strength: Double
    let gamma: Double
    private let start: TwoDoubles

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
