// SPDX-License-Identifier: Apache-2.0

import Glibc
import SeededRandom
import TensorJSON

/// Reads and writes random and hard doubles, and prints the count of each kind.
///
/// Reading must yield the same bits as `strtod`; numbers that `strtod` reads as infinite are
/// skipped. Writing must yield the shortest decimal that `strtod` reads back as the same bits and,
/// among those, the closest one: see `WrittenText`.
///
/// - Parameter patterns: the count of random bit patterns to read and to write; expensive kinds use
///   fewer.
func verify(patterns: Int) {
    var random = SplitMix(state: 2021)
    reading("random bits, 1 to 20 digits", patterns) {
        HardText.rounded(random.anyDouble(), &random)
    }
    let halves = max(patterns / 1000, 1000)
    reading("midpoints above random bits", halves) {
        HardText.aroundMidpoint(above: random.anyDouble().magnitude)
    }
    reading("midpoints above random subnormals", halves) {
        HardText.aroundMidpoint(above: Double(bitPattern: random.next() >> 12))
    }
    // 52 binades of subnormal numbers and 2046 of normal ones.
    let binades = (0..<52).map { UInt64(1) << $0 } + (1...2046).map { UInt64($0) << 52 }
    reading("midpoints below, above and within every binade", binades) { first in
        [first - 1, first, first + random.next() % first.binadeLength].flatMap {
            HardText.aroundMidpoint(above: Double(bitPattern: $0))
        }
    }
    reading("powers of ten from -400 to 400 and their neighbours", Array(-400...400)) { exponent in
        HardText.aroundPowerOfTen(exponent)
    }

    writing("random bits", patterns) { [random.anyDouble()] }
    let twos = (-1074...1023).map { Double(sign: .plus, exponent: $0, significand: 1) }
    writing("powers of two and neighbours", twos) { $0.withNeighbours }
    let tens = (-323...308).map { strictDouble("1e\($0)") }
    writing("powers of ten and neighbours", tens) { $0.withNeighbours }
    writing("integers and hundredths", halves) {
        let whole = Double(random.next() >> 11)
        return [whole, (random.unit() * 10_000).rounded() / 100, Double(random.next() % 1_000_000)]
    }
    writing("subnormals", halves) {
        [Double(bitPattern: random.next() >> (12 + random.next() % 52))]
    }
}

private func reading(_ kind: String, _ times: Int, _ texts: () -> [String]) {
    count("read \(kind)", times, "unlike strtod") { misread((0..<$0).flatMap { _ in texts() }) }
}

private func reading<Case>(_ kind: String, _ cases: [Case], _ texts: (Case) -> [String]) {
    var next = 0
    reading(kind, cases.count) {
        next += 1
        return texts(cases[next - 1])
    }
}

private func writing(_ kind: String, _ times: Int, _ values: () -> [Double]) {
    count("wrote \(kind)", times, "not round, shortest and closest") {
        miswritten((0..<$0).flatMap { _ in values() })
    }
}

private func writing<Case>(_ kind: String, _ cases: [Case], _ values: (Case) -> [Double]) {
    var next = 0
    writing(kind, cases.count) {
        next += 1
        return values(cases[next - 1])
    }
}

/// Counts errors in batches of a thousand, prints the count, and traps if there are any.
private func count(
    _ kind: String,
    _ times: Int,
    _ error: String,
    _ check: (Int) -> (checked: Int, wrong: Int)
) {
    var checked = 0
    var wrong = 0
    let time = ContinuousClock().measure {
        for start in stride(from: 0, to: times, by: 1000) {
            let found = check(min(1000, times - start))
            checked += found.checked
            wrong += found.wrong
            if wrong > 0 { break }
        }
    }
    print("\(kind): \(checked) in \(time / .seconds(1)) s, \(wrong) \(error)")
    fflush(nil)
    precondition(wrong == 0, "a number was read or written wrongly")
}

private func misread(_ texts: [String]) -> (checked: Int, wrong: Int) {
    let pairs = texts.map { (text: $0, nearest: strictDouble($0)) }
        .filter { $0.nearest.isFinite }
    var reader = JSONReader(Array("[\(pairs.map { $0.text }.joined(separator: ","))]".utf8))
    do {
        let read = try reader.readNumbers().values
        let wrong = zip(read, pairs).count { $0.bitPattern != $1.nearest.bitPattern }
        return (pairs.count, wrong + abs(read.count - pairs.count))
    } catch {
        print(error.sentence)
        return (pairs.count, pairs.count)
    }
}

private func miswritten(_ values: [Double]) -> (checked: Int, wrong: Int) {
    var writer = JSONWriter()
    writer.numbers(values, shape: [values.count])
    let bytes = writer.finish()
    var wrong = 0
    var start = 1
    for value in values {
        var end = start
        while bytes[end] != 0x2C, bytes[end] != 0x5D { end += 1 }
        let isSame = strictDouble(bytes.span.extracting(start...)).bitPattern == value.bitPattern
        let text = WrittenText(bytes.span.extracting(start..<end))
        if !isSame || !text.isShortestAndClosest(to: value.magnitude) {
            print("\(value) was written wrongly")
            wrong += 1
        }
        start = end + 1
    }
    return (values.count, start == bytes.count ? wrong : values.count)
}

extension UInt64 {
    /// The count of doubles in the binade that starts with these bits.
    fileprivate var binadeLength: UInt64 { self < 1 << 52 ? self : 1 << 52 }
}

extension Double {
    /// The number, its neighbours, and the negatives of all three.
    fileprivate var withNeighbours: [Double] {
        [self, nextUp, nextDown].flatMap { [$0, -$0] }.filter { $0.isFinite }
    }
}
