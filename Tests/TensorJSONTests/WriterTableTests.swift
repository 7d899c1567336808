// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

@testable import TensorJSON

@Suite("What the writer looks up")
struct WriterTableTests {
    private let table = WriterTable.table

    @Test("is the step of each binary exponent, from a tenth of a grid's unit to below a whole one")
    func steps() {
        for field in 1...2046 {
            let high = table.step(field).high
            #expect(high >= .max / 10, "\(field)")
            let units = Double(field - 1075) * log10(2) - Double(WriterTable.grid(field))
            // The logarithm of a step is some 300 at most, with an error of a few of its ulps.
            #expect(abs(log10(Double(high) * 0x1p-64) - units) < 1e-12, "\(field)")
        }
    }

    @Test("is no step where there is none to look up")
    func noSteps() {
        #expect(table.step(0) == (0, 0))
        #expect(table.step(2047) == (0, 0))
    }

    @Test("is the text of each decimal exponent")
    func exponents() {
        for exponent in -324...308 {
            #expect(text(table.exponentText(exponent)) == "e\(exponent)")
        }
    }

    @Test("is the text of each small whole number and a comma")
    func wholes() {
        for number in 0..<1_024 {
            #expect(text(table.wholeText(SmallWhole(Double(number)))) == "\(number),")
        }
    }

    /// The bytes of a word, as many as its last one says.
    private func text(_ word: UInt64) -> String {
        let bytes = (0..<Int(word >> 56)).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
