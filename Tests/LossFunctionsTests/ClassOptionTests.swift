// SPDX-License-Identifier: Apache-2.0

import LossFacts
import LossFunctions
import TestSupport
import Testing

/// Weights and forms of classes, over the whole catalogue.
@Suite("Every loss of classes")
struct ClassOptionTests {
    private static let everything: Outputs = [.loss, .gradient, .hessian, .elements]
    private static let weights = [0.5, 2, 1.25, 3, 0.75]

    /// The losses whose units are those of the classes: tokens are not, whose classes are those of the next.
    private static let facts = Catalogue.losses.map { $0.facts }.filter {
        $0.signature.classes != nil && $0.name != "causal_lm_cross_entropy"
    }

    private static func names(having option: String) -> [String] {
        facts.filter { $0.options.contains { $0.name == option } }.map { $0.name }
    }

    private func variants(_ name: String, _ options: [String: OptionValue] = [:]) throws -> [Loss] {
        let entry = try #require(Catalogue.loss(named: name)).entry
        return try entry.facts.variants.map { variant in
            try entry.loss(
                OptionValues(variant.merging(options) { $1 }, for: entry.facts.options)
            )
        }
    }

    /// A batch with a class for each of its six units.
    private func batch(_ loss: Loss, _ classes: [Double]) throws -> Batch {
        var samples = Samples(seed: 91)
        let input = try #require(loss.facts.signature.classes).input
        var inputs = samples.batch(for: loss).inputs
        inputs[input] = Tensor(shape: [classes.count], values: classes)
        return Batch(inputs)
    }

    /// Classes of six units, each of four or, if they are ranks, of five.
    private func classes(_ loss: Loss) throws -> [Double] {
        let areRanks = try #require(loss.facts.signature.classes).areRanks
        return [0, 3, 1, 2, areRanks ? 4 : 3, 1]
    }

    /// The loss and all derivatives.
    private func numbers(_ result: LossResult) throws -> [Double] {
        try #require(result.loss).values
            + (result.gradients + result.hessians).flatMap { $0.tensor.values }
    }

    private func expectNear(_ result: LossResult, _ expected: LossResult) throws {
        let (own, other) = (try numbers(result), try numbers(expected))
        #expect(own.count == other.count && result.normalizer == expected.normalizer)
        for (a, b) in zip(own, other) {
            // The weight is a factor of the loss or of its terms: a few more roundings.
            #expect((a - b).magnitude <= 4e-15 * max(1, b.magnitude))
        }
    }

    @Test(
        "has the result of weighted units with weights of classes",
        arguments: names(having: "class_weights")
    )
    func classWeights(name: String) throws {
        for (plain, index) in zip(try variants(name), 0...) {
            let classes = try classes(plain)
            let count = try #require(plain.facts.signature.classes).areRanks ? 5 : 4
            let weights = Array(Self.weights.prefix(count))
            let weighted = try variants(name, ["class_weights": .list(weights)])[index]
            let batch = try batch(plain, classes)
            let units = Tensor(shape: [6], values: classes.map { weights[Int($0)] })
            for reduction in [Reduction.mean, .sum, .batchMean] {
                try expectNear(
                    weighted.evaluate(batch, Self.everything, reduction),
                    plain.evaluate(Batch(batch.inputs, weights: units), Self.everything, reduction)
                )
            }
            let tooMany = try variants(name, ["class_weights": .list(weights + [1])])[index]
            #expect(
                throws: LossError.wrongCount(
                    option: "class_weights",
                    count: count + 1,
                    expected: count
                )
            ) { try tooMany.evaluate(batch, Self.everything, .mean) }
        }
    }

    @Test(
        "leaves units of an ignored class out as a mask does",
        arguments: names(having: "ignore_index")
    )
    func ignoredClass(name: String) throws {
        for (plain, index) in zip(try variants(name), 0...) {
            for ignored in [-100.0, 1] {
                var classes = try classes(plain)
                for unit in [2, 5] { classes[unit] = ignored }
                let ignoring = try variants(name, ["ignore_index": .number(ignored)])[index]
                let own = try ignoring.evaluate(
                    try batch(plain, classes),
                    Self.everything,
                    .mean
                )
                var request = try batch(plain, classes).request(Self.everything, .mean)
                request.mask = Tensor(shape: [6], values: classes.map { $0 == ignored ? 0 : 1 })
                let masked = try plain.evaluate(request)
                #expect(try numbers(own) == numbers(masked))
                #expect(own.normalizer == masked.normalizer)
            }
        }
    }

    @Test("takes classes as indices and as rows", arguments: facts.map { $0.name })
    func forms(name: String) throws {
        for loss in try variants(name) {
            let signature = loss.facts.signature
            let places = try #require(signature.classes)
            let classes = try classes(loss)
            let indexed = try batch(loss, classes)
            let expected = try loss.evaluate(indexed, Self.everything, .mean)
            for form in signature.inputs[places.input].forms where form.shape.dimensions != [.any] {
                let isRank = form.domains[0].domain == .levels
                let rows = classes.flatMap { own in
                    (0..<4).map { isRank ? Double($0) < own : Double($0) == own }
                }
                var inputs = indexed.inputs
                inputs[places.input] = Tensor(shape: [6, 4], values: rows.map { $0 ? 1 : 0 })
                let result = try loss.evaluate(Batch(inputs), Self.everything, .mean)
                if [.levels, .oneHot].contains(form.domains[0].domain) {
                    #expect(result == expected)
                } else {
                    try expectNear(result, expected)
                }
            }
        }
    }

    @Test("refuses rows that do not have a single 1, unless they are left out")
    func oneHotRows() throws {
        let loss = try #require(Catalogue.loss(named: "multi_margin")).entry.loss(.none)
        let predictions = Tensor(shape: [2, 3], values: [1, 2, 3, 0, 1, 0])
        for (row, ones) in [([1.0, 0, 1], 2), ([0, 0, 0], 0)] {
            let targets = Tensor(shape: [2, 3], values: [0, 1, 0] + row)
            var request = Batch(predictions: predictions, targets: targets).request([.loss], .mean)
            #expect(
                throws: LossError.notOneHot(input: "targets", row: [1], axis: 1, ones: ones)
            ) { try loss.evaluate(request) }
            request.mask = Tensor(shape: [2], values: [1, 0])
            // Of the scores 1, 2, 3 and the class 1: (0 + 2) / 3.
            #expect(try loss.evaluate(request).reduced == 2.0 / 3)
        }
    }

    @Test(
        "has derivatives in weighted distributions that agree with finite differences",
        arguments: ["sparsemax", "entmax15", "entmax", "categorical_cross_entropy"]
    )
    func weightedDistributions(name: String) throws {
        let options = ["class_weights": OptionValue.list([0.5, 2, 1.25, 3])]
        for smoothing in [0.0, 0.3] {
            var all = options.merging(["label_smoothing": .number(smoothing)]) { $1 }
            // At its default it is entmax15.
            if name == "entmax" { all["alpha"] = .number(1.75) }
            for loss in try variants(name, all) {
                var samples = Samples(seed: 92)
                let batch = samples.batch(for: loss)
                func result(_ batch: Batch) throws -> (Double, [Double], [Double]) {
                    var request = batch.request([.loss, .gradient, .hessian], .sum)
                    request.gradientOf = [1]
                    let result = try loss.evaluate(request)
                    return (
                        try #require(result.reduced), result.gradients[0].tensor.values,
                        result.hessians[0].tensor.values
                    )
                }
                let exact = try result(batch)
                let step = 1e-5
                for offset in batch.targets.values.indices {
                    var (up, down) = (batch.inputs, batch.inputs)
                    up[1] = batch.targets.moved(offset, by: step)
                    down[1] = batch.targets.moved(offset, by: -step)
                    let (above, below) = (try result(Batch(up)), try result(Batch(down)))
                    let slope = (above.0 - below.0) / (2 * step)
                    #expect((slope - exact.1[offset]).magnitude <= 1e-6 * max(1, slope.magnitude))
                    let bend = (above.1[offset] - below.1[offset]) / (2 * step)
                    #expect((bend - exact.2[offset]).magnitude <= 1e-5 * max(1, bend.magnitude))
                }
            }
        }
    }
}

extension Tensor {
    /// The tensor with one number moved.
    fileprivate func moved(_ offset: Int, by step: Double) -> Tensor {
        var values = values
        values[offset] += step
        return Tensor(shape: shape, values: values)
    }
}
