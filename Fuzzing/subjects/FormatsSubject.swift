// SPDX-License-Identifier: Apache-2.0

import Formats
import Glibc
import TensorJSON

/// The invariants of the readers of binary formats and of tables, and of their writers.
package enum FormatsSubject {
    /// Checks an input: a body, and a script of a format, an option and the lengths of pieces.
    package static func check(_ bytes: [UInt8]) throws(InvariantViolation) {
        let input = FuzzInput(bytes)
        let options = input.script.first ?? 0
        let kinds = FormatReading.allCases
        try check(
            input.text,
            as: kinds[Int(options) % kinds.count],
            option: input.script.dropFirst().first ?? 0,
            pieces: input.script.dropFirst(2).map { Int($0) }
        )
    }

    /// Reads a body in a format, at once and in pieces of given lengths and a last piece.
    package static func check(
        _ body: [UInt8],
        as reading: FormatReading,
        option: UInt8 = 0,
        pieces: [Int] = []
    ) throws(InvariantViolation) {
        let whole = try outcome(body, reading, option, [])
        try checkError(whole.error, of: body, reading)
        let inPieces = try outcome(body, reading, option, pieces)
        guard inPieces == whole else {
            throw InvariantViolation("\(reading): \(whole) as a whole, \(inPieces) in pieces")
        }
        guard whole.error == nil else { return }
        if reading == .csv, option & 3 == 0 { try PlainTable.check(whole, of: body) }
        try checkWriting(whole, reading)
    }

    private static func outcome(
        _ body: [UInt8],
        _ reading: FormatReading,
        _ option: UInt8,
        _ pieces: [Int]
    ) throws(InvariantViolation) -> FormatReading.Outcome {
        let meter = PeakMeter()
        let outcome = reading.outcome(body, option, pieces, meter)
        try expect(meter.bytes >= 0, "more memory was given back than taken")
        try expect(
            meter.peak <= 4 * 1_024 * 1_024 + 256 * body.count,
            "\(meter.peak) bytes for a body of \(body.count)"
        )
        return outcome
    }

    private static func checkError(
        _ error: FormatError?,
        of body: [UInt8],
        _ reading: FormatReading
    ) throws(InvariantViolation) {
        guard let error else { return }
        try expect(!error.isOutOfMemory, "memory was not refused")
        try expect(error.position >= 0, "a position before the body")
        // That of a deflated member is an offset in what it inflates to.
        if reading != .npz {
            try expect(error.position <= body.count, "\(error.position) of \(body.count)")
        }
        try expect(
            error.sentence.hasSuffix(".") || error.sentence.hasSuffix("?"),
            "not a sentence: \(error.sentence)"
        )
        try expect(!error.code.isEmpty, "no code")
    }

    /// Checks that what was read, once written, reads back bit for bit.
    private static func checkWriting(
        _ outcome: FormatReading.Outcome,
        _ reading: FormatReading
    ) throws(InvariantViolation) {
        switch reading {
        case .csv, .ndjson:
            guard !outcome.fields.isEmpty, outcome.rows > 0,
                outcome.fields.allSatisfy({ $0.shape.count < 2 && $0.width > 0 && !$0.isLabel })
            else { return }
            let fields = outcome.fields.enumerated().map { index, field in
                RowText.Field(
                    name: index < FormatReading.fieldNames.count
                        ? FormatReading.fieldNames[index] : "",
                    width: field.width,
                    isArray: !field.shape.isEmpty
                )
            }
            guard fields.count <= FormatReading.fieldNames.count else { return }
            let columns = outcome.values
            for (text, format) in [
                (RowText(csv: fields), FormatReading.csv),
                (RowText(ndjson: fields), .ndjson),
            ] {
                let body = text.header + text.text(of: columns, 0..<outcome.rows)
                let again = format.outcome(body, 0, [], nil)
                try expect(
                    again.error == nil && again.rows == outcome.rows
                        && again.sortedBits == outcome.sortedBits,
                    "\(format): \(again) for \(outcome)"
                )
            }
        case .safetensors, .npy, .npz, .inference:
            guard !outcome.tensors.isEmpty,
                Set(outcome.tensors.map { $0.name }).count == outcome.tensors.count
            else { return }
            var encoded = EncodedTensors.safetensors(outcome.tensors, metadata: [], .double)
            let again = FormatReading.safetensors.outcome(encoded.next(.max), 0, [], nil)
            try expect(
                again.error == nil && Set(again.tensorBits) == Set(outcome.tensorBits),
                "\(again) for \(outcome)"
            )
        }
    }
}

/// Counts reserved bytes.
private final class PeakMeter: MemoryMeter, @unchecked Sendable {
    // Sendable: used by one check only.
    private(set) var bytes = 0
    private(set) var peak = 0

    func take(_ bytes: Int) -> Bool {
        self.bytes += bytes
        peak = max(peak, self.bytes)
        return true
    }

    func giveBack(_ bytes: Int) { self.bytes -= bytes }
}
