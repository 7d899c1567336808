// SPDX-License-Identifier: Apache-2.0

import LossFacts
import LossFunctions
import TestSupport
import Testing

@Suite("Every loss agrees with high-precision reference values")
struct GoldenTests {
    /// Elementary functions have errors of up to 1 ulp, and a few operations follow.
    static let tolerance = 5.0

    @Test("loss, gradient and Hessian", arguments: Catalogue.losses.map { $0.facts.name })
    func losses(name: String) throws {
        let found = try #require(Catalogue.loss(named: name))
        var worst = (loss: WorstError(), gradient: WorstError(), hessian: WorstError())
        for group in try Golden.of(name).groups {
            let loss = try found.entry.loss(group.options.optionValues(for: found.facts.options))
            for sample in group.samples {
                let evaluation = try loss.evaluate(
                    sample.batch,
                    [.loss, .gradient, .hessian],
                    .none
                )
                let place = "\(group.options) \(sample)"
                let hessian = try sample.hessian.map(nearest)
                try note(
                    evaluation.loss,
                    sample.loss,
                    scale: [lossScale(group)],
                    &worst.loss,
                    place
                )
                try note(
                    evaluation.gradient,
                    sample.gradient,
                    scale: gradientScale(group, hessian),
                    &worst.gradient,
                    place
                )
                try note(evaluation.hessian, sample.hessian, scale: [0], &worst.hessian, place)
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

    /// The gradient with respect to a logit is a difference of two terms, which are as large as the
    /// Hessian if they cancel, near the optimum of a soft target.
    private func gradientScale(_ group: Golden.Group, _ hessian: [Double]) -> [Double] {
        group.isOn("from_logits") ? hessian : [0]
    }

    private func note(
        _ actual: Tensor?,
        _ expected: [String],
        scale: [Double],
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
                at: "\(place) [\(index)]"
            )
        }
    }
}
