// SPDX-License-Identifier: Apache-2.0

import Formats
import Glibc

/// A second, simple parser of CSV, with the C library's conversion of numbers.
enum PlainTable {
    /// Checks the numbers of a body that was accepted, whose columns were not chosen.
    static func check(
        _ outcome: FormatReading.Outcome,
        of body: [UInt8]
    ) throws(InvariantViolation) {
        let bytes = body.starts(with: [0xEF, 0xBB, 0xBF]) ? body[3...] : body[...]
        var rows = rows(bytes).filter { $0.count > 1 || !($0[0].isEmpty && !$0[0].isQuoted) }
        guard !rows.isEmpty else { return }
        let header = rows.removeFirst().map { $0.text }
        try expect(rows.count == outcome.rows, "\(outcome.rows) of \(rows.count) rows")
        for (index, field) in outcome.fields.enumerated() where field.shape.isEmpty {
            guard let column = header.firstIndex(of: field.name) else { continue }
            for (row, cells) in rows.enumerated() {
                try expect(cells.count == header.count, "a row of \(cells.count) cells")
                let value = outcome.values[index][row]
                let expected = number(cells[column].text)
                try expect(
                    value.isNaN && expected.isNaN || value == expected,
                    "\(value) for \(cells[column].text)"
                )
            }
        }
    }

    private struct Cell {
        var text = ""
        var isQuoted = false
        var isEmpty: Bool { text.isEmpty }
    }

    private static func rows(_ bytes: ArraySlice<UInt8>) -> [[Cell]] {
        var rows: [[Cell]] = []
        var row: [Cell] = []
        var text: [UInt8] = []
        var (isQuoted, isOpen) = (false, false)
        func cell() -> Cell {
            Cell(text: String(decoding: text, as: UTF8.self), isQuoted: isQuoted)
        }
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let byte = bytes[index]
            index += 1
            if isOpen {
                guard byte == UInt8(ascii: "\"") else {
                    text.append(byte)
                    continue
                }
                if index < bytes.endIndex, bytes[index] == byte {
                    text.append(byte)
                    index += 1
                } else {
                    isOpen = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\"") where text.isEmpty && !isQuoted:
                (isOpen, isQuoted) = (true, true)
            case UInt8(ascii: ","), UInt8(ascii: "\n"):
                if byte == UInt8(ascii: "\n"), text.last == UInt8(ascii: "\r") { text.removeLast() }
                row.append(cell())
                (text, isQuoted) = ([], false)
                guard byte == UInt8(ascii: "\n") else { continue }
                rows.append(row)
                row = []
            default: text.append(byte)
            }
        }
        if text.last == UInt8(ascii: "\r") { text.removeLast() }
        if !row.isEmpty || !text.isEmpty || isQuoted { rows.append(row + [cell()]) }
        return rows
    }

    private static func number(_ text: String) -> Double {
        let word = text.drop { $0 == " " || $0 == "\t" }.lowercased()
        switch word.prefix(while: { $0 != " " && $0 != "\t" }) {
        case "", "na", "nan", "null": return .nan
        case "true": return 1
        case "false": return 0
        // Safe: the text lives as long as the call, and nothing else is passed.
        default: return unsafe strtod(word, nil)
        }
    }
}
