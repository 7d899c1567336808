// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import Foundation
import LossFunctions
import SeededRandom
import Testing

@Suite("log Γ and its derivatives, with every available instruction set")
struct GammaTests {
    /// The lines of Tests/Golden/gamma.txt for one function.
    private struct Samples {
        var t: [Double] = []
        /// The increments of a difference.
        var w: [Double] = []
        /// The results, each the sum of three doubles.
        var results: [[Double]] = []
    }

    private static func samples(_ name: String) throws -> Samples {
        let text = try String(
            contentsOf: Golden.folder.appending(path: "gamma.txt"),
            encoding: .utf8
        )
        var samples = Samples()
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words[0] == name else { continue }
            let numbers = try words.dropFirst().map { try #require(Double($0), "\($0)") }
            samples.t.append(numbers[0])
            samples.w.append(numbers[1])
            samples.results.append(Array(numbers.dropFirst(2)))
        }
        return samples
    }

    /// The largest error relative to the result, or to the scale of the sample at an index.
    private static func worst(
        _ heads: [Double],
        _ tails: [Double],
        _ samples: Samples,
        scale: (_ index: Int) -> Double
    ) -> (error: Double, place: String) {
        var worst = (error: 0.0, place: "nowhere")
        for (index, expected) in samples.results.enumerated() where expected[0] != 0 {
            var sum = ExactSum()
            for term in [heads[index], tails[index]] + expected.map({ -$0 }) { sum.add(term) }
            let error =
                sum.value.magnitude / max(expected[0].magnitude, scale(index))
            if expected[0].magnitude > 0x1p-900, !(error <= worst.error) {
                worst = (error, "\(samples.t[index]), \(samples.w[index]): \(heads[index])")
            }
        }
        return worst
    }

    @Test("are within 3 ulp", arguments: GammaFunction.allCases, InstructionSet.available)
    func accuracy(function: GammaFunction, instructionSet: InstructionSet) throws {
        let samples = try Self.samples(function.rawValue)
        var results = samples.t
        var span = results.mutableSpan
        instructionSet.functions.evaluate(function, samples.t.span, into: &span)
        var worst = (ulps: 0.0, place: "nowhere")
        for (index, expected) in samples.results.enumerated() {
            var sum = ExactSum()
            for term in [results[index]] + expected.map({ -$0 }) { sum.add(term) }
            let error = sum.value.magnitude / expected[0].ulp
            if !(error <= worst.ulps) { worst = (error, "\(samples.t[index]): \(results[index])") }
        }
        print(instructionSet, function, worst)
        #expect(worst.ulps <= 3, "\(worst.place)")
    }

    @Test("of two doubles err by at most 2^-100", arguments: GammaFunction.allCases)
    func preciseAccuracy(function: GammaFunction) throws {
        let samples = try Self.samples(function.rawValue)
        var all: [[[Double]]] = []
        for instructionSet in InstructionSet.available {
            var (heads, tails) = (samples.t, samples.t)
            var headSpan = heads.mutableSpan
            var tailSpan = tails.mutableSpan
            instructionSet.functions.evaluate(
                function,
                samples.t.span,
                resultHeads: &headSpan,
                resultTails: &tailSpan
            )
            all.append([heads, tails])
        }
        // Near t = 1 the logarithm is as accurate as the terms of its recurrence, which are about t.
        let isLogarithm = function == .logFactorial
        let worst = Self.worst(all[0][0], all[0][1], samples) {
            isLogarithm && samples.t[$0] < 3 ? samples.t[$0] : 0
        }
        print(function, "2^\(log2(worst.error))", worst.place)
        #expect(worst.error <= 0x1p-100, "\(worst)")
        #expect(all.allSatisfy { $0 == all[0] })
    }

    @Test("differ without cancellation", arguments: GammaRise.allCases)
    func rises(rise: GammaRise) throws {
        let samples = try Self.samples(rise.rawValue)
        var all: [[[Double]]] = []
        for instructionSet in InstructionSet.available {
            var (heads, tails) = (samples.t, samples.t)
            var headSpan = heads.mutableSpan
            var tailSpan = tails.mutableSpan
            instructionSet.functions.evaluate(
                rise,
                from: samples.t.span,
                by: samples.w.span,
                resultHeads: &headSpan,
                resultTails: &tailSpan
            )
            all.append([heads, tails])
        }
        // A rise by w from a small t is 0 near w = 1.
        let isLogarithm = rise == .logRise
        let worst = Self.worst(all[0][0], all[0][1], samples) {
            isLogarithm && samples.t[$0] < 1 ? samples.w[$0] : 0
        }
        print(rise, "2^\(log2(worst.error))", worst.place)
        #expect(worst.error <= 0x1p-100, "\(worst)")
        #expect(all.allSatisfy { $0 == all[0] })
    }
}
