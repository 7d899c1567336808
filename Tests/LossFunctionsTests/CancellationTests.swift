// SPDX-License-Identifier: Apache-2.0

import LossFacts
import LossFunctions
import TestSupport
import Testing

/// Values near optima, where the terms of a loss or derivative cancel; the true values were computed
/// with mpmath at 60 digits.
@Suite("Where terms cancel, a row-wise loss")
struct CancellationTests {
    private func result(
        _ name: String,
        _ options: [String: OptionValue],
        _ predictions: [Double],
        _ targets: [Double]
    ) throws -> LossResult {
        let found = try #require(Catalogue.loss(named: name))
        let values = found.presets.merging(options) { $1 }
        let loss = try found.entry.loss(OptionValues(values, for: found.facts.options))
        let shape = [1, predictions.count]
        return try loss.evaluate(
            Batch(
                predictions: Tensor(shape: shape, values: predictions),
                targets: Tensor(shape: shape, values: targets)
            ),
            [.loss, .gradient, .hessian],
            .sum
        )
    }

    @Test("keeps a divergence of logits accurate")
    func logits() throws {
        let near = try result(
            "kl_divergence",
            ["from_logits": .flag(true)],
            [2.5772672423600413, -2.14025149597515],
            [0.9910532597673639, 0.008946740232636034]
        )
        #expect(near.loss == Tensor(4.4539744119449405e-7))
        let nearer = try result(
            "kl_divergence",
            ["from_logits": .flag(true)],
            [0.1, 0.09999999999999999],
            [0.5, 0.5]
        )
        let least = try #require(nearer.loss).values[0]
        #expect((least - 2.4074124304840448e-35).magnitude <= 1e-12 * 2.4e-35)
    }

    @Test("keeps a divergence of probabilities accurate")
    func probabilities() throws {
        let unnormalised = try result(
            "kl_divergence",
            ["check_sums": .flag(false)],
            [0.5885871727759838, 0.45194394472615096],
            [0.42512643715688925, 0.5748735628431106]
        )
        // The largest term is 0.18, of which 2^-98 is 6e-31.
        let sum = try #require(unnormalised.loss).values[0]
        #expect((sum - 3.3403218521895530e-19).magnitude <= 0.18 * 0x1p-98)
        let near = try result(
            "kl_divergence",
            [:],
            [0.37077928342293526, 0.2410865133410435, 0.3881342032360214],
            [0.37077928342293526, 0.2410865092772507, 0.3881342072998141]
        )
        #expect(ulps(try #require(near.loss).values[0], from: 1.2919106692410545e-20) <= 4)
    }

    @Test("keeps the Hessian of soft targets within four units in the last place")
    func hessians() throws {
        let weighted = try result(
            "cross_entropy",
            [
                "class_weights": .list([
                    0.10759809627499356, 3.4635776963322633, 0.13050136995024952,
                ]),
                "label_smoothing": .number(0.3),
            ],
            [1.913046069661437, -2.3172015516002613, -1.2973190814370974],
            [0.2905400831557842, 0.4876647222887231, 0.22179519455549268]
        )
        let third = try #require(weighted.hessian).values[2]
        #expect(ulps(third, from: 0.058651824087672624) <= 4)
    }

    @Test("is 0 where a prediction is its target exactly")
    func optimum() throws {
        let equal = try result("kl_divergence", [:], [0.25, 0.25, 0.5], [0.25, 0.25, 0.5])
        #expect(equal.loss == Tensor(0))
        let logits = try result("cross_entropy", [:], [3, 3], [0.5, 0.5])
        #expect(logits.gradient?.values == [0, 0])
    }
}
