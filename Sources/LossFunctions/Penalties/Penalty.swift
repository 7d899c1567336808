// SPDX-License-Identifier: Apache-2.0

/// What a penalty answers; what was not asked for is nil.
package struct PenaltyEvaluation: Equatable, Sendable {
    package let value: Double?
    package let gradient: Tensor?
    /// The Hessian's diagonal.
    package let hessian: Tensor?
}

/// A regularisation term: a function of a model's parameters that is added to the loss.
package protocol Penalty: Sendable {
    static var facts: Facts { get }

    /// The penalty with these options, which are in their ranges.
    init(_ arguments: Arguments) throws(LossError)

    /// The value for `parameters` and, where wanted, its derivatives in each of them.
    func evaluate(_ parameters: Tensor, _ outputs: Outputs) throws(LossError) -> PenaltyEvaluation
}

/// A penalty that is a weighted sum of magnitudes and squares, so that each parameter has its own
/// term: a|w| + b w².
protocol SeparablePenalty: Penalty {
    var magnitudeWeight: Double { get }
    var squareWeight: Double { get }
}

extension SeparablePenalty {
    package func evaluate(
        _ parameters: Tensor,
        _ outputs: Outputs
    ) throws(LossError)
        -> PenaltyEvaluation
    {
        guard !parameters.values.isEmpty else { throw .empty(.parameters) }
        let weights = parameters.values
        return PenaltyEvaluation(
            value: outputs.contains(.loss) ? try value(weights) : nil,
            gradient: outputs.contains(.gradient) ? try gradient(parameters) : nil,
            hessian: outputs.contains(.hessian) ? try hessian(parameters) : nil
        )
    }

    private func value(_ weights: [Double]) throws(LossError) -> Double {
        // Scaled by a power of two, squares neither overflow nor underflow on the way.
        let largest = weights.reduce(0) { max($0, $1.magnitude) }
        let unit = largest == 0 ? 1 : largest.binade
        var magnitudes = ExactSum()
        var squares = ExactSum()
        for weight in weights {
            if magnitudeWeight != 0 { magnitudes.add(weight.magnitude) }
            if squareWeight != 0 { squares.add(weight / unit, times: weight / unit) }
        }
        let value =
            magnitudeWeight * magnitudes.value + squareWeight * squares.value * unit * unit
        guard value.isFinite else { throw .notFinite(.value, of: .parameters, place: []) }
        return value
    }

    private func hessian(_ parameters: Tensor) throws(LossError) -> Tensor {
        let curvature = 2 * squareWeight
        guard curvature.isFinite else { throw .notFinite(.hessian, of: .parameters, place: []) }
        return Tensor(
            shape: parameters.shape,
            values: [Double](repeating: curvature, count: parameters.values.count)
        )
    }

    private func gradient(_ parameters: Tensor) throws(LossError) -> Tensor {
        let slopes = parameters.values.map { weight in
            let sign: Double = (weight > 0 ? 1 : 0) - (weight < 0 ? 1 : 0)
            return magnitudeWeight * sign + 2 * squareWeight * weight + 0
        }
        if let offset = slopes.firstIndex(where: { !$0.isFinite }) {
            throw .notFinite(
                .gradient,
                of: .parameters,
                place: Tensor.place(of: offset, in: parameters.shape)
            )
        }
        return Tensor(shape: parameters.shape, values: slopes)
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
