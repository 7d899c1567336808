// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import Foundation
import LossFunctions
import SeededRandom
import Testing

@Suite("Functions of arrays, at every level of instructions that there is here")
struct ArrayFunctionTests {
    /// A line of Tests/Golden/functions.txt.
    private struct Sample {
        let name: Substring
        let arguments: [Double]
        let nearest: Double
        /// How far the true value is above the nearest double, in units of its last place.
        let rest: Double
    }

    private static func samples() throws -> [Sample] {
        let text = try String(
            contentsOf: Golden.folder.appending(path: "functions.txt"),
            encoding: .utf8
        )
        return try text.split(separator: "\n").map { line in
            let words = line.split(separator: " ")
            let numbers = try words.dropFirst().map { try #require(Double($0), "\($0)") }
            return Sample(
                name: words[0],
                arguments: Array(numbers.dropLast(2)),
                nearest: numbers[numbers.count - 2],
                rest: numbers[numbers.count - 1]
            )
        }
    }

    private static func apply(
        _ name: Substring,
        _ level: InstructionSet,
        _ arguments: [[Double]]
    ) throws -> [Double] {
        var answers = [Double](repeating: 0, count: arguments[0].count)
        var span = answers.mutableSpan
        let functions = level.functions
        let (x, y) = (arguments[0], arguments[arguments.count - 1])
        switch name {
        case "exp": functions.exp(x.span, into: &span)
        case "exp-minus": functions.exp(x.span, minus: y.span, into: &span, prefetch: Prefetch())
        case "expm1": functions.expm1(x.span, into: &span)
        case "log": functions.log(x.span, into: &span)
        case "log1p": functions.log1p(x.span, into: &span)
        case "divergence":
            var rests = x
            var low = rests.mutableSpan
            functions.divergence(
                of: x.span,
                from: y.span,
                heads: &span,
                tails: &low,
                prefetch: Prefetch(x, y, places: 0..<x.count)
            )
            return zip(answers, rests).map { $0 + $1 }
        case "divergence-surplus":
            #expect(functions.generalizedDivergence(of: x.span, from: y.span, into: &span))
        default: throw Golden.Missing(name: String(name))
        }
        return answers
    }

    /// How many ulp a function may err by, where it is not 1.
    ///
    /// Divergences of numbers below 2^-900 are products of rounded numbers, and so are all surpluses:
    /// on 80,000 samples they came to 3.6.
    private static let bounds: [Substring: Double] = ["divergence": 2, "divergence-surplus": 4]

    @Test(
        "are within 1 ulp of the truth, divergences within 2 and their surpluses within 4",
        arguments: InstructionSet.available
    )
    func accuracy(level: InstructionSet) throws {
        for (name, samples) in Dictionary(grouping: try Self.samples(), by: { $0.name }) {
            let arguments = samples[0].arguments.indices.map { index in
                samples.map { $0.arguments[index] }
            }
            let answers = try Self.apply(name, level, arguments)
            var worst = (ulps: 0.0, place: "nowhere")
            for (answer, sample) in zip(answers, samples) where answer != sample.nearest {
                let error = ((answer - sample.nearest) / sample.nearest.ulp - sample.rest).magnitude
                if !(error <= worst.ulps) { worst = (error, "\(sample)") }
            }
            for sample in samples { worst.ulps = max(worst.ulps, sample.rest.magnitude) }
            print(level, name, worst.ulps, worst.place)
            #expect(worst.ulps <= (Self.bounds[name] ?? 1), "\(level), \(name): \(worst)")
        }
    }

    @Test(
        "divide as the processor does, and notice what is not finite",
        arguments: InstructionSet.available
    )
    func division(level: InstructionSet) {
        var random = SplitMix(state: 41)
        let divisors = [1, 3, 7, 1e6, 999_983, 0.1, 1e-300, 0x1p-1074, 1e300, 2.0.nextDown]
        for divisor in divisors + (0..<200).map({ _ in Double.random(in: 1...2, using: &random) }) {
            var numbers = (0..<1_003).map { index in
                index % 5 == 0
                    ? Double(bitPattern: random.next() & ~(1 << 62))
                    : Double.random(in: -3...3, using: &random)
            }
            numbers += [0, -0.0, 1, 0x1p-400, 0x1p400, .leastNonzeroMagnitude]
            let quotients = numbers.map { $0 / divisor + 0 }
            var answers: [Double] = []
            var isFinite = true
            answers.append(addingCapacity: numbers.count) { room in
                isFinite = level.functions.divide(numbers.span, by: divisor, appendingTo: &room)
            }
            #expect(answers.map { $0.bitPattern } == quotients.map { $0.bitPattern })
            #expect(isFinite == quotients.allSatisfy { $0.isFinite })
        }
    }

    @Test("leave every loss within its bound", arguments: InstructionSet.available)
    func golden(level: InstructionSet) throws {
        try InstructionSet.$current.withValue(level) {
            for loss in Catalogue.losses {
                try GoldenTests().losses(name: loss.facts.name)
            }
        }
    }

    @Test("sum blocks of all sizes exactly", arguments: InstructionSet.available)
    func sums(level: InstructionSet) {
        InstructionSet.$current.withValue(level) {
            for kind in BlockTests.Kind.allCases {
                BlockTests().sums(kind: kind)
                BlockTests().products(kind: kind)
            }
        }
    }

    @Test("serve lists of any length as they serve long ones", arguments: InstructionSet.available)
    func lengths(level: InstructionSet) throws {
        var random = SplitMix(state: 42)
        let numbers = (0..<40).map { _ in Double.random(in: 0.1...1, using: &random) }
        for name in [
            "exp", "exp-minus", "expm1", "log", "log1p", "divergence", "divergence-surplus",
        ] {
            let all = try Self.apply(Substring(name), level, [numbers, numbers.reversed()])
            for count in 1...40 {
                let others = Array(numbers.reversed().prefix(count))
                let some = try Self.apply(
                    Substring(name),
                    level,
                    [Array(numbers.prefix(count)), others]
                )
                #expect(some == Array(all.prefix(count)), "\(name), \(count) numbers")
            }
        }
    }
}
