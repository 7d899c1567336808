// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import Foundation
import LossFunctions
import SeededRandom
import Testing

@Suite("log Γ and its derivatives, with every available instruction set")
struct GammaTests {
    /// The largest error relative to the result, or to the scale of the sample at an index.
    private static func worst(
        _ heads: [Double],
        _ tails: [Double],
        _ samples: FunctionSamples,
        scale: (_ index: Int) -> Double
    ) -> (error: Double, place: String) {
        var worst = (error: 0.0, place: "nowhere")
        for (index, expected) in samples.results.enumerated() where expected[0] != 0 {
            var sum = ExactSum()
            for term in [heads[index], tails[index]] + expected.map({ -$0 }) { sum.add(term) }
            let error =
                sum.value.magnitude / max(expected[0].magnitude, scale(index))
            if expected[0].magnitude > 0x1p-900, !(error <= worst.error) {
                worst = (error, "\(samples.x[index]), \(samples.y[index]): \(heads[index])")
            }
        }
        return worst
    }

    @Test("are within 3 ulp", arguments: GammaFunction.allCases, InstructionSet.available)
    func accuracy(function: GammaFunction, instructionSet: InstructionSet) throws {
        let samples = try FunctionSamples(of: function.rawValue, in: ["gamma.txt"])
        var results = samples.x
        var span = results.mutableSpan
        instructionSet.functions.evaluate(function, samples.x.span, into: &span)
        var worst = (ulps: 0.0, place: "nowhere")
        for (index, expected) in samples.results.enumerated() {
            var sum = ExactSum()
            for term in [results[index]] + expected.map({ -$0 }) { sum.add(term) }
            let error = sum.value.magnitude / expected[0].ulp
            if !(error <= worst.ulps) { worst = (error, "\(samples.x[index]): \(results[index])") }
        }
        print(instructionSet, function, worst)
        #expect(worst.ulps <= 3, "\(worst.place)")
    }

    @Test("of two doubles err by at most 2^-100", arguments: GammaFunction.allCases)
    func preciseAccuracy(function: GammaFunction) throws {
        let samples = try FunctionSamples(of: function.rawValue, in: ["gamma.txt"])
        var all: [[[Double]]] = []
        for instructionSet in InstructionSet.available {
            var (heads, tails) = (samples.x, samples.x)
            var headSpan = heads.mutableSpan
            var tailSpan = tails.mutableSpan
            instructionSet.functions.evaluate(
                function,
                samples.x.span,
                resultHeads: &headSpan,
                resultTails: &tailSpan
            )
            all.append([heads, tails])
        }
        // Near t = 1 the logarithm is as accurate as the terms of its recurrence, which are about t.
        let isLogarithm = function == .logFactorial
        let worst = Self.worst(all[0][0], all[0][1], samples) {
            isLogarithm && samples.x[$0] < 3 ? samples.x[$0] : 0
        }
        print(function, "2^\(log2(worst.error))", worst.place)
        #expect(worst.error <= 0x1p-100, "\(worst)")
        #expect(all.allSatisfy { $0 == all[0] })
    }

    @Test("differ without cancellation", arguments: GammaRise.allCases)
    func rises(rise: GammaRise) throws {
        let samples = try FunctionSamples(of: rise.rawValue, in: ["gamma.txt"])
        var all: [[[Double]]] = []
        for instructionSet in InstructionSet.available {
            var (heads, tails) = (samples.x, samples.x)
            var headSpan = heads.mutableSpan
            var tailSpan = tails.mutableSpan
            instructionSet.functions.evaluate(
                rise,
                from: samples.x.span,
                by: samples.y.span,
                resultHeads: &headSpan,
                resultTails: &tailSpan
            )
            all.append([heads, tails])
        }
        // A rise by w from a small t is 0 near w = 1.
        let isLogarithm = rise == .logRise
        let worst = Self.worst(all[0][0], all[0][1], samples) {
            isLogarithm && samples.x[$0] < 1 ? samples.y[$0] : 0
        }
        print(rise, "2^\(log2(worst.error))", worst.place)
        #expect(worst.error <= 0x1p-100, "\(worst)")
        #expect(all.allSatisfy { $0 == all[0] })
    }
}
