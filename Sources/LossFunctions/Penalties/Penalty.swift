// SPDX-License-Identifier: Apache-2.0

/// The result of a penalty; outputs that were not requested are `nil`.
package struct PenaltyEvaluation: Equatable, Sendable {
    package let value: Double?
    package let gradient: Tensor?
    /// The Hessian's diagonal.
    package let hessian: Tensor?
}

/// A regularisation term: a function of a model's parameters that is added to the loss.
package protocol Penalty: Sendable {
    static var facts: Facts { get }

    /// Creates the penalty with options that are within their ranges.
    init(_ options: OptionValues) throws(LossError)

    /// Computes the requested outputs: the value and its derivatives with respect to `parameters`.
    func evaluate(_ parameters: Tensor, _ outputs: Outputs) throws(LossError) -> PenaltyEvaluation
}

/// A penalty that is a sum over parameters w of a|w| + b w².
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
        return PenaltyEvaluation(
            value: outputs.contains(.loss) ? try value(parameters.values) : nil,
            gradient: outputs.contains(.gradient) ? try gradient(parameters) : nil,
            hessian: outputs.contains(.hessian) ? try hessian(parameters) : nil
        )
    }

    private func value(_ parameters: [Double]) throws(LossError) -> Double {
        // Scaling by a power of two keeps squares clear of overflow and underflow.
        let largest = parameters.reduce(0) { max($0, $1.magnitude) }
        let unit = largest == 0 ? 1 : largest.binade
        var magnitudes = ExactSum()
        var squares = ExactSum()
        for parameter in parameters {
            if magnitudeWeight != 0 { magnitudes.add(parameter.magnitude) }
            if squareWeight != 0 { squares.add(parameter / unit, times: parameter / unit) }
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
        let slopes = parameters.values.map { parameter in
            let sign: Double = (parameter > 0 ? 1 : 0) - (parameter < 0 ? 1 : 0)
            return magnitudeWeight * sign + 2 * squareWeight * parameter + 0
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
