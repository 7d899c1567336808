// SPDX-License-Identifier: Apache-2.0

import LossFacts
import LossFunctions
import TestSupport
import Testing

/// Classes that have no probability in a distribution, at which reference values by numerical
/// differentiation do not exist.
@Suite("A class of probability 0")
struct DistributionZeroTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let loss: String
        var options: [String: OptionValue] = [:]
        /// The derivatives with respect to the predictions 0 and 1 for the targets 0 and 1.
        let gradient: [Double]
        let hessian: [Double]
        /// The loss for the predictions 1/2 and 1/2 and the targets 0 and 1.
        let halfLoss: Double
        /// Whether the loss for the predictions 0 and 1 and the targets 1/2 and 1/2 is finite.
        var isFinite = false

        var testDescription: String { "\(loss) \(options)" }
    }

    static let log2 = 0x1.62e42fefa39efp-1
    static let cases = [
        // (1 log(4/3) + 1/2 log(2/3) + 1/2 log 2) / 2
        Case(
            loss: "jensen_shannon",
            gradient: [log2 / 2, 0],
            hessian: [0, 0.25],
            halfLoss: 0.215_761_554_338_835_7,
            isFinite: true
        ),
        // 1 - √½
        Case(
            loss: "hellinger",
            gradient: [0.5, 0],
            hessian: [0, 0.25],
            halfLoss: 0.292_893_218_813_452_5,
            isFinite: true
        ),
        Case(
            loss: "total_variation",
            gradient: [0, 0],
            hessian: [0, 0],
            halfLoss: 0.5,
            isFinite: true
        ),
        Case(loss: "chi_square", gradient: [1, 0], hessian: [0, 2], halfLoss: 1),
        Case(loss: "generalized_kl", gradient: [1, 0], hessian: [0, 1], halfLoss: log2),
        Case(
            loss: "alpha_divergence",
            gradient: [2, 0],
            hessian: [0, 1],
            halfLoss: 4 * 0.292_893_218_813_452_5,
            isFinite: true
        ),
        Case(
            loss: "alpha_divergence",
            options: ["alpha": .number(1)],
            gradient: [1, 0],
            hessian: [0, 1],
            halfLoss: log2
        ),
        Case(
            loss: "alpha_divergence",
            options: ["alpha": .number(2)],
            gradient: [0.5, 0],
            hessian: [0, 1],
            halfLoss: 0.5
        ),
        Case(loss: "beta_divergence", gradient: [1, 0], hessian: [0, 1], halfLoss: log2),
        Case(
            loss: "beta_divergence",
            options: ["beta": .number(2)],
            gradient: [0, 0],
            hessian: [1, 1],
            halfLoss: 0.25,
            isFinite: true
        ),
        Case(loss: "renyi_divergence", gradient: [0, -1], hessian: [0, 1], halfLoss: log2),
        Case(
            loss: "renyi_divergence",
            options: ["alpha": .number(0.5)],
            gradient: [0, -1],
            hessian: [0, 1],
            halfLoss: log2,
            isFinite: true
        ),
    ]

    private func evaluate(
        _ setting: Case,
        _ predictions: [Double],
        _ targets: [Double],
        _ outputs: Outputs
    ) throws -> LossResult {
        let found = try #require(Catalogue.loss(named: setting.loss))
        let loss = try found.entry.loss(
            OptionValues(setting.options, for: found.facts.options)
        )
        let batch = Batch(
            predictions: Tensor(shape: [1, 2], values: predictions),
            targets: Tensor(shape: [1, 2], values: targets)
        )
        return try loss.evaluate(batch, outputs, .sum)
    }

    @Test("contributes nothing where it has none in either", arguments: cases)
    func both(setting: Case) throws {
        let result = try evaluate(setting, [0, 1], [0, 1], [.loss, .gradient, .hessian])
        #expect(result.loss?.values == [0])
        #expect(result.gradient?.values == setting.gradient)
        #expect(result.hessian?.values == setting.hessian)
    }

    @Test("has a loss where only the target has none", arguments: cases)
    func target(setting: Case) throws {
        let result = try evaluate(setting, [0.5, 0.5], [0, 1], [.loss, .gradient, .hessian])
        #expect(ulps(try #require(result.loss).values[0], from: setting.halfLoss) <= 4)
    }

    @Test("has a loss where only the prediction has none, or is refused", arguments: cases)
    func prediction(setting: Case) throws {
        if setting.isFinite {
            let result = try evaluate(setting, [0, 1], [0.5, 0.5], [.loss])
            #expect(try #require(result.loss).values[0] > 0)
        } else {
            #expect(throws: LossError.self) {
                try evaluate(setting, [0, 1], [0.5, 0.5], [.loss])
            }
        }
    }
}
