// SPDX-License-Identifier: Apache-2.0

import LossFacts
import LossFunctions
import TestSupport
import Testing

/// Identities, kinks and refusals of losses of ensembles, quantiles, logits and sequences of tokens.
@Suite("A loss of forecasts or tokens")
struct ForecastAndTokenTests {
    private func result(
        _ name: String,
        _ options: [String: OptionValue],
        _ inputs: [Tensor?],
        of differentiated: [Int] = []
    ) throws -> LossResult {
        let found = try #require(Catalogue.loss(named: name))
        let options = options.merging(found.presets) { $1 }
        let loss = try found.entry.loss(OptionValues(options, for: found.facts.options))
        let omitted = found.facts.signature.inputs.count - inputs.count
        var request = LossRequest(inputs: inputs + Array(repeating: nil, count: omitted))
        request.outputs = [.loss, .gradient, .hessian, .elements]
        request.gradientOf = differentiated
        return try loss.evaluate(request)
    }

    private func result(
        _ name: String,
        _ inputs: [Tensor?],
        of differentiated: [Int] = []
    ) throws -> LossResult {
        try result(name, [:], inputs, of: differentiated)
    }

    private func row(_ values: [Double]) -> Tensor {
        Tensor(shape: [1, values.count], values: values)
    }

    private func one(_ value: Double) -> Tensor { Tensor(shape: [1], values: [value]) }

    @Test("of quantiles is half of the weighted interval score of the same levels")
    func quantilesAndIntervals() throws {
        let target = one(0.3)
        let grid = try result(
            "quantile_grid",
            ["levels": .list([0.125, 0.25, 0.5, 0.75, 0.875])],
            [row([-2, -0.5, 0.25, 0.2, 1.5]), target]
        )
        let intervals = try result(
            "weighted_interval_score",
            ["alpha": .list([0.25, 0.5])],
            [row([-2, -0.5]), row([1.5, 0.2]), one(0.25), target]
        )
        let half = try #require(intervals.loss).values[0] / 2
        #expect(ulps(try #require(grid.loss).values[0], from: half) <= 1)
    }

    @Test("refuses a list of an option that does not fit its columns")
    func lists() throws {
        let inputs = [row([1, 2, 3]), one(0)]
        #expect(throws: LossError.wrongCount(option: "levels", count: 2, expected: 3)) {
            try result("quantile_grid", ["levels": .list([0.1, 0.2])], inputs)
        }
        let same = try result("quantile_grid", ["levels": .number(0.25)], inputs)
        #expect(same.loss == Tensor(1.5))
    }

    @Test("of vectors of one number is that of an ensemble of numbers")
    func energyOfNumbers() throws {
        let members = [0.5, 1.25, -0.25, 0.75, 2]
        for fair in [false, true] {
            let options: [String: OptionValue] = ["estimator": .choice(fair ? "fair" : "standard")]
            let vectors = try result(
                "energy_score",
                options,
                [Tensor(shape: [1, 5, 1], values: members), Tensor(shape: [1, 1], values: [1])]
            )
            let numbers = try result("crps_ensemble", options, [row(members), one(1)])
            #expect(vectors.loss == numbers.loss)
            #expect(vectors.gradient?.values == numbers.gradient?.values)
        }
    }

    @Test("gives coincident members and coordinates no derivative of their distance")
    func coincidence() throws {
        let members = Tensor(shape: [1, 2, 2], values: [1, 1, 1, 1])
        let target = row([1, 1])
        for name in ["energy_score", "variogram_score"] {
            let result = try result(name, [members, target], of: [0, 1])
            #expect(result.loss == Tensor(0), "\(name)")
            for derivative in result.derivatives {
                #expect(derivative.tensor.values.allSatisfy { $0 == 0 }, "\(name)")
            }
        }
    }

    @Test(
        "of sequences does not depend on tokens that do not count, which have no derivatives",
        arguments: ["gspo", "luspo", "gmpo", "vespo"]
    )
    func masks(name: String) throws {
        let mask = row([1, 0, 1])
        func loss(_ other: Double) throws -> LossResult {
            try result(
                name,
                [row([-1, other, -3]), row([-1.0001, -other, -3.0002]), one(0.75), mask],
                of: [0, 1, 2]
            )
        }
        let (first, second) = (try loss(5), try loss(-1e50))
        #expect(first == second)
        #expect(first.gradients[0].tensor.values[1] == 0)
        #expect(first.gradients[0].tensor.values[0] != 0)
        let none = try result(
            name,
            [row([-1, -2]), row([-3, -4]), one(0.75), row([0, 0])],
            of: [0, 1, 2]
        )
        #expect(none.loss == Tensor(0) && none.normalizer == 1)
        #expect(none.derivatives.allSatisfy { $0.tensor.values.allSatisfy { $0 == 0 } })
    }

    @Test("weighted by length is the loss times the number of tokens that count")
    func lengths() throws {
        let inputs = [row([-1, -2, -3]), row([-1.001, -2, -3]), one(-0.5), row([1, 1, 0])]
        let plain = try result("gspo", inputs)
        let weighted = try result("luspo", inputs)
        let twice = try #require(plain.loss).values[0] * 2
        #expect(weighted.loss == Tensor(twice))
    }

    @Test("of logarithms refuses probabilities with a sum of 1 or more, unless it leaves a rest")
    func rests() throws {
        let teacher = row([-1, -2])
        #expect {
            try result("topk_distillation", [row([-0.5, -0.5]), teacher])
        } throws: { error in
            guard case .undefined("logprobs", [0], .noRest(let sum))? = error as? LossError
            else { return false }
            return sum > 1.21 && sum < 1.22
        }
        #expect(throws: LossError.self) {
            try result("topk_distillation", [row([0, -800]), teacher])
        }
        let options: [String: OptionValue] = ["tail_epsilon": .number(1e-7)]
        let bounded = try result("topk_distillation", options, [row([0, -800]), teacher])
        #expect(try #require(bounded.loss).values[0] > 0)
        // A rest of the teacher that is 0 has no term.
        let certain = try result("topk_distillation", [row([-0.5, -3]), row([0, -800])])
        #expect(certain.loss == Tensor(0.5))
    }

    @Test("of a router refuses a number of experts that there are not")
    func experts() throws {
        let logits = Tensor(shape: [2, 3], values: [1, 2, 3, 3, 2, 1])
        for count in [0.0, 4] {
            #expect {
                try result("moe_load_balancing", ["top_k": .number(count)], [logits, nil])
            } throws: { error in
                guard case .outOfRange("top_k", [], count, _)? = error as? LossError else {
                    return false
                }
                return true
            }
        }
        // Balanced experts, each of which has every token, have the loss top_k.
        let all = try result("moe_load_balancing", ["top_k": .number(3)], [logits, nil])
        #expect(ulps(try #require(all.loss).values[0], from: 3) <= 1)
        let none = try result("moe_load_balancing", [logits, Tensor(shape: [2], values: [0, 0])])
        #expect(none.loss == Tensor(0))
    }

    @Test("of sorted samples does not depend on their order")
    func order() throws {
        let numbers: [[Double]] = [
            [-12.5, -30.25, -8], [-14, -29.5, -20.75], [-13, -30, -9.5], [-13.5, -30.5, -18],
        ]
        func loss(_ order: [Int]) throws -> LossResult {
            try result(
                "aot",
                numbers.map { row in Tensor(shape: [3], values: order.map { row[$0] }) },
                of: [0, 1, 2, 3]
            )
        }
        let (plain, mixed) = (try loss([0, 1, 2]), try loss([2, 0, 1]))
        #expect(plain.loss == mixed.loss)
        for (one, other) in zip(plain.gradients, mixed.gradients) {
            #expect(other.tensor.values == [2, 0, 1].map { one.tensor.values[$0] })
        }
    }
}
