// SPDX-License-Identifier: Apache-2.0

import LossFacts
import LossFunctions
import SeededRandom
import TestSupport
import Testing

@Suite("Block sums and losses")
struct BlockTests {
    /// Terms that a block sum must add correctly, or detect that it cannot.
    enum Kind: CaseIterable {
        case similar
        case positive
        case manyMagnitudes
        case anyMagnitude
        case subnormal
        case nearOverflow
        case oneHugeManyTiny
        case fewLarge
        case ties
        case mostlyZero
        case powersAtTheBound
        case lastBitsSet

        func term(_ index: Int, _ random: inout SplitMix) -> Double {
            let unit = Double.random(in: -1...1, using: &random)
            let sign: FloatingPointSign = random.next() & 1 == 0 ? .plus : .minus
            switch self {
            case .similar: return unit
            case .positive: return 1 + unit * unit
            case .manyMagnitudes:
                return unit * Double(sign: .plus, exponent: -index % 60, significand: 1)
            case .anyMagnitude:
                return Double(
                    sign: sign,
                    exponentBitPattern: UInt(random.next() % 2_047),
                    significandBitPattern: random.next()
                )
            case .subnormal:
                return Double(
                    sign: sign,
                    exponentBitPattern: 0,
                    significandBitPattern: random.next()
                )
            case .nearOverflow: return unit * .greatestFiniteMagnitude
            case .oneHugeManyTiny: return index == 21 ? 0x1p400 : unit * 0x1p-400
            case .fewLarge: return index % 37 == 21 ? 0x1p9 + unit : unit
            case .ties:
                return Double(sign: sign, exponent: Int(random.next() % 110) - 55, significand: 1)
            case .mostlyZero: return index % 7 == 3 ? unit : -0.0
            case .powersAtTheBound: return index % 2 == 0 ? 0x1p10 : -0x1p10.nextDown
            case .lastBitsSet:
                return Double(sign: sign, exponent: Int(random.next() % 36), significand: 1).nextUp
            }
        }
    }

    private static let lengths = [0, 1, 15, 16, 17, 63, 64, 65, 511, 512, 513, 1_100]

    @Test(
        "the sum of a list equals that of 2,400-bit integer arithmetic",
        arguments: Kind.allCases
    )
    func sums(kind: Kind) {
        var random = SplitMix(state: 31)
        for length in Self.lengths {
            for _ in 0..<3 {
                let terms = (0..<length).map { kind.term($0, &random) }
                var sum = ExactSum()
                sum.add(terms.span)
                // The remainder after the first 53 bits of the sum, and after the next.
                var all = terms
                for _ in 0..<4 {
                    let value = sum.value
                    #expect(value == BigFixed.sum(all), "\(kind), \(length) terms")
                    guard value.isFinite else { break }
                    sum.add(-value)
                    all.append(-value)
                }
            }
        }
    }

    @Test(
        "the sum of the products of two lists equals that of the single products",
        arguments: Kind.allCases
    )
    func products(kind: Kind) {
        var random = SplitMix(state: 32)
        for length in Self.lengths {
            for other in Kind.allCases {
                let left = (0..<length).map { kind.term($0, &random) }
                let right = (0..<length).map { other.term($0, &random) }
                var together = ExactSum()
                together.add(left.span, times: right.span)
                var single = ExactSum()
                for (x, y) in zip(left, right) { single.add(x, times: y) }
                for _ in 0..<5 {
                    let value = single.value
                    #expect(
                        together.value == value || !together.value.isFinite && !value.isFinite,
                        "\(kind) times \(other), \(length) products"
                    )
                    guard value.isFinite else { break }
                    together.add(-value)
                    single.add(-value)
                }
            }
        }
    }

    @Test("sums products that are too small for a double, in blocks of any length")
    func smallProducts() {
        for count in [1, 15, 16, 17, 100, 512] {
            var (left, right) = (
                [Double](repeating: 0, count: count), [Double](repeating: 1, count: count)
            )
            (left[count / 2], right[count / 2]) = (0x1p-600, 0x1p-600)
            var sum = ExactSum()
            sum.add(left.span, times: right.span)
            #expect(sum.value(dividedBy: 0x1p-1000) == 0x1p-200, "\(count)")
        }
    }

    @Test("a list with infinity or NaN has no finite sum")
    func notFinite() {
        for term in [Double.infinity, -.infinity, .nan] {
            for place in [0, 5, 30, 63] {
                var terms = [Double](repeating: 1, count: 64)
                terms[place] = term
                var sum = ExactSum()
                sum.add(terms.span)
                #expect(!sum.value.isFinite)
                var products = ExactSum()
                products.add(terms.span, times: [Double](repeating: 2, count: 64).span)
                #expect(!products.value.isFinite)
            }
        }
    }

    private static let names = Catalogue.losses.map { $0.facts.name }

    @Test("loss and gradient do not depend on the other outputs", arguments: names)
    func onePass(name: String) throws {
        let loss = try #require(Catalogue.loss(named: name)).entry
        for variant in try loss.variants() {
            var samples = Samples(seed: 33)
            // One row alone has none to be compared with.
            let least = variant.facts.signature.unit == .batch ? 2 : 1
            for rows in [least, 15, 16, 17, 31, 125, 128, 129, 256, 400] {
                for reduction in Reduction.allCases {
                    let batch = samples.batch(for: variant, rows: rows)
                    let all = try variant.evaluate(
                        batch,
                        [.loss, .gradient, .hessian, .elements],
                        reduction
                    )
                    let some = try variant.evaluate(batch, .lossAndGradient, reduction)
                    #expect(some.loss == all.loss && some.gradient == all.gradient)
                    #expect(try variant.evaluate(batch, .loss, reduction).loss == all.loss)
                }
            }
        }
    }

    @Test("losses of all magnitudes are summed exactly, among any others", arguments: Kind.allCases)
    func sizes(kind: Kind) throws {
        let loss = try #require(Catalogue.loss(named: "mae")).entry.loss(.none)
        var random = SplitMix(state: 34)
        for length in [64, 512, 576, 1_100] {
            let terms = (0..<length).map { kind.term($0, &random) }
            let batch = Batch(
                predictions: Tensor(shape: [length], values: terms),
                targets: Tensor(shape: [length], values: [Double](repeating: 0, count: length))
            )
            let expected = BigFixed.sum(terms.map { $0.magnitude })
            guard expected.isFinite else {
                #expect(throws: LossError.notFinite(.loss, input: "predictions", place: [])) {
                    try loss.evaluate(batch, .lossAndGradient, .sum)
                }
                continue
            }
            let evaluation = try loss.evaluate(batch, .lossAndGradient, .sum)
            #expect(evaluation.loss?.values == [expected], "\(kind), \(length) losses")
            let signs = terms.map { $0 == 0 ? 0 : $0.sign == .minus ? -1.0 : 1 }
            #expect(evaluation.gradient?.values == signs, "\(kind), \(length) losses")
        }
    }

    @Test(
        "a non-finite number is reported with its place, anywhere in a block",
        arguments: [0, 63, 64, 700]
    )
    func places(offset: Int) throws {
        let loss = try #require(Catalogue.loss(named: "mse")).entry.loss(.none)
        var values = [Double](repeating: 1, count: 1_000)
        values[offset] = 1e200
        let targets = [Double](repeating: 0, count: 1_000)
        let batch = Batch(
            predictions: Tensor(shape: [100, 10], values: values),
            targets: Tensor(shape: [100, 10], values: targets)
        )
        let place = [offset / 10, offset % 10]
        #expect(throws: LossError.notFinite(.loss, input: "predictions", place: place)) {
            try loss.evaluate(batch, .lossAndGradient, .mean)
        }
        values[offset] = .greatestFiniteMagnitude
        let steep = Batch(
            predictions: Tensor(shape: [100, 10], values: values),
            targets: Tensor(shape: [100, 10], values: targets)
        )
        #expect(throws: LossError.notFinite(.gradient, input: "predictions", place: place)) {
            try loss.evaluate(steep, .gradient, .mean)
        }
    }
}
