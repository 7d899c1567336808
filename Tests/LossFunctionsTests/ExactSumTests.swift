// SPDX-License-Identifier: Apache-2.0

import LossFacts
import LossFunctions
import SeededRandom
import Testing

@Suite("An exact sum")
struct ExactSumTests {
    struct SumCase: Decodable {
        let name: String
        let values: [String]
        let `repeat`: Int?
        let sum: String
    }

    @Test("agrees with sums of fractions, in any order")
    func goldenSums() throws {
        struct Sums: Decodable { let cases: [SumCase] }
        var random = SplitMix(state: 1)
        for sample in try Golden.decode(Sums.self, "sums").cases {
            let terms = try sample.values.map { try #require(Double($0)) }
            let expected = try #require(Double(sample.sum))
            let orders = [terms, terms.reversed(), terms.shuffled(using: &random)]
            let times = sample.repeat ?? 1
            for order in times > 1_000 ? [terms] : orders {
                var sum = ExactSum()
                for _ in 0..<times {
                    for term in order { sum.add(term) }
                }
                #expect(sum.value == expected, "\(sample.name)")
            }
        }
    }

    @Test("agrees with 2,400-bit integer arithmetic on random terms of all magnitudes")
    func randomSums() {
        var random = SplitMix(state: 2)
        for round in 0..<300 {
            let terms = (0..<Int.random(in: 1...40, using: &random)).map { _ in
                anyFinite(like: round, &random)
            }
            var sum = ExactSum()
            for term in terms { sum.add(term) }
            #expect(sum.value == BigFixed.sum(terms), "\(terms)")
        }
    }

    @Test("does not depend on the order of 20,000 cancelling terms")
    func order() {
        var random = SplitMix(state: 3)
        let halves = (0..<10_000).map { _ in anyFinite(like: 1, &random) }
        let terms = halves + halves.map { -$0 } + [1e-300, .leastNonzeroMagnitude]
        var forth = ExactSum()
        for term in terms { forth.add(term) }
        var back = ExactSum()
        for term in terms.reversed() { back.add(term) }
        #expect(forth.value == 1e-300)
        #expect(back.value == 1e-300)
    }

    @Test("propagates carries: 65,536 equal terms")
    func carries() {
        for term in [0.01, -1.0e300, .leastNonzeroMagnitude, -Double.greatestFiniteMagnitude] {
            var sum = ExactSum()
            let count = 1 << 16
            for _ in 0..<count { sum.add(term) }
            #expect(sum.value == term * Double(count))
            #expect(sum.value(dividedBy: Double(count)) == term)
        }
    }

    @Test("keeps the rounding errors of products")
    func products() {
        let third = 1.0 / 3
        var sum = ExactSum()
        sum.add(third, times: 3)
        sum.add(-1)
        // 3 · fl(1/3) = 1 - 2^-54.
        #expect(sum.value == -0x1p-54)
    }

    @Test("merges to the same value, however its terms are distributed and its parts are merged")
    func merging() {
        var random = SplitMix(state: 4)
        for round in 0..<500 {
            let terms = (0..<Int.random(in: 1...60, using: &random)).map { _ in
                (anyFinite(like: round, &random), anyFinite(like: round + 1, &random))
            }
            var whole = ExactSum()
            for (one, other) in terms { whole.add(one, times: other) }
            var parts = [ExactSum](repeating: ExactSum(), count: 8)
            for (one, other) in terms.shuffled(using: &random) {
                parts[Int.random(in: parts.indices, using: &random)].add(one, times: other)
            }
            while parts.count > 1 {
                let part = parts.remove(at: Int.random(in: parts.indices, using: &random))
                parts[Int.random(in: parts.indices, using: &random)].merge(part)
            }
            #expect(parts[0] == whole)
            #expect(parts[0].number == whole.number)
            #expect(parts[0].value == whole.value)
            #expect(parts[0].number?.rounded == whole.value)
        }
    }

    @Test("merges 5,000 times with itself and back, without growing")
    func manyMerges() {
        for term in [-0.1, 1e300, -0x1p-1074] {
            var sum = ExactSum()
            var part = ExactSum()
            part.add(term, times: term)
            part.add(-term)
            for _ in 0..<5_000 { sum.merge(part) }
            var chain = part
            for _ in 0..<60 { chain.merge(chain) }
            var expected = ExactSum()
            for _ in 0..<5_000 { expected.add(term, times: term) }
            for _ in 0..<5_000 { expected.add(-term) }
            #expect(sum == expected)
            let doubled = part.number.map { $0 * ExactNumber(1 << 60) }
            #expect(chain.number == doubled)
        }
    }

    @Test("is not finite if a term is not")
    func notFinite() {
        for term in [Double.infinity, -.infinity, .nan] {
            var sum = ExactSum()
            sum.add(1)
            sum.add(term)
            #expect(!sum.value.isFinite)
            #expect(!sum.value(dividedBy: 2).isFinite)
        }
    }

    @Test("of nothing is zero")
    func nothing() {
        #expect(ExactSum().value == 0)
        #expect(ExactSum().value(dividedBy: 3) == 0)
    }

    private func anyFinite(like round: Int, _ random: inout SplitMix) -> Double {
        switch round % 4 {
        case 0: Double.random(in: -1...1, using: &random)
        case 1:
            Double(
                sign: random.next() & 1 == 0 ? .plus : .minus,
                exponentBitPattern: UInt(random.next() % 2_047),
                significandBitPattern: random.next()
            )
        case 2:  // subnormal
            Double(
                sign: random.next() & 1 == 0 ? .plus : .minus,
                exponentBitPattern: 0,
                significandBitPattern: random.next()
            )
        default:  // few bits far apart: ties
            Double(
                sign: random.next() & 1 == 0 ? .plus : .minus,
                exponent: Int(random.next() % 110) - 55,
                significand: 1
            )
        }
    }
}

/// A fixed-point number of 2,400 bits: slow, simple, and independent of `ExactSum`.
///
/// Terms are added bit by bit as signed counts; the sum is normalised once and rounded by
/// examining single bits.
enum BigFixed {
    private static let bits = 2_400

    static func sum(_ terms: [Double]) -> Double {
        // counts[i] is the coefficient of 2^(i - 1074).
        var counts = [Int](repeating: 0, count: bits)
        for term in terms {
            var significand = term.significandBitPattern
            var position = 0
            if term.exponentBitPattern != 0 {
                significand |= 1 << 52
                position = Int(term.exponentBitPattern) - 1
            }
            for bit in 0..<53 where significand >> bit & 1 == 1 {
                counts[position + bit] += term.sign == .minus ? -1 : 1
            }
        }
        let isNegative = normalize(&counts)
        if isNegative {
            counts = counts.map { -$0 }
            _ = normalize(&counts)
        }
        guard let top = counts.lastIndex(of: 1) else { return 0 }
        let lowest = max(0, top - 52)
        var significand = counts[lowest...top].reversed().reduce(0) { $0 * 2 + $1 }
        if lowest > 0, counts[lowest - 1] == 1,
            significand % 2 == 1 || counts[..<(lowest - 1)].contains(1)
        {
            significand += 1
        }
        let value = Double(sign: .plus, exponent: lowest - 1_074, significand: Double(significand))
        return isNegative ? -value : value
    }

    /// Normalises the counts to bits and returns whether a borrow left the highest one.
    private static func normalize(_ counts: inout [Int]) -> Bool {
        var carry = 0
        for index in counts.indices {
            let total = counts[index] + carry
            carry = total >> 1
            counts[index] = total & 1
        }
        return carry < 0
    }
}
