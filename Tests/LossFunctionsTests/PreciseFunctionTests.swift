// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import Foundation
import LossFunctions
import Testing

@Suite("Functions as sums of two doubles")
struct PreciseFunctionTests {
    @Test(
        "err by at most 2^-98, with the same bits with every instruction set",
        arguments: PreciseFunction.allCases
    )
    func accuracy(function: PreciseFunction) throws {
        let tables = ["precise.txt", "distributions.txt"]
        let samples = try FunctionSamples(of: function.rawValue, in: tables)
        var all: [[[Double]]] = []
        for instructionSet in InstructionSet.available {
            var (heads, tails) = (samples.x, samples.y)
            var headSpan = heads.mutableSpan
            var tailSpan = tails.mutableSpan
            instructionSet.functions.evaluate(
                function,
                samples.x.span,
                samples.y.span,
                resultHeads: &headSpan,
                resultTails: &tailSpan
            )
            all.append([heads, tails])
        }
        let least =
            switch function {
            case .incompleteGamma, .studentSpread: 1.0
            case .gammaWeight: 0x1p-110
            default: 0x1p-900
            }
        let worst = samples.worstError(of: all[0][0], all[0][1], least: least)
        print(function, "2^\(log2(worst.error))", worst.place)
        #expect(samples.results.count >= 40)
        #expect(worst.error <= 0x1p-98, "\(worst.place)")
        #expect(all.allSatisfy { $0 == all[0] })
    }
}
