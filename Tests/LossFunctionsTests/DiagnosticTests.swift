// SPDX-License-Identifier: Apache-2.0

import Foundation
import LossFacts
import LossFunctions
import Testing

/// The output by which the training of a policy is watched.
@Suite("The diagnostics of a loss")
struct DiagnosticTests {
    private func diagnostics(
        _ name: String,
        _ inputs: [String: Tensor],
        _ options: [String: OptionValue] = [:],
        _ change: (inout LossRequest) -> Void = { _ in }
    ) throws -> [String: Double] {
        let found = try #require(Catalogue.loss(named: name))
        let loss = try found.entry.loss(OptionValues(options, for: found.facts.options))
        var request = LossRequest(
            inputs: found.facts.signature.inputs.map { inputs[$0.name] },
            outputs: .diagnostics
        )
        change(&request)
        let values = try #require(try loss.evaluate(request).diagnostics)
        #expect(values.map { $0.name } == found.facts.diagnostics?.names)
        return Dictionary(uniqueKeysWithValues: values.map { ($0.name, $0.value) })
    }

    private func row(_ values: [Double]) -> Tensor { Tensor(shape: [values.count], values: values) }

    private func isNear(_ value: Double?, _ expected: Double) -> Bool {
        guard let value else { return false }
        return abs(value - expected) <= 1e-14 * max(1, abs(expected))
    }

    /// Tokens whose ratios are e^d.
    private func tokens(_ differences: [Double], _ advantages: [Double]) -> [String: Tensor] {
        [
            "logprobs": row(differences.map { $0 - 1 }),
            "old_logprobs": row(differences.map { _ in -1 }),
            "advantages": row(advantages),
        ]
    }

    @Test("of pairs are those of rewards")
    func rewards() throws {
        let inputs = [
            "chosen": row([-1, -2, -3, -5]), "rejected": row([-2, -1, -3, -9]),
            "reference_chosen": row([-1.5, -2, -3, -5]),
            "reference_rejected": row([-2, -2, -3, -9.5]),
        ]
        // The log-ratios are 0.5, 0, 0, 0 and 0, 1, 0, 0.5.
        let all = try diagnostics("dpo", inputs, ["beta": .number(0.5)])
        #expect(all["count"] == 4 && all["accuracy"] == 0.25)
        #expect(all["rewards_chosen"] == 0.0625 && all["rewards_rejected"] == 0.1875)
        #expect(all["margin"] == -0.125)
        let masked = try diagnostics("dpo", inputs, ["beta": .number(0.5)]) {
            $0.mask = Tensor(shape: [4], values: [1, 0, 0, 0])
        }
        #expect(masked["accuracy"] == 1 && masked["margin"] == 0.25)
        let plain = try diagnostics(
            "bradley_terry",
            inputs.merging(["margin": row([0, 0, 0, 0])]) { $1 }
        )
        #expect(
            plain["accuracy"] == 0.5 && plain["margin"] == 1 && plain["rewards_chosen"] == -2.75
        )
        let batch = try diagnostics("aot", inputs)
        #expect(batch["count"] == 4 && batch["accuracy"] == 0.25)
    }

    @Test("of pairs are not rounded where rewards cancel")
    func cancellation() throws {
        let (huge, tiny) = (1e9, 0x1p-22)
        let inputs = [
            "chosen": row([-huge + tiny, -huge]), "rejected": row([-huge, -huge]),
            "reference_chosen": row([-huge, -huge]), "reference_rejected": row([-huge, -huge]),
        ]
        let all = try diagnostics("dpo", inputs, ["beta": .number(1)])
        #expect(all["margin"] == tiny / 2 && all["accuracy"] == 0.5)
        #expect(all["rewards_chosen"] == tiny / 2 && all["rewards_rejected"] == 0)
    }

    @Test("of tokens are those of ratios, of which clipped ones are counted by side")
    func ratios() throws {
        let differences = [0.5, -0.5, 0.1, -0.1, 0, 2]
        let all = try diagnostics(
            "ppo",
            tokens(differences, [1, -1, 1, -1, 1, -1]),
            ["dual_clip": .number(3)]
        )
        let ratios = differences.map { exp(($0 - 1) + 1) }
        let total = ratios.reduce(0, +)
        #expect(all["count"] == 6)
        #expect(isNear(all["ratio_mean"], total / 6))
        #expect(isNear(all["ratio_min"], exp(-0.5)) && isNear(all["ratio_max"], exp(2)))
        let squares = ratios.reduce(0) { $0 + $1 * $1 }
        #expect(isNear(all["effective_sample_size"], total * total / squares))
        #expect(isNear(all["approx_kl_k1"], -differences.reduce(0, +) / 6))
        #expect(isNear(all["approx_kl_k2"], differences.reduce(0) { $0 + $1 * $1 / 2 } / 6))
        #expect(
            isNear(all["approx_kl_k3"], differences.reduce(0) { $0 + exp($1) - 1 - $1 } / 6)
        )
        // The first by the upper bound, the second by the lower, the last by the dual one.
        #expect(all["clip_fraction_high"] == 2.0 / 6 && all["clip_fraction_low"] == 1.0 / 6)
        #expect(all["clip_fraction"] == 0.5)
        // Without the dual bound, a negative advantage has no upper one.
        let plain = try diagnostics("ppo", tokens(differences, [1, -1, 1, -1, 1, -1]))
        #expect(plain["clip_fraction_high"] == 1.0 / 6)
        let cispo = try diagnostics(
            "cispo",
            tokens(differences, [0, 0, 0, 0, 0, 0]),
            ["ratio_min": .number(0.8), "ratio_max": .number(1.2)]
        )
        #expect(cispo["clip_fraction_high"] == 2.0 / 6 && cispo["clip_fraction_low"] == 1.0 / 6)
        let free = try diagnostics("importance_sampling", tokens(differences, [1, 1, 1, 1, 1, 1]))
        #expect(free["clip_fraction"] == nil && free["ratio_max"] == all["ratio_max"])
        // The probability of the first token rises by 0.24, that of the last falls by 0.22.
        let changes = try diagnostics("dppo", tokens([0.5, 0.1, -0.9], [1, 1, -1]))
        #expect(isNear(changes["clip_fraction_high"], 1.0 / 3))
        #expect(isNear(changes["clip_fraction_low"], 1.0 / 3))
    }

    @Test("do not cancel near a ratio of 1, and do not overflow in a square")
    func extremes() throws {
        let near = try diagnostics(
            "sapo",
            ["logprobs": row([1e-8]), "old_logprobs": row([0]), "advantages": row([1])]
        )
        #expect(isNear(near["approx_kl_k3"].map { $0 * 1e16 }, 0.5 * (1 + 1e-8 / 3)))
        let far = try diagnostics(
            "importance_sampling",
            [
                "logprobs": row([700, 700, 0]), "old_logprobs": row([0, 0, 0]),
                "advantages": row([1e-9, 1, 1]),
            ]
        )
        #expect(far["effective_sample_size"] == 2)
        #expect(throws: LossError.notFinite(.diagnostics, input: "logprobs", place: [])) {
            try diagnostics("sapo", tokens([800], [0]))
        }
    }

    @Test("of sequences have a ratio for each that has tokens")
    func sequences() throws {
        let inputs = [
            "logprobs": Tensor(shape: [3, 2], values: [-1, -1, -2, 7, -3, -3]),
            "old_logprobs": Tensor(shape: [3, 2], values: [-1.5, -0.75, -1, -9, -3, -3]),
            "advantages": row([1, -1, 1]),
            "token_mask": Tensor(shape: [3, 2], values: [1, 1, 1, 0, 0, 0]),
        ]
        let all = try diagnostics("gspo", inputs)
        #expect(all["count"] == 2)
        #expect(isNear(all["ratio_max"], exp(0.125)) && isNear(all["ratio_min"], exp(-1)))
        #expect(all["clip_fraction"] == 1)
        // The divergences are those of tokens.
        #expect(isNear(all["approx_kl_k1"], (-0.5 + 0.25 + 1) / 3))
        let tokens = try diagnostics("gmpo", inputs)
        #expect(tokens["count"] == 3)
        let masked = try diagnostics("vespo", inputs) {
            $0.mask = Tensor(shape: [3], values: [1, 0, 1])
        }
        #expect(masked["count"] == 2)
        #expect(throws: LossError.nothingToAverage(.mask)) {
            try diagnostics("gspo", inputs) { $0.mask = Tensor(shape: [3], values: [0, 0, 1]) }
        }
    }

    @Test("of labelled responses are the rewards of each kind")
    func labelled() throws {
        let inputs = [
            "logprobs": row([-1, -2, -3, -5]), "reference_logprobs": row([-2, -2, -1, -5.5]),
            "labels": row([1, 1, 0, 0]),
        ]
        // The log-ratios are 1, 0, -2 and 0.5.
        let options: [String: OptionValue] = ["beta": .number(0.5), "kl": .number(0.25)]
        let all = try diagnostics("kto", inputs, options)
        #expect(all["count"] == 4 && all["count_desirable"] == 2 && all["count_undesirable"] == 2)
        #expect(all["rewards_desirable"] == 0.25 && all["rewards_undesirable"] == -0.375)
        #expect(all["margin"] == 0.625 && all["accuracy"] == 0.5)
        let desirable = try diagnostics("kto", inputs, options) {
            $0.mask = Tensor(shape: [4], values: [1, 1, 0, 0])
        }
        #expect(desirable["count_undesirable"] == 0 && desirable["rewards_undesirable"] == 0)
        #expect(desirable["margin"] == 0 && desirable["rewards_desirable"] == 0.25)
    }

    @Test("of ranked responses are those of the pairs with different rewards")
    func ranking() throws {
        let inputs = [
            "logprobs": Tensor(shape: [2, 3], values: [-1, -2, -3, -1, -0.5, -4]),
            "rewards": Tensor(shape: [2, 3], values: [3, 2, 1, 1, 2, 2]),
        ]
        // The differences of the better and the worse one are 1, 2, 1 and 0.5, -3.
        let all = try diagnostics("rrhf", inputs)
        #expect(all["count"] == 2 && all["count_pairs"] == 5 && all["accuracy"] == 0.8)
        #expect(all["margin"] == 0.3)
        let equal = try diagnostics(
            "rrhf",
            inputs.merging(["rewards": Tensor(shape: [2, 3], values: [1, 1, 1, 1, 1, 1])]) { $1 }
        )
        #expect(equal["count_pairs"] == 0 && equal["accuracy"] == 0 && equal["margin"] == 0)
    }

    @Test("of logits are the entropy of the predicted distribution")
    func entropy() throws {
        let inputs = [
            "predictions": Tensor(shape: [3, 2], values: [0, 0, 2, 0, 7, 1]),
            "targets": row([0, 1, -100]),
        ]
        func expected(_ logit: Double) -> Double {
            let p = 1 / (1 + exp(-logit))
            return -p * log(p) - (1 - p) * log(1 - p)
        }
        let ignored: [String: OptionValue] = ["ignore_index": .number(-100)]
        let all = try diagnostics("causal_lm_cross_entropy", inputs, ignored)
        #expect(all["count"] == 2 && isNear(all["entropy"], (log(2) + expected(2)) / 2))
        let bounded = try diagnostics(
            "causal_lm_cross_entropy",
            inputs,
            ignored.merging(["logit_softcap": .number(4)]) { $1 }
        )
        #expect(isNear(bounded["entropy"], (log(2) + expected(4 * tanh(0.5))) / 2))
        let teacher = ["targets": Tensor(shape: [3, 2], values: [0, 0, 0, 0, 0, 0])]
        for name in ["reverse_kl", "distillation"] {
            let student = try diagnostics(
                name,
                inputs.merging(teacher) { $1 },
                ["temperature": .number(2)]
            )
            let sum = log(2) + expected(1) + expected(3)
            #expect(student["count"] == 3 && isNear(student["entropy"], sum / 3))
        }
        // Classes along the first axis.
        let transposed = [
            "predictions": Tensor(shape: [2, 2], values: [0, 2, 0, 0]), "targets": row([0, 1]),
        ]
        let columns = try diagnostics(
            "causal_lm_cross_entropy",
            transposed,
            ["axis": .number(0)]
        )
        #expect(isNear(columns["entropy"], (log(2) + expected(2)) / 2))
    }
}
