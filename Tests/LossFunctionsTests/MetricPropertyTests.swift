// SPDX-License-Identifier: Apache-2.0

import LossFacts
import LossFunctions
import Testing

@Suite("Every metric")
struct MetricPropertyTests {
    private static let names = MetricCatalogue.metrics.map { $0.facts.name }

    @Test("has the same bits in any order of the units", arguments: names)
    func order(name: String) throws {
        var samples = MetricSamples(seed: 201)
        // The second count is sorted by digits.
        for count in [2, 40, 300, 5_000] {
            for sample in try samples.samples(of: name, units: count) {
                var places = Array(0..<count)
                places.shuffle(using: &samples.random)
                let shuffled = sample.gathered(places)
                #expect(try shuffled.result() == sample.result())
                guard count < 1_000 else { continue }
                for ofAllMagnitudes in [false, true] {
                    let weights = samples.weights(count, ofAllMagnitudes: ofAllMagnitudes)
                    let result = try shuffled.result(places.map { weights[$0] })
                    #expect(try result == sample.result(weights))
                }
            }
        }
    }

    @Test("counts a unit of weight 2 twice, and one of weight 0 not at all", arguments: names)
    func integerWeights(name: String) throws {
        var samples = MetricSamples(seed: 202)
        for sample in try samples.samples(of: name, units: 60) {
            let counts = (0..<60).map { _ in Int.random(in: 0...3, using: &samples.random) }
            let repeated = sample.gathered(
                counts.enumerated().flatMap { repeatElement($0.offset, count: $0.element) }
            )
            // The standard error depends on the number of units, too.
            #expect(
                try sample.result(counts.map { Double($0) }).value == repeated.result().value
            )
        }
    }

    @Test("does not depend on a power of two in all weights", arguments: names)
    func scale(name: String) throws {
        var samples = MetricSamples(seed: 203)
        for sample in try samples.samples(of: name, units: 50)
        where name != "confusion_matrix" {
            let weights = samples.weights(50, ofAllMagnitudes: false)
            for factor in [0x1p-1000, 0x1p900] {
                #expect(
                    try sample.result(weights) == sample.result(weights.map { $0 * factor })
                )
            }
        }
    }

    @Test(
        "has the same value for narrow weights and beside one of another magnitude",
        arguments: names
    )
    func wideWeights(name: String) throws {
        var samples = MetricSamples(seed: 204)
        for sample in try samples.samples(of: name, units: 50) {
            var weights = samples.weights(50, ofAllMagnitudes: false)
            weights[17] = 0
            let value = try sample.result(weights).value
            weights[17] = 0x1p-1000
            // A confusion count below the others is a number of its own.
            guard name != "confusion_matrix" else { continue }
            #expect(try sample.result(weights).value == value)
        }
    }

    @Test("of a group equals that of its rows alone, and of a mask likewise", arguments: names)
    func groups(name: String) throws {
        var samples = MetricSamples(seed: 205)
        for sample in try samples.samples(of: name, units: 300) {
            for weights in [nil, samples.weights(300, ofAllMagnitudes: false)] {
                let groups = (0..<300).map { _ in Int.random(in: 0..<3, using: &samples.random) }
                let included = (0..<300).map { _ in
                    Double(Int.random(in: 0...3, using: &samples.random).signum())
                }
                for mask in [nil, included] {
                    let parts = try MetricGroups(
                        sample.units(weights, mask: mask),
                        by: groups,
                        count: 4
                    )
                    let arranged = zip(sample.inputs, sample.widths).map { tensor, width in
                        width > 0 ? parts.arranged(tensor) : tensor
                    }
                    for group in 0..<3 {
                        let places = groups.indices.filter {
                            groups[$0] == group && mask?[$0] != 0
                        }
                        let result = try sample.metric.evaluate(arranged, parts.units[group])
                        let rows = sample.gathered(places)
                        let own = weights.map { weights in places.map { weights[$0] } }
                        #expect(try result == rows.result(own))
                        let only = groups.indices.map {
                            groups[$0] == group ? mask?[$0] ?? 1 : 0
                        }
                        #expect(try result == sample.result(weights, mask: only))
                    }
                    // No unit has the last group.
                    let empty = try sample.metric.evaluate(arranged, parts.units[3])
                    #expect(
                        empty.value
                            == .undefined("\(name) needs at least one unit, but none takes part")
                    )
                }
            }
        }
    }

    @Test("skips units with a missing input, or refuses them", arguments: names)
    func missing(name: String) throws {
        var samples = MetricSamples(seed: 206)
        for sample in try samples.samples(of: name, units: 40) {
            for input in sample.inputs.indices {
                let tensor = sample.inputs[input]
                guard sample.widths[input] > 0 else { continue }
                var values = tensor.values
                let offset = 7 * sample.widths[input] + sample.widths[input] / 2
                values[offset] = .nan
                var inputs = sample.inputs
                inputs[input] = Tensor(shape: tensor.shape, values: values, hasMissing: true)
                let units = try MetricUnits(sample.metric, inputs, skipsMissing: true)
                #expect(units.skipped == 1 && units.count == 39)
                let rest = sample.gathered((0..<40).filter { $0 != 7 })
                #expect(try sample.metric.evaluate(inputs, units) == rest.result())
                let error = LossError.missingValue(
                    input: sample.metric.facts.inputNames[input],
                    place: Tensor.place(of: offset, in: tensor.shape)
                )
                #expect(throws: error) { try MetricUnits(sample.metric, inputs) }
                #expect(throws: error) {
                    try sample.metric.evaluate(inputs, sample.units())
                }
            }
        }
    }

    @Test("has the same bits with every instruction set", arguments: names)
    func instructionSets(name: String) throws {
        var samples = MetricSamples(seed: 209)
        for sample in try samples.samples(of: name, units: 1_000) {
            let weights = samples.weights(1_000, ofAllMagnitudes: false)
            let results = try InstructionSet.available.map { set in
                try InstructionSet.$current.withValue(set) {
                    [try sample.result(), try sample.result(weights)]
                }
            }
            #expect(results.allSatisfy { $0 == results[0] })
        }
    }

    @Test("ends when it is cancelled", arguments: names)
    func cancellation(name: String) throws {
        final class Cancelled: CancellationFlag {
            var isCancelled: Bool { true }
        }
        var samples = MetricSamples(seed: 207)
        for sample in try samples.samples(of: name, units: 5) {
            #expect(throws: LossError.cancelled) {
                try sample.metric.evaluate(sample.inputs, sample.units(), unless: Cancelled())
            }
        }
    }

    @Test("has no value if every weight is 0", arguments: names)
    func zeroWeights(name: String) throws {
        var samples = MetricSamples(seed: 208)
        for sample in try samples.samples(of: name, units: 5) {
            let result = try sample.result([Double](repeating: 0, count: 5))
            #expect(result.value == .undefined("\(name) needs a weight above 0, but all are 0"))
        }
    }
}
