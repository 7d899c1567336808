// SPDX-License-Identifier: Apache-2.0

import LossFacts
import LossFunctions
import SeededRandom
import TestSupport
import Testing

/// Options that have a number for each index of an axis.
@Suite("Every loss of elements with an option that may be a list")
struct ListOptionTests {
    private static let everything: Outputs = [.loss, .gradient, .hessian, .elements]
    private static let names = Catalogue.losses.map { $0.facts }.filter { facts in
        facts.signature.unit == .element && facts.options.contains { $0.name == "axis" }
    }.map { $0.name }

    /// A loss with options beside those that its domains distinguish.
    private func losses(_ name: String, _ options: [String: OptionValue]) throws -> [Loss] {
        let entry = try #require(Catalogue.loss(named: name)).entry
        return try entry.facts.variants.map { variant in
            try entry.loss(
                OptionValues(variant.merging(options) { $1 }, for: entry.facts.options)
            )
        }
    }

    /// The name of the option that may be a list.
    private func list(of name: String) throws -> String {
        let options = try #require(Catalogue.loss(named: name)).facts.options
        return try #require(
            options.first { if case .numbers = $0.kind { true } else { false } }
        ).name
    }

    @Test(
        "uses the number of each index of the axis",
        arguments: names,
        [
            ([3, 2], nil, 1), ([3, 2], 0, 0), ([3, 2], -2, 0), ([2, 3, 2], 1, 1),
            ([4, 300], 0, 0), ([300, 4], -1, 1), ([2, 600, 3], 1, 1), ([5], 0, 0),
        ] as [([Int], Int?, Int)]
    )
    func axes(name: String, setting: (shape: [Int], axis: Int?, place: Int)) throws {
        let (shape, length) = (setting.shape, setting.shape[setting.place])
        let option = try list(of: name)
        let numbers = (0..<length).map { 0.05 + 0.9 * Double($0) / Double(length) }
        var options: [String: OptionValue] = [option: .list(numbers)]
        if let axis = setting.axis { options["axis"] = .number(Double(axis)) }
        for (loss, variant) in zip(try losses(name, options), 0...) {
            var random = SplitMix(state: 93)
            let count = shape.reduce(1, *)
            func tensor(_ range: ClosedRange<Double>) -> Tensor {
                Tensor(
                    shape: shape,
                    values: (0..<count).map { _ in Double.random(in: range, using: &random) }
                )
            }
            let predictions = tensor(0.1...0.9)
            let targets = Tensor(
                shape: shape,
                values: (0..<count).map { _ in Bool.random(using: &random) ? 1 : 0 }
            )
            let batch = Batch(predictions: predictions, targets: targets)
            let result = try loss.evaluate(batch, Self.everything, .sum)
            for index in [0, length / 2, length - 1] {
                let single = try losses(name, [option: .number(numbers[index])])[variant]
                let expected = try single.evaluate(batch, Self.everything, .sum)
                for offset in 0..<count
                where Tensor.place(of: offset, in: shape)[setting.place] == index {
                    #expect(result.elements?.values[offset] == expected.elements?.values[offset])
                    #expect(result.gradient?.values[offset] == expected.gradient?.values[offset])
                    #expect(result.hessian?.values[offset] == expected.hessian?.values[offset])
                }
            }
        }
    }

    @Test("refuses axes that do not exist and lists of another length", arguments: names)
    func refusals(name: String) throws {
        let option = try list(of: name)
        let tensor = Tensor(shape: [2, 1], values: [0.25, 0.75])
        let batch = Batch(
            predictions: tensor,
            targets: Tensor(shape: tensor.shape, values: [0, 1])
        )
        for loss in try losses(name, ["axis": .number(2)]) {
            #expect(
                throws: LossError.noAxis(axis: 2, input: "predictions", shape: [2, 1])
            ) { try loss.evaluate(batch, Self.everything, .sum) }
        }
        for loss in try losses(name, ["axis": .number(0), option: .list([0.25, 0.5, 0.75])]) {
            #expect(throws: LossError.wrongCount(option: option, count: 3, expected: 2)) {
                try loss.evaluate(batch, Self.everything, .sum)
            }
        }
    }
}
