// SPDX-License-Identifier: Apache-2.0

import Glibc
import SeededRandom
import TensorJSON

/// Reads and writes random and hard doubles and compares with the C library and the standard
/// library.
///
/// Reading: random bit patterns, written by `snprintf` with 1 to 20 digits, and points halfway
/// between two doubles, exact and one digit beside, have to read as by `strtod`. Writing: the text
/// of random patterns and of powers of two and ten with their neighbours has to read back as the
/// same bits by `strtod`, with the digits that Swift's `description` has, which is the closest of
/// the shortest as well.
func verify(patterns: Int) {
    var random = SplitMix(state: 2021)
    let blockLength = 1000
    check("read \(patterns) patterns", "unlike strtod", blocks: patterns / blockLength) {
        countMisread((0..<blockLength).map { _ in rounded(random.anyDouble(), &random) })
    }
    check("read \(patterns / 100) halves", "unlike strtod", blocks: patterns / 100_000) {
        countMisread((0..<blockLength / 3).flatMap { _ in halves(random.anyDouble()) })
    }
    check(
        "wrote \(patterns) patterns",
        "not round, shortest, closest",
        blocks: patterns / blockLength
    ) {
        countMiswritten((0..<blockLength).map { _ in random.anyDouble() })
    }
    check("wrote powers", "not round, shortest, closest", blocks: 1) { countMiswritten(powers()) }
}

/// Counts what is wrong in some blocks, says so, and stops if there is anything.
private func check(_ what: String, _ fault: String, blocks: Int, count: () -> Int) {
    var wrong = 0
    let time = ContinuousClock().measure {
        for _ in 0..<max(blocks, 1) { wrong += count() }
    }
    print("\(what) in \(time): \(wrong) \(fault)")
    precondition(wrong == 0, "a number was read or written wrongly")
}

/// The powers of two and ten, and the doubles beside them.
private func powers() -> [Double] {
    let twos = (-1074...1023).map { Double(sign: .plus, exponent: $0, significand: 1) }
    let tens = (-323...308).map { unsafe strtod("1e\($0)", nil) }
    return (twos + tens).flatMap { [$0, $0.nextUp, -$0.nextDown] }
}

/// A double with 1 to 20 digits.
private func rounded(_ value: Double, _ random: inout SplitMix) -> String {
    printed("%.*e", Int32(truncatingIfNeeded: random.next() % 20), value)
}

/// The point halfway from the magnitude of a double to the next one, and two just beside it.
private func halves(_ value: Double) -> [String] {
    // All digits of both; half a step is a double too, but for subnormals.
    let low = value.magnitude
    guard low.ulp > .leastNonzeroMagnitude else { return [] }
    let first = Array(printed("%.*f", 1074, low).utf8)
    let second = Array(printed("%.*f", 1074, low.ulp / 2).utf8)
    var sum = first
    var carry: UInt8 = 0
    for place in 1...first.count where first[first.count - place] != UInt8(ascii: ".") {
        let digit = place <= second.count ? second[second.count - place] - 0x30 : 0
        let total = first[first.count - place] - 0x30 + digit + carry
        sum[first.count - place] = 0x30 + total % 10
        carry = total / 10
    }
    guard carry == 0, let last = sum.lastIndex(where: { $0 > 0x30 }) else { return [] }
    var below = sum
    below[last] -= 1
    for place in last + 1..<max(sum.count, last + 1) where sum[place] == 0x30 {
        below[place] = 0x39
    }
    return [sum, below, sum + [0x31]].map { String(decoding: $0, as: UTF8.self) }
}

private func printed(_ format: String, _ digits: Int32, _ value: Double) -> String {
    var text = [CChar](repeating: 0, count: 1400)
    let length = unsafe withVaList([digits, value]) {
        unsafe vsnprintf(&text, text.count, format, $0)
    }
    return String(decoding: text[..<Int(length)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

private func countMisread(_ texts: [String]) -> Int {
    let pairs = texts.map { (text: $0, nearest: unsafe strtod($0, nil)) }
        .filter { $0.nearest.isFinite }
    let body = Array("[\(pairs.map { $0.text }.joined(separator: ","))]".utf8)
    var reader = JSONReader(body)
    do {
        let read = try reader.readNumbers().values
        return zip(read, pairs).count { $0.bitPattern != $1.nearest.bitPattern }
            + abs(read.count - pairs.count)
    } catch {
        print(error.sentence)
        return texts.count
    }
}

private func countMiswritten(_ values: [Double]) -> Int {
    var writer = JSONWriter()
    writer.numbers(values, shape: [values.count])
    let texts = writer.finish().dropFirst().dropLast().split(separator: UInt8(ascii: ","))
    return zip(values, texts).count { value, text in
        let back = unsafe strtod(text.map { CChar(bitPattern: $0) } + [0], nil)
        let isSame = back.bitPattern == value.bitPattern
        return !isSame || significantDigits(text) != significantDigits(value.description.utf8)
    } + abs(values.count - texts.count)
}

/// The digits before the exponent, without zeros at either end.
private func significantDigits(_ text: some Sequence<UInt8>) -> [UInt8] {
    let digits = text.prefix { $0 | 0x20 != UInt8(ascii: "e") }
        .filter { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        .drop { $0 == UInt8(ascii: "0") }
    let zeros = digits.reversed().prefix { $0 == UInt8(ascii: "0") }.count
    return Array(digits.dropLast(zeros))
}
