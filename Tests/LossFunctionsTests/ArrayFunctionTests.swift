// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import Foundation
import LossFacts
import LossFunctions
import SeededRandom
import Testing

@Suite("Functions of arrays, with every available instruction set")
struct ArrayFunctionTests {
    /// A line of Tests/Golden/functions.txt.
    private struct Sample {
        let name: Substring
        let arguments: [Double]
        let nearest: Double
        /// The true value minus the nearest double, in ulp of that double.
        let remainder: Double
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
                remainder: numbers[numbers.count - 1]
            )
        }
    }

    private static func apply(
        _ name: Substring,
        _ instructionSet: InstructionSet,
        _ arguments: [[Double]]
    ) throws -> [Double] {
        var results = [Double](repeating: 0, count: arguments[0].count)
        var span = results.mutableSpan
        let functions = instructionSet.functions
        let (x, y) = (arguments[0], arguments[arguments.count - 1])
        switch name {
        case "exp": functions.exp(x.span, into: &span)
        case "exp-minus": functions.exp(x.span, minus: y.span, into: &span)
        case "expm1": functions.expm1(x.span, into: &span)
        case "log": functions.log(x.span, into: &span)
        case "log1p": functions.log1p(x.span, into: &span)
        case "divergence":
            var tails = x
            var tailSpan = tails.mutableSpan
            functions.divergence(
                of: x.span,
                from: y.span,
                heads: &span,
                tails: &tailSpan
            )
            return zip(results, tails).map { $0 + $1 }
        case "divergence-surplus":
            #expect(functions.generalizedDivergence(of: x.span, from: y.span, into: &span))
        default:
            guard let function = SpecialFunction(rawValue: String(name)) else {
                throw Golden.Missing(name: String(name))
            }
            functions.evaluate(function, x.span, into: &span)
        }
        return results
    }

    /// The maximum error in ulp of each function for which it is not 1.
    ///
    /// Divergences of numbers below 2^-900 and all generalized divergences are products of rounded
    /// numbers; with 80,000 samples the latter had errors of up to 3.6.
    /// Those that combine rounded exponentials and logarithms have two to four more roundings.
    private static let bounds: [Substring: Double] = [
        "divergence": 2, "divergence-surplus": 4, "sigmoid": 2, "sigmoid-product": 2,
        "sigmoid-entropy": 2, "softplus": 2, "tangent-of-half": 2, "exp-surplus": 2,
        "log-cosh": 3, "hyperbolic-tangent": 2, "squared-secant": 3,
    ]

    @Test(
        "are within 1 ulp of the true value, or within their own bounds",
        arguments: InstructionSet.available
    )
    func accuracy(instructionSet: InstructionSet) throws {
        for (name, samples) in Dictionary(grouping: try Self.samples(), by: { $0.name }) {
            let arguments = samples[0].arguments.indices.map { index in
                samples.map { $0.arguments[index] }
            }
            let results = try Self.apply(name, instructionSet, arguments)
            var worst = (ulps: 0.0, place: "nowhere")
            for (result, sample) in zip(results, samples) where result != sample.nearest {
                let error = ((result - sample.nearest) / sample.nearest.ulp - sample.remainder)
                    .magnitude
                if !(error <= worst.ulps) { worst = (error, "\(sample)") }
            }
            for sample in samples { worst.ulps = max(worst.ulps, sample.remainder.magnitude) }
            print(instructionSet, name, worst.ulps, worst.place)
            #expect(worst.ulps <= (Self.bounds[name] ?? 1), "\(instructionSet), \(name): \(worst)")
        }
    }

    @Test(
        "divide like the processor, and detect non-finite quotients",
        arguments: InstructionSet.available
    )
    func division(instructionSet: InstructionSet) {
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
            var results: [Double] = []
            var isFinite = true
            results.append(addingCapacity: numbers.count) { output in
                isFinite = instructionSet.functions.divide(
                    numbers.span,
                    by: divisor,
                    appendingTo: &output
                )
            }
            #expect(results.map { $0.bitPattern } == quotients.map { $0.bitPattern })
            #expect(isFinite == quotients.allSatisfy { $0.isFinite })
        }
    }

    @Test(
        "round quotients to single precision, and detect those that are too large",
        arguments: InstructionSet.available
    )
    func roundedDivision(instructionSet: InstructionSet) {
        var random = SplitMix(state: 43)
        let bound = 0x1.ffffffp127
        for count in [0, 1, 7, 8, 9, 1_003] {
            for extra in [0, -0.0, bound.nextDown, -bound.nextDown, 0x1p-1060, bound, -bound, .nan]
            {
                let numbers =
                    (0..<count).map { _ in Double.random(in: -3...3, using: &random) } + [3 * extra]
                var results: [Float] = []
                var fits = true
                results.append(addingCapacity: numbers.count) { output in
                    fits = instructionSet.functions.divide(
                        numbers.span,
                        by: 3,
                        appendingTo: &output
                    )
                }
                let quotients = numbers.map { Float($0 / 3 + 0) }
                #expect(fits == quotients.allSatisfy { $0.isFinite })
                if fits {
                    #expect(results.map { $0.bitPattern } == quotients.map { $0.bitPattern })
                }
            }
        }
    }

    @Test("widen floats", arguments: InstructionSet.available)
    func widening(instructionSet: InstructionSet) {
        var random = SplitMix(state: 47)
        for count in [0, 1, 7, 8, 9, 1_003] {
            var floats = (0..<count).map { _ in Float.random(in: -3...3, using: &random) }
            floats += [0, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude, .infinity]
            var results: [Double] = []
            results.append(addingCapacity: floats.count) { output in
                instructionSet.functions.widen(floats.span, appendingTo: &output)
            }
            #expect(results.map { $0.bitPattern } == floats.map { Double($0).bitPattern })
        }
    }

    @Test("keep every loss within its error bound", arguments: InstructionSet.available)
    func golden(instructionSet: InstructionSet) throws {
        try InstructionSet.$current.withValue(instructionSet) {
            for loss in Catalogue.losses {
                try GoldenTests().losses(name: loss.facts.name)
            }
        }
    }

    @Test("sum blocks of all sizes exactly", arguments: InstructionSet.available)
    func sums(instructionSet: InstructionSet) {
        InstructionSet.$current.withValue(instructionSet) {
            for kind in BlockTests.Kind.allCases {
                BlockTests().sums(kind: kind)
                BlockTests().products(kind: kind)
            }
        }
    }

    @Test("find extremes and split products", arguments: InstructionSet.available)
    func extremes(instructionSet: InstructionSet) {
        var random = SplitMix(state: 43)
        let functions = instructionSet.functions
        for count in [0, 1, 7, 8, 9, 100] {
            var numbers = (0..<count).map { _ in Double.random(in: -9...9, using: &random) }
            if count > 8 { numbers[3] = .nan }
            let (least, greatest) = functions.extremes(of: numbers.span)
            #expect(least == numbers.filter { !$0.isNaN }.min() ?? .infinity)
            #expect(greatest == numbers.filter { !$0.isNaN }.max() ?? -.infinity)
        }
        for (factor, isExact) in [(1, true), (0x1p-970, false), (0x1p1020, false)] {
            for count in [1, 8, 21] {
                var numbers = (0..<count).map { _ in Double.random(in: 16...32, using: &random) }
                // Products with 0 are exact.
                if count > 8 { numbers[1] = 0 }
                let others = numbers.map { $0 * factor }
                var (heads, tails): ([Double], [Double]) = ([], [])
                var areExact = true
                heads.append(addingCapacity: count) { heads in
                    tails.append(addingCapacity: count) { tails in
                        areExact = functions.products(
                            numbers.span,
                            times: others.span,
                            appendingTo: &heads,
                            tails: &tails
                        )
                    }
                }
                #expect(areExact == isExact)
                guard isExact else { continue }
                for (offset, number) in numbers.enumerated() {
                    #expect(heads[offset] == number * number)
                    #expect(tails[offset] == (-heads[offset]).addingProduct(number, number))
                }
            }
        }
    }

    @Test(
        "have the same results for short lists as for long ones",
        arguments: InstructionSet.available
    )
    func lengths(instructionSet: InstructionSet) throws {
        var random = SplitMix(state: 42)
        let numbers = (0..<40).map { _ in Double.random(in: 0.1...1, using: &random) }
        let special = SpecialFunction.allCases.map { $0.rawValue }
        for name in [
            "exp", "exp-minus", "expm1", "log", "log1p", "divergence", "divergence-surplus",
        ] + special {
            let all = try Self.apply(
                Substring(name),
                instructionSet,
                [numbers, numbers.reversed()]
            )
            for count in 1...40 {
                let others = Array(numbers.reversed().prefix(count))
                let some = try Self.apply(
                    Substring(name),
                    instructionSet,
                    [Array(numbers.prefix(count)), others]
                )
                #expect(some == Array(all.prefix(count)), "\(name), \(count) numbers")
            }
        }
    }
}
