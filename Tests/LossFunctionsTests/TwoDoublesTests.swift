// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import Foundation
import LossFunctions
import SeededRandom
import Testing

@Suite("Functions of sums of two doubles, with every available instruction set")
struct TwoDoublesTests {
    /// Arrays of heads and tails.
    private struct Pairs {
        var heads: [Double] = []
        var tails: [Double] = []

        mutating func append(_ head: Double, _ tail: Double) {
            heads.append(head)
            tails.append(tail)
        }

        /// The bits of each number.
        var bits: [[UInt64]] { zip(heads, tails).map { [$0.bitPattern, $1.bitPattern] } }
    }

    /// The lines of Tests/Golden/two_doubles.txt for one function.
    private struct Samples {
        var arguments = Pairs()
        /// The results, each the sum of three doubles.
        var results: [[Double]] = []
    }

    /// The largest relative error.
    ///
    /// The bounds of all steps add up to less; the largest error of 700,000 samples was 2^-103.9.
    private static let bound = 0x1p-101

    private static func samples() throws -> [ElementaryFunction: Samples] {
        let text = try String(
            contentsOf: Golden.folder.appending(path: "two_doubles.txt"),
            encoding: .utf8
        )
        let functions = Dictionary(
            uniqueKeysWithValues: ElementaryFunction.allCases.map { ("\($0)", $0) }
        )
        var samples: [ElementaryFunction: Samples] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            let function = try #require(functions[String(words[0])])
            let numbers = try words.dropFirst().map { try #require(Double($0), "\($0)") }
            samples[function, default: Samples()].arguments.append(numbers[0], numbers[1])
            samples[function, default: Samples()].results.append(Array(numbers.dropFirst(2)))
        }
        return samples
    }

    /// A tail of any magnitude up to a quarter of an ulp of the head.
    private static func tail(of head: Double, _ random: inout SplitMix) -> Double {
        let exponent = Int.random(in: -60...0, using: &random)
        let scale = Double(sign: .plus, exponent: exponent, significand: 1)
        return head.ulp * scale * Double.random(in: -0.25...0.25, using: &random)
    }

    private static func apply(
        _ function: ElementaryFunction,
        _ x: Pairs,
        with instructionSet: InstructionSet
    ) -> Pairs {
        var (heads, tails) = (x.heads, x.heads)
        var headSpan = heads.mutableSpan
        var tailSpan = tails.mutableSpan
        instructionSet.functions.evaluate(
            function,
            heads: x.heads.span,
            tails: x.tails.span,
            resultHeads: &headSpan,
            resultTails: &tailSpan
        )
        return Pairs(heads: heads, tails: tails)
    }

    private static func apply(
        _ operation: ArithmeticOperation,
        _ x: Pairs,
        _ y: Pairs,
        with instructionSet: InstructionSet
    ) -> Pairs {
        var (heads, tails) = (x.heads, x.heads)
        var headSpan = heads.mutableSpan
        var tailSpan = tails.mutableSpan
        instructionSet.functions.evaluate(
            operation,
            heads: x.heads.span,
            tails: x.tails.span,
            otherHeads: y.heads.span,
            otherTails: y.tails.span,
            resultHeads: &headSpan,
            resultTails: &tailSpan
        )
        return Pairs(heads: heads, tails: tails)
    }

    @Test(
        "err by at most 2^-101 of the result, or 2^-1074",
        arguments: ElementaryFunction.allCases,
        InstructionSet.available
    )
    func accuracy(function: ElementaryFunction, instructionSet: InstructionSet) throws {
        let samples = try #require(try Self.samples()[function])
        let results = Self.apply(function, samples.arguments, with: instructionSet)
        var worst = (error: 0.0, argument: (0.0, 0.0))
        for (index, expected) in samples.results.enumerated() {
            let (head, tail) = (results.heads[index], results.tails[index])
            let argument = (samples.arguments.heads[index], samples.arguments.tails[index])
            guard expected[0].isFinite, head.isFinite, tail.isFinite else {
                #expect(head == expected[0] && tail == 0, "\(function) of \(argument)")
                continue
            }
            #expect(head + tail == head, "the tail of \(function) of \(argument) is too large")
            var sum = ExactSum()
            for term in [head, tail] + expected.map({ -$0 }) { sum.add(term) }
            let error = sum.value.magnitude
            guard error > 0x1p-1074 else { continue }
            let relative = error / expected[0].magnitude
            if !(relative <= worst.error) { worst = (relative, argument) }
        }
        print(instructionSet, function, "2^\(log2(worst.error)) at", worst.argument)
        #expect(worst.error <= Self.bound, "\(function), \(worst)")
    }

    @Test("have the same bits with every instruction set", arguments: ElementaryFunction.allCases)
    func sameBits(function: ElementaryFunction) throws {
        var x = try #require(try Self.samples()[function]).arguments
        var random = SplitMix(state: 61)
        for _ in 0..<10_000 {
            for head in [
                Double(bitPattern: random.next()), Double.random(in: -1...2, using: &random),
            ] {
                x.append(head, 0)
                if head.isFinite { x.append(head, Self.tail(of: head, &random)) }
            }
        }
        let all = InstructionSet.available.map { Self.apply(function, x, with: $0).bits }
        for (set, bits) in zip(InstructionSet.available, all) {
            for index in bits.indices where bits[index] != all[0][index] {
                Issue.record("\(function) of \(x.heads[index]) + \(x.tails[index]), \(set)")
            }
        }
    }

    @Test("are defined at the ends of their domains", arguments: InstructionSet.available)
    func ends(instructionSet: InstructionSet) {
        let (infinity, nan) = (Double.infinity, Double.nan)
        let cases: [ElementaryFunction: [(x: Double, result: Double)]] = [
            .exp: [
                (-infinity, 0), (-1e300, 0), (-745.2, 0), (709.8, infinity), (1e300, infinity),
                (infinity, infinity), (0, 1), (-0.0, 1), (nan, nan),
            ],
            .expm1: [
                (-infinity, -1), (-1e300, -1), (709.8, infinity), (1e300, infinity),
                (infinity, infinity), (0, 0), (-0.0, -0.0), (nan, nan),
            ],
            .log: [
                (-infinity, nan), (-1, nan), (-0x1p-1074, nan), (0, -infinity), (-0.0, -infinity),
                (1, 0), (infinity, infinity), (nan, nan),
            ],
            .log1p: [
                (-infinity, nan), (-2, nan), (-1, -infinity), (0, 0), (-0.0, -0.0),
                (infinity, infinity), (nan, nan),
            ],
            .atan: [(0, 0)],
        ]
        for (function, cases) in cases {
            let x = Pairs(
                heads: cases.map { $0.x },
                tails: [Double](repeating: 0, count: cases.count)
            )
            let results = Self.apply(function, x, with: instructionSet)
            for (index, expected) in cases.enumerated() {
                let (head, tail) = (results.heads[index], results.tails[index])
                let isExpected =
                    expected.result.isNaN
                    ? head.isNaN : head.bitPattern == expected.result.bitPattern
                #expect(isExpected, "\(function) of \(expected.x): \(head)")
                // Below -690, expm1 is -1 with a tail.
                #expect(tail.magnitude <= 0x1p-990, "\(function) of \(expected.x): \(tail)")
            }
        }
    }

    @Test("are the same for short lists as for long ones", arguments: InstructionSet.available)
    func lengths(instructionSet: InstructionSet) {
        var random = SplitMix(state: 62)
        var x = Pairs()
        for _ in 0..<20 {
            let head = Double.random(in: 0.1...1, using: &random)
            x.append(head, Self.tail(of: head, &random))
        }
        for function in ElementaryFunction.allCases {
            let all = Self.apply(function, x, with: instructionSet).bits
            for count in 1...20 {
                let first = Pairs(
                    heads: Array(x.heads.prefix(count)),
                    tails: Array(x.tails.prefix(count))
                )
                let some = Self.apply(function, first, with: instructionSet).bits
                #expect(some == Array(all.prefix(count)), "\(function), \(count) numbers")
                let heads = Pairs(
                    heads: first.heads,
                    tails: [Double](repeating: 0, count: count)
                )
                let plain = Pairs(heads: first.heads, tails: [])
                #expect(
                    Self.apply(function, plain, with: instructionSet).bits
                        == Self.apply(function, heads, with: instructionSet).bits,
                    "\(function), \(count) numbers without tails"
                )
            }
        }
    }

    @Test(
        "are added, subtracted, multiplied and divided to within 2^-102",
        arguments: ArithmeticOperation.allCases,
        [true, false]
    )
    func arithmetic(operation: ArithmeticOperation, otherHasTails: Bool) {
        var random = SplitMix(state: 63)
        var (x, y) = (Pairs(), Pairs())
        func number() -> (Double, Double) {
            let exponent = Int.random(in: -40...40, using: &random)
            let scale = Double(sign: .plus, exponent: exponent, significand: 1)
            let head = Double.random(in: -2...2, using: &random) * scale
            return (head, Self.tail(of: head, &random))
        }
        for index in 0..<20_000 {
            let (one, other) = (number(), number())
            x.append(one.0, one.1)
            // Most sums and differences cancel.
            let sign = operation == .sum ? -1.0 : 1
            let tail = Self.tail(of: one.0, &random)
            switch index % 4 {
            case 0: y.append(sign * one.0, tail)
            case 1: y.append(sign * (one.0 + one.0.ulp), sign * tail)
            case 2: y.append(sign * one.0, 0)
            default: y.append(other.0, other.1)
            }
        }
        if !otherHasTails { y.tails = [] }
        let all = InstructionSet.available.map { Self.apply(operation, x, y, with: $0) }
        for result in all { #expect(result.bits == all[0].bits, "\(operation)") }
        var worst = 0.0
        for index in x.heads.indices {
            let error = Self.error(
                of: operation,
                (x.heads[index], x.tails[index]),
                (y.heads[index], otherHasTails ? y.tails[index] : 0),
                (all[0].heads[index], all[0].tails[index])
            )
            if !(error <= worst) { worst = error }
        }
        print(operation, otherHasTails ? "of two doubles" : "of a double", "2^\(log2(worst))")
        #expect(worst <= 0x1p-102, "\(operation)")
    }

    /// The relative error of a result, computed exactly; for a quotient q of x and y, that of q y.
    private static func error(
        of operation: ArithmeticOperation,
        _ x: (Double, Double),
        _ y: (Double, Double),
        _ result: (Double, Double)
    ) -> Double {
        var (difference, exact) = (ExactSum(), ExactSum())
        func add(_ one: (Double, Double), times other: (Double, Double), _ sum: inout ExactSum) {
            for left in [one.0, one.1] {
                for right in [other.0, other.1] { sum.add(left, times: right) }
            }
        }
        switch operation {
        case .sum:
            add(x, times: (1, 0), &exact)
            add(y, times: (1, 0), &exact)
        case .difference:
            add(x, times: (1, 0), &exact)
            add(y, times: (-1, 0), &exact)
        case .product: add(x, times: y, &exact)
        case .quotient: add(x, times: (1, 0), &exact)
        }
        difference = exact
        add(result, times: operation == .quotient ? (-y.0, -y.1) : (-1, 0), &difference)
        let value = exact.value
        return value == 0 ? difference.value.magnitude : (difference.value / value).magnitude
    }
}
