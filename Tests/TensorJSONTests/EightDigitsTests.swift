// SPDX-License-Identifier: Apache-2.0

import SeededRandom
import Testing

@testable import TensorJSON

@Suite("Sixteen digits")
struct EightDigitsTests {
    @Test("are those of the number, the last one in the least significant byte")
    func values() {
        var random = SplitMix(state: 8)
        var cases: [UInt64] = [0, 9, 10, 99_999_999, 100_000_000, 9_999_999_999_999_999]
        // Each group of eight, four and two digits at both ends of its range, and random numbers.
        cases += (0..<16).flatMap { place -> [UInt64] in
            let ten = (0..<place).reduce(UInt64(1)) { power, _ in power * 10 }
            return [ten, ten - 1, 9 * ten]
        }
        cases += (0..<20_000).map { _ in random.next() % 10_000_000_000_000_000 }
        for number in cases {
            let values = EightDigits.reversedValues(number)
            let bytes = (0..<16).map { UInt8(truncatingIfNeeded: values[$0 / 8] >> (8 * ($0 % 8))) }
            let read = bytes.reversed().reduce(UInt64(0)) { $0 * 10 + UInt64($1) }
            #expect(bytes.allSatisfy { $0 < 10 } && read == number, "\(number)")
        }
    }
}
