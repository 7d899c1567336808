// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import Foundation
import LossFunctions
import Testing

@Suite("The Mills ratio of the normal distribution")
struct MillsRatioTests {
    @Test("errs by at most 2^-98 of the result, with the same bits with every instruction set")
    func accuracy() throws {
        let text = try String(
            contentsOf: Golden.folder.appending(path: "mills.txt"),
            encoding: .utf8
        )
        let lines = try text.split(separator: "\n").map { line in
            try line.split(separator: " ").map { try #require(Double($0), "\($0)") }
        }
        // Whole vectors.
        let padding = Array(repeating: 1.0, count: (8 - lines.count % 8) % 8)
        let arguments = lines.map { $0[0] } + padding
        var all: [[[Double]]] = []
        for instructionSet in InstructionSet.available {
            var (heads, tails) = (arguments, arguments)
            var headSpan = heads.mutableSpan
            var tailSpan = tails.mutableSpan
            instructionSet.functions.millsRatio(
                arguments.span,
                resultHeads: &headSpan,
                resultTails: &tailSpan
            )
            all.append([heads, tails])
        }
        var worst = (error: 0.0, argument: 0.0)
        for (index, line) in lines.enumerated() {
            var sum = ExactSum()
            for term in all[0].map({ $0[index] }) + line.dropFirst().map({ -$0 }) { sum.add(term) }
            let error = sum.value.magnitude / line[1]
            if !(error <= worst.error) { worst = (error, line[0]) }
        }
        print("millsRatio", worst)
        #expect(worst.error <= 0x1p-98, "\(worst.argument)")
        #expect(all.allSatisfy { $0 == all[0] })
    }
}
