// SPDX-License-Identifier: Apache-2.0

import LossFacts
import LossFunctions
import SeededRandom
import TestSupport
import Testing

@Suite("Every penalty")
struct PenaltyTests {
    private static let names = Catalogue.penalties.map { $0.facts.name }

    /// Those that are a sum over single parameters.
    private static let separable = Catalogue.penalties.map { $0.facts }
        .filter { $0.signature.unit == .element }.map { $0.name }

    @Test("agrees with high-precision reference values", arguments: separable)
    func golden(name: String) throws {
        let found = try #require(Catalogue.penalty(named: name))
        var worst = WorstError()
        for group in try Golden.of(name).groups {
            let penalty = try found.entry.loss(
                group.options.optionValues(for: found.facts.options)
            )
            for sample in group.cases ?? [] {
                let parameters = Tensor(shape: [sample.parameters.count], values: sample.parameters)
                let evaluation = try penalty.evaluate(
                    Batch([parameters]),
                    [.loss, .gradient, .hessian],
                    .sum
                )
                let place = "\(group.options) \(sample.parameters)"
                worst.note(
                    try #require(evaluation.loss).values[0],
                    try nearest(sample.value),
                    at: place
                )
                for (slope, expected) in zip(
                    try #require(evaluation.gradient).values,
                    sample.gradient
                ) {
                    worst.note(slope, try nearest(expected), at: place)
                }
                for (curvature, expected) in zip(
                    try #require(evaluation.hessian).values,
                    sample.hessian
                ) {
                    worst.note(curvature, try nearest(expected), at: place)
                }
            }
        }
        // One rounding each for strength, ratio, their product, and its product with the exact sum.
        #expect(worst.ulps <= 3, "\(worst)")
    }

    @Test("is a sum unless another reduction is requested", arguments: names)
    func reduction(name: String) throws {
        let facts = try #require(Catalogue.penalty(named: name)).facts
        #expect(facts.defaultReduction == .sum)
        #expect(facts.signature.inputs.map { $0.name } == ["parameters"])
    }

    /// Those that become large with their strength and their parameters.
    private static let unbounded = Catalogue.penalties.map { $0.facts }
        .filter { facts in
            facts.bounds.loss == nil && facts.options.contains { $0.name == "strength" }
        }
        .map { $0.name }

    @Test("refuses values beyond the largest double", arguments: unbounded)
    func refusals(name: String) throws {
        let found = try #require(Catalogue.penalty(named: name))
        let strongest = OptionValue.number(.greatestFiniteMagnitude)
        let steep = try found.entry.loss(
            OptionValues(["strength": strongest], for: found.facts.options)
        )
        let example = try #require(found.facts.examples.first?.inputs["parameters"])
        func batch(_ scale: Double) -> Batch {
            Batch([Tensor(shape: example.shape, values: example.values.map { scale * $0 })])
        }
        #expect(throws: LossError.notFinite(.loss, input: "parameters", place: [0])) {
            try steep.evaluate(batch(1e200), .loss, .sum)
        }
        // Results are finite, which the JSON writer relies on.
        let batch = batch(1)
        if let evaluation = try? steep.evaluate(batch, [.gradient, .hessian], .sum) {
            #expect(evaluation.gradient?.values.allSatisfy { $0.isFinite } == true)
            #expect(evaluation.hessian?.values.allSatisfy { $0.isFinite } == true)
        }
    }

    private func loss(_ name: String, _ options: [String: OptionValue] = [:]) throws -> Loss {
        let entry = try #require(Catalogue.penalty(named: name)).entry
        return try entry.loss(OptionValues(options, for: entry.facts.options))
    }

    private func result(
        _ name: String,
        _ options: [String: OptionValue],
        _ parameters: Tensor,
        _ outputs: Outputs = [.loss, .gradient, .hessian]
    ) throws -> LossResult {
        try loss(name, options).evaluate(Batch([parameters]), outputs, .sum)
    }

    private func row(_ values: [Double]) -> Tensor {
        Tensor(shape: [1, values.count], values: values)
    }

    @Test("has the subgradient of least length where parameters are equal or 0")
    func ties() throws {
        let alphas = OptionValue.list([8, 4, 2, 1])
        let slope = try result(
            "slope",
            ["strength": .number(1), "alphas": alphas],
            row([2, -2, 0, 3])
        )
        #expect(slope.loss == Tensor(8 * 3 + 4 * 2 + 2 * 2))
        #expect(slope.gradient?.values == [3, -3, 0, 8])
        #expect(slope.hessian?.values == [0, 0, 0, 0])

        let tv = try result("tv", ["strength": .number(1)], row([1, 1, 5, 5, 5, 3, 3, 3, 3]))
        #expect(tv.loss == Tensor(6))
        let (first, middle, last) = (-1.0 / 2, 2.0 / 3, -1.0 / 4)
        #expect(
            tv.gradient?.values == [first, first, middle, middle, middle, last, last, last, last]
        )
        #expect(try result("tv", [:], row([7, 7, 7])).gradient?.values == [0, 0, 0])

        // The vectors of the only singular value are those of the rows and columns.
        let singular = Tensor(shape: [2, 2], values: [3, 4, 6, 8])
        let nuclear = try result("nuclear", ["strength": .number(1)], singular)
        #expect(ulps(try #require(nuclear.loss).values[0], from: 125.0.squareRoot()) <= 1)
        let scale = 1 / 125.0.squareRoot()
        for (slope, number) in zip(try #require(nuclear.gradient).values, singular.values) {
            #expect((slope - scale * number).magnitude <= 1e-15)
        }
        let zeros = try result("nuclear", [:], Tensor(shape: [2, 3], values: [0, 0, 0, 0, 0, 0]))
        #expect(zeros.loss == Tensor(0) && zeros.gradient?.values == [0, 0, 0, 0, 0, 0])
    }

    @Test("counts orthogonal vectors and those of zeros as orthogonal")
    func orthogonal() throws {
        let matrix = Tensor(shape: [3, 2], values: [1, 2, -4, 2, 0, 0])
        let rows = try result("orthogonal", [:], matrix)
        #expect(rows.loss == Tensor(0) && rows.gradient?.values == [0, 0, 0, 0, 0, 0])
        let columns = try result(
            "orthogonal",
            ["mode": .choice("columns"), "strength": .number(1)],
            Tensor(shape: [2, 2], values: [3, -3, 4, -4])
        )
        #expect(columns.loss == Tensor(1))
        // The cosine is at its greatest.
        let gradient = try #require(columns.gradient).values
        #expect(gradient.allSatisfy { $0.magnitude <= 1e-16 })
    }

    @Test("of a sequence has a proximal operator that satisfies the conditions of a minimum")
    func tautString() throws {
        var random = SplitMix(state: 81)
        for (count, strength) in [(1_000, 0.5), (1_000, 20), (3_001, 0.01), (200, 1e6)] {
            // A random walk, some of whose steps are 0.
            var values: [Double] = []
            for _ in 0..<count {
                let step = random.unit() < 0.3 ? 0 : 2 * random.unit() - 1
                values.append((values.last ?? 0) + step)
            }
            var request = Batch([row(values)]).request(.prox, .sum)
            request.step = 0.75
            let prox = try #require(
                try loss("tv", ["strength": .number(strength)]).evaluate(request).prox
            ).values
            // With the sums z of w - u, |z_k| <= λ, z_k = λ sign(u_(k+1) - u_k) where u changes, and z = 0 at
            // the end; the errors of these sums are far below 1e-10.
            let limit = 0.75 * strength
            var sum = 0.0
            for place in 0..<count {
                sum += values[place] - prox[place]
                guard place < count - 1 else { break }
                #expect(sum.magnitude <= limit + 1e-10)
                let change = prox[place + 1] - prox[place]
                if change != 0 { #expect((sum + (change > 0 ? limit : -limit)).magnitude <= 1e-10) }
            }
            #expect(sum.magnitude <= 1e-10)
        }
    }

    @Test("of sorted magnitudes is l1 if all weights are equal")
    func equalWeights() throws {
        var random = SplitMix(state: 82)
        let values = (0..<300).map { _ in 4 * random.unit() - 2 }
        for outputs: Outputs in [[.loss, .gradient], .prox] {
            let one = try result("slope", ["alphas": .number(1)], row(values), outputs)
            let other = try result("l1", [:], row(values), outputs)
            #expect(one.gradient?.values == other.gradient?.values && one.prox == other.prox)
            // The elements of l1 are rounded.
            if let sum = one.reduced, let rounded = other.reduced {
                #expect((sum - rounded).magnitude <= 1e-15 * sum)
            }
        }
    }

    @Test(
        "of large matrices finds the parts of which they are made",
        arguments: [(40, 24), (24, 40)]
    )
    func singularValues(rows: Int, columns: Int) throws {
        // Rows of Hadamard matrices are orthogonal, and their products by powers of two exact.
        func sign(_ one: Int, _ other: Int) -> Double {
            (one & other).nonzeroBitCount % 2 == 0 ? 1 : -1
        }
        let values = [7.0, 3, 1.5, 0.001]
        var matrix = [Double](repeating: 0, count: rows * columns)
        for row in 0..<min(rows, 16) {
            for column in 0..<min(columns, 16) {
                for (part, value) in values.enumerated() {
                    matrix[row * columns + column] +=
                        value / 16 * sign(row, part) * sign(column, part)
                }
            }
        }
        let tensor = Tensor(shape: [rows, columns], values: matrix)
        let norm = try result("nuclear", ["strength": .number(2)], tensor, .loss).loss
        // The sums of the matrix are rounded.
        #expect((try #require(norm).values[0] - 2 * 11.501).magnitude <= 1e-14)
        let prox = try result("nuclear", ["strength": .number(2)], tensor, .prox).prox
        for row in 0..<rows {
            for column in 0..<columns {
                let inside = row < 16 && column < 16
                let first = inside ? 5 / 16.0 + 1 / 16.0 * sign(row, 1) * sign(column, 1) : 0
                #expect(
                    (try #require(prox).values[row * columns + column] - first).magnitude <= 1e-15
                )
            }
        }
    }

    @Test("refuses weights that increase, or of another number, and a box without numbers")
    func options() throws {
        #expect(
            throws: LossError.outOfRange(
                option: "alphas",
                place: [2],
                value: 3,
                allowed: "a number >= 0 and at most the one before, 1"
            )
        ) { try loss("slope", ["alphas": .list([2, 1, 3])]) }
        #expect(throws: LossError.wrongCount(option: "alphas", count: 2, expected: 3)) {
            try result("slope", ["alphas": .list([2, 1])], row([1, 2, 3]))
        }
        #expect(throws: LossError.wrongCount(option: "alphas", count: 2, expected: 3)) {
            try result("slope", ["alphas": .list([2, 1])], row([1, 2, 3]), .prox)
        }
        #expect(
            throws: LossError.outOfRange(
                option: "upper",
                place: [],
                value: 1,
                allowed: "a number >= lower, which is 1.5"
            )
        ) { try loss("box", ["lower": .number(1.5)]) }
    }

    @Test("is infinite outside a box, but has a proximal operator there")
    func outside() throws {
        let options: [String: OptionValue] = ["lower": .number(-1), "upper": .number(2)]
        for outputs: Outputs in [.loss, .gradient, [.loss, .prox]] {
            #expect(
                throws: LossError.outsideDomain(
                    input: "parameters",
                    place: [0, 1],
                    value: 3,
                    allowed: "a number in [-1, 2]"
                )
            ) { try result("box", options, row([0, 3]), outputs) }
        }
        #expect(try result("box", options, row([0, 3, -7]), .prox).prox?.values == [0, 2, -1])
        // A weight of 0 lifts the constraint, and a masked parameter remains.
        var request = Batch([row([3, 3, 3])]).request(.prox, .sum)
        request.weights = Tensor(shape: [1, 3], values: [0, 1, 1])
        request.mask = Tensor(shape: [1, 3], values: [1, 1, 0])
        #expect(try loss("box", options).evaluate(request).prox?.values == [3, 2, 3])
    }

    @Test("refuses empty rows and too many steps also for the proximal operator")
    func limits() throws {
        for name in ["slope", "tv", "group_lasso"] {
            #expect(throws: LossError.empty(input: "parameters")) {
                try result(name, [:], Tensor(shape: [2, 0], values: []), .prox)
            }
        }
        var request = Batch([Tensor(shape: [2, 3], values: [1, 2, 3, 4, 5, 7])]).request(
            .prox,
            .sum
        )
        // 2·2·6 + 40·2·6 + 400·6 + 400
        request.stepLimit = 3_303
        #expect(throws: LossError.tooManySteps(3_304, limit: 3_303)) {
            try loss("nuclear").evaluate(request)
        }
        request.stepLimit = 3_304
        #expect(try loss("nuclear").evaluate(request).steps == 3_304)
    }
}
