// SPDX-License-Identifier: Apache-2.0

import Glibc
import TensorJSON

/// Checks that numbers are read like the C library reads them and that written numbers read back.
enum NumberCheck {
    static func check(_ outcome: JSONReading.Outcome, of body: [UInt8]) throws(InvariantViolation) {
        if let error = outcome.error {
            guard error.code == "number_out_of_range" else { return }
            let token = body[error.position...].prefix { isNumberByte($0) }
            try expect(nearest(token).isInfinite, "a number that is not out of range")
            return
        }
        let values = outcome.bits.map { Double(bitPattern: $0) }
        let tokens = body.split { !isNumberByte($0) }
        try expect(tokens.count == values.count, "\(values.count) of \(tokens.count) numbers")
        for (token, value) in zip(tokens, values) {
            try expect(
                nearest(token).bitPattern == value.bitPattern,
                "\(value) for \(String(decoding: token, as: UTF8.self))"
            )
        }
        let shape = outcome.shapes.first ?? []
        try checkWriting(values, shape, partLength: 1 + body.count % 7)
    }

    private static func isNumberByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x2B, 0x2D, 0x2E, 0x45, 0x65: true
        default: false
        }
    }

    /// The nearest double, from `strtod`.
    private static func nearest(_ token: ArraySlice<UInt8>) -> Double {
        // Safe: a string is passed as zero-terminated memory for the duration of the call.
        unsafe strtod(String(decoding: token, as: UTF8.self), nil)
    }

    /// Writes numbers at once and in parts, and reads them back.
    private static func checkWriting(
        _ values: [Double],
        _ shape: [Int],
        partLength: Int
    ) throws(InvariantViolation) {
        var writer = JSONWriter()
        writer.numbers(values, shape: shape)
        let text = writer.finish()
        var parts = JSONWriter()
        for start in stride(from: 0, to: max(1, values.count), by: partLength) {
            let range = start..<min(start + partLength, values.count)
            parts.numbers(values.span.extracting(range), shape: shape, range)
        }
        try expect(parts.finish() == text, "the text differs when written in parts")
        var reader = JSONReader(text)
        do {
            let back = try reader.readNumbers()
            try reader.finish()
            guard back.shape == shape, back.values.map(\.bitPattern) == values.map(\.bitPattern)
            else { throw InvariantViolation("written as \(String(decoding: text, as: UTF8.self))") }
        } catch {
            throw InvariantViolation("the written text cannot be read: \(error)")
        }
    }
}
