// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

@testable import TensorJSON

@Suite("The table of the writer")
struct WriterTableTests {
    private let table = WriterTable.table

    @Test("has the step of each binary exponent, at least a tenth of the grid's unit and below it")
    func steps() {
        for field in 1...2046 {
            let high = table.step(field).high
            #expect(high >= .max / 10, "\(field)")
            let units = Double(field - 1075) * log10(2) - Double(WriterTable.grid(field))
            // The logarithm of a step is at most about 300 and accurate to a few ulp.
            #expect(abs(log10(Double(high) * 0x1p-64) - units) < 1e-12, "\(field)")
        }
    }

    @Test("has no step for zero, subnormals and non-finite numbers")
    func noSteps() {
        #expect(table.step(0) == (0, 0))
        #expect(table.step(2047) == (0, 0))
    }

    @Test("has the text of each decimal exponent")
    func exponents() {
        for exponent in -324...308 {
            #expect(text(table.exponentText(exponent)) == "e\(exponent)")
        }
    }

    @Test("has the text of each small integer and a comma")
    func integers() {
        for number in 0..<1_024 {
            #expect(text(table.integerText(SmallInteger(Double(number)))) == "\(number),")
        }
    }

    @Test("has the powers of ten up to 10^19")
    func tens() {
        for exponent in 0...19 {
            #expect("\(table.ten(to: exponent))" == "1" + String(repeating: "0", count: exponent))
        }
    }

    /// The bytes of a word, whose most significant byte is their count.
    private func text(_ word: UInt64) -> String {
        let bytes = (0..<Int(word >> 56)).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
