// SPDX-License-Identifier: Apache-2.0

import Glibc
import TensorJSON

/// Reads and writes random doubles and compares with the C library and the standard library.
///
/// Reading: random bit patterns, written by `snprintf` with 1 to 20 digits, have to read as by
/// `strtod`. Writing: the text has to read back as the same bits by `strtod`, with the digits that
/// Swift's `description` has, which is the closest of the shortest as well.
func verify(patterns: Int) {
    var random = SplitMix(state: 2021)
    let clock = ContinuousClock()
    let blockLength = 1000
    var wrong = 0
    let reading = clock.measure {
        for _ in 0..<patterns / blockLength {
            wrong += countMisread((0..<blockLength).map { _ in random.anyDouble() }, &random)
        }
    }
    print("read \(patterns) patterns in \(reading): \(wrong) unlike strtod")
    precondition(wrong == 0, "a number was read wrongly")
    let writing = clock.measure {
        for _ in 0..<patterns / blockLength {
            wrong += countMiswritten((0..<blockLength).map { _ in random.anyDouble() })
        }
    }
    print("wrote \(patterns) patterns in \(writing): \(wrong) not round, shortest and closest")
    precondition(wrong == 0, "a number was written wrongly")
}

private func countMisread(_ values: [Double], _ random: inout SplitMix) -> Int {
    var body = [UInt8(ascii: "[")]
    var expected: [Double] = []
    for value in values {
        var text = [CChar](repeating: 0, count: 64)
        let digits = Int32(truncatingIfNeeded: random.next() % 20)
        let length = unsafe withVaList([digits, value]) {
            unsafe vsnprintf(&text, 64, "%.*e", $0)
        }
        let nearest = unsafe strtod(text, nil)
        guard nearest.isFinite else { continue }
        expected.append(nearest)
        if body.count > 1 { body.append(UInt8(ascii: ",")) }
        body.append(contentsOf: text[..<Int(length)].map { UInt8(bitPattern: $0) })
    }
    body.append(UInt8(ascii: "]"))
    var reader = JSONReader(body)
    do {
        let read = try reader.readNumbers().values
        return zip(read, expected).count { $0.bitPattern != $1.bitPattern }
            + abs(read.count - expected.count)
    } catch {
        print(error.sentence)
        return values.count
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
