// SPDX-License-Identifier: Apache-2.0

import LossFacts
import LossFunctions
import TestSupport
import Testing

@Suite("Every loss agrees with high-precision reference values")
struct GoldenTests {
    /// The largest error of a loss, in units in the last place or, if terms cancel, of 2^-100 of the largest
    /// term.
    static let tolerance = 4.0

    /// The losses, and the penalties that are not a sum over single parameters.
    private static let names =
        (Catalogue.losses + Catalogue.penalties.filter { $0.facts.signature.unit != .element })
        .map { $0.facts.name }

    @Test("loss, gradient and Hessian", arguments: names)
    func losses(name: String) throws {
        let found = try #require(Catalogue.loss(named: name) ?? Catalogue.penalty(named: name))
        var worst = (loss: WorstError(), gradient: WorstError(), hessian: WorstError())
        for group in try Golden.of(name).groups {
            let loss = try found.entry.loss(group.options.optionValues(for: found.facts.options))
            for sample in group.samples {
                var request = sample.batch.request([.loss, .gradient, .hessian], .none)
                request.gradientOf = Array(sample.gradients.indices)
                let result = try loss.evaluate(request)
                let place = "\(group.options) \(sample)"
                let terms = sample.terms
                try note(
                    result.loss,
                    sample.loss,
                    scale: [lossScale(group)],
                    term: terms?.loss,
                    &worst.loss,
                    place
                )
                for input in sample.gradients.indices {
                    let hessian = try sample.hessians[input].map(nearest)
                    try note(
                        result.gradients[input].tensor,
                        sample.gradients[input],
                        scale: gradientScale(group, found.facts, hessian),
                        term: terms?.gradients[input],
                        &worst.gradient,
                        place
                    )
                    try note(
                        result.hessians[input].tensor,
                        sample.hessians[input],
                        scale: [0],
                        term: terms?.hessians[input],
                        &worst.hessian,
                        place
                    )
                }
            }
        }
        print(name, worst.loss, worst.gradient, worst.hessian, separator: "\n    ")
        #expect(worst.loss.ulps <= Self.tolerance, "\(worst.loss)")
        #expect(worst.gradient.ulps <= Self.tolerance, "\(worst.gradient)")
        #expect(worst.hessian.ulps <= Self.tolerance, "\(worst.hessian)")
    }

    /// A divergence from logarithms is as accurate as the logarithms; its terms are about 1.
    private func lossScale(_ group: Golden.Group) -> Double {
        group.isOn("log_predictions") || group.isOn("log_targets") ? 1 : 0
    }

    /// The gradient of a row with respect to a logit is a difference of two terms, which are as large
    /// as the Hessian if they cancel, near the optimum of a soft target.
    private func gradientScale(
        _ group: Golden.Group,
        _ facts: Facts,
        _ hessian: [Double]
    ) -> [Double] {
        facts.signature.unit == .row && group.isOn("from_logits") ? hessian : [0]
    }

    private func note(
        _ actual: Tensor?,
        _ expected: [String],
        scale: [Double],
        term: Double?,
        _ worst: inout WorstError,
        _ place: String
    ) throws {
        let values = try #require(actual).values
        try #require(values.count == expected.count)
        for (index, value) in values.enumerated() {
            worst.note(
                value,
                try nearest(expected[index]),
                scale: scale[min(index, scale.count - 1)],
                term: term ?? 0,
                at: "\(place) [\(index)]"
            )
        }
    }
}
