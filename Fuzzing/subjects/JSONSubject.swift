// SPDX-License-Identifier: Apache-2.0

import TensorJSON

/// The invariants of the JSON reader, and of the writer for the numbers read.
package enum JSONSubject {
    /// Checks an input: a body, and a script of an option and the lengths of pieces.
    package static func check(_ bytes: [UInt8]) throws(InvariantViolation) {
        let input = FuzzInput(bytes)
        let options = input.script.first ?? 0
        try check(
            input.text,
            pieces: input.script.dropFirst().map { Int($0) },
            maximumDepth: options & 1 == 0 ? 32 : 5,
            announced: options & 2 == 0 ? nil : input.text.count * (options & 4 == 0 ? 1 : 1_000)
        )
    }

    /// Reads a body in every way, at once and in pieces of given lengths and a last piece.
    package static func check(
        _ body: [UInt8],
        pieces: [Int] = [],
        maximumDepth: Int = 32,
        announced: Int? = nil
    ) throws(InvariantViolation) {
        for reading in JSONReading.allCases {
            var feed = JSONFeed(whole: body, maximumDepth: maximumDepth)
            let whole = reading.outcome(&feed)
            try checkError(whole.error, of: body)
            var pieceFeed = JSONFeed(body, pieces, maximumDepth: maximumDepth, announced: announced)
            let inPieces = reading.outcome(&pieceFeed)
            guard inPieces == whole else {
                throw InvariantViolation("\(reading): \(whole) as a whole, \(inPieces) in pieces")
            }
            switch reading {
            case .anything: try checkGrammar(whole.error, of: body)
            case .numbers: try NumberCheck.check(whole, of: body)
            case .members: break
            }
        }
    }

    private static func checkError(
        _ error: JSONError?,
        of body: [UInt8]
    ) throws(InvariantViolation) {
        guard let error else { return }
        try expect(!error.needsMore, "more text is needed after the end of the body")
        try expect(0...body.count ~= error.position, "a position outside the body")
        try expect(error.sentence.hasSuffix("."), "not a sentence: \(error.sentence)")
        try expect(error.pointer.isEmpty || error.pointer.utf8.first == 0x2F, "not a pointer")
        if error.code == "unexpected_end" {
            try expect(error.position == body.count, "an end at \(error.position)")
        }
    }

    /// The errors in texts that conform to the grammar of RFC 8259.
    private static let additionalRules: Set<String> = [
        "duplicate_key", "too_deep", "lone_surrogate",
    ]

    /// Checks that the reader accepts exactly the texts that conform to the grammar.
    private static func checkGrammar(
        _ error: JSONError?,
        of body: [UInt8]
    ) throws(InvariantViolation) {
        let isValid = PlainGrammar.accepts(body)
        guard let error else { return try expect(isValid, "invalid JSON was accepted") }
        guard error.isMalformed, !additionalRules.contains(error.code) else { return }
        try expect(!isValid, "valid JSON was rejected: \(error.code) at \(error.position)")
    }
}
