// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// A metric that is the mean of a loss, with the same bits as that loss.
protocol MeanLoss: MetricEvaluator {
    /// The name of the loss.
    static var loss: String { get }

    var options: OptionValues { get }
}

extension MeanLoss {
    /// The facts of the loss.
    static var lossFacts: Facts? { Catalogue.loss(named: loss)?.facts }

    func evaluate(_ batch: MetricBatch) throws(LossError) -> MetricResult {
        guard let loss = try Catalogue.loss(named: Self.loss)?.entry.loss(options) else {
            preconditionFailure("\(Self.loss) is a loss")
        }
        let moments = try batch.moments(of: loss)
        guard moments.mean.isFinite else {
            throw .notFinite(.loss, input: batch.name(of: 0), place: [])
        }
        return MetricResult(meanOf: moments)
    }
}

extension MetricResult {
    /// The mean of losses, which is finite, with its standard error.
    init(meanOf moments: Moments, parts: [Part] = []) {
        self.init(
            Quotient(
                dividend: moments[.weightedLoss],
                divisor: ExactNumber(moments[.weight].rounded)
            ),
            standardError: moments.standardError,
            parts: parts
        )
    }
}

extension Loss {
    /// The exact sums of the losses of the units of a batch, whose first inputs are those of the loss.
    ///
    /// - Parameters:
    ///   - batch: the batch.
    ///   - predictions: the predictions for the units that take part, if not those of the batch.
    /// - Returns: the moments of the losses.
    /// - Throws: the errors of the loss, with places among all units.
    func moments(
        of batch: MetricBatch,
        predictions: Tensor? = nil
    ) throws(LossError) -> Moments {
        var request = LossRequest(
            inputs: facts.signature.inputs.indices.map { input in
                input == 0 ? predictions ?? batch.gathered(0) : batch.gathered(input)
            }
        )
        request.outputs = .partial
        request.reduction = .sum
        let weights = batch.units.ownWeights
        if !weights.isEmpty {
            request.weights = Tensor(shape: batch.gatheredShape, values: weights)
        }
        let result: LossResult
        do throws(LossError) {
            result = try evaluate(request, unless: batch.flag)
        } catch {
            throw placed(error, of: batch)
        }
        guard let moments = result.moments else { preconditionFailure("moments were requested") }
        return moments
    }

    /// An error of gathered units with its place among all units.
    private func placed(_ error: LossError, of batch: MetricBatch) -> LossError {
        guard batch.gatheredShape != batch.units.shape, error != .cancelled else { return error }
        var mask = [Double](repeating: 0, count: batch.units.shape.reduce(1, *))
        for position in 0..<batch.count { mask[batch.units[position]] = 1 }
        var request = LossRequest(
            inputs: Array(batch.inputs.prefix(facts.signature.inputs.count))
        )
        request.outputs = .partial
        request.reduction = .sum
        request.mask = Tensor(shape: batch.units.shape, values: mask)
        do throws(LossError) {
            _ = try evaluate(request)
            return error
        } catch {
            return error
        }
    }
}
