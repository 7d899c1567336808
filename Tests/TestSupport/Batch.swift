// SPDX-License-Identifier: Apache-2.0

package import LossFacts
package import LossFunctions

/// The inputs of a loss of predictions and targets, or of a penalty.
package struct Batch: Sendable {
    package let inputs: [Tensor]
    package let weights: Tensor?
    /// The inputs that are not sent, whose tensors are not used.
    package let omitted: Set<Int>

    package var predictions: Tensor { inputs[0] }
    package var targets: Tensor { inputs[1] }

    package init(_ inputs: [Tensor], weights: Tensor? = nil, omitted: Set<Int> = []) {
        self.inputs = inputs
        self.weights = weights
        self.omitted = omitted
    }

    package init(predictions: Tensor, targets: Tensor, weights: Tensor? = nil) {
        self.init([predictions, targets], weights: weights)
    }

    /// The request for some outputs.
    package func request(_ outputs: Outputs, _ reduction: Reduction) -> LossRequest {
        var request = LossRequest(
            inputs: inputs.enumerated().map { omitted.contains($0) ? nil : $1 }
        )
        request.weights = weights
        request.outputs = outputs
        request.reduction = reduction
        return request
    }
}

extension Loss {
    /// Evaluates a batch.
    package func evaluate(
        _ batch: Batch,
        _ outputs: Outputs,
        _ reduction: Reduction
    ) throws(LossError) -> LossResult {
        try evaluate(batch.request(outputs, reduction))
    }

    /// The domain of an input under the options, in its first form.
    package func domain(_ input: Int) -> Domain {
        facts.signature.inputs[input].forms[0].domain(under: options, of: facts.options)
    }
}

extension Facts {
    /// Whether differences of losses approach its gradient.
    ///
    /// Weights that count as constant, and depend on the inputs smoothly, would differ, too; those of
    /// rankings change only with the order.
    package var hasDerivatives: Bool {
        gradientKind == .derivative || family == .ranking
    }

    /// The options of each combination of domains.
    package var variants: [[String: OptionValue]] {
        let options = signature.inputs.flatMap { $0.forms.flatMap { $0.domains } }.map {
            $0.options
        }
        var variants: [[String: OptionValue]] = options.isEmpty ? [[:]] : []
        for option in options where !variants.contains(option) { variants.append(option) }
        return variants
    }
}

extension Catalogue.Entry {
    /// The loss under each of the variants of its options.
    package func variants() throws -> [Loss] {
        try facts.variants.map { try loss(OptionValues($0, for: facts.options)) }
    }
}
