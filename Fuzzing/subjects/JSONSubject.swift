// SPDX-License-Identifier: Apache-2.0

import TensorJSON

/// The JSON reader, and the writer of the numbers that it has read.
package enum JSONSubject {
    /// Checks an input: a body, and a script of an option and of the lengths of its pieces.
    package static func check(_ bytes: [UInt8]) throws(BrokenPromise) {
        let input = FuzzInput(bytes)
        let options = input.script.first ?? 0
        try check(
            input.text,
            pieces: input.script.dropFirst().map { Int($0) },
            maximumDepth: options & 1 == 0 ? 32 : 5,
            announced: options & 2 == 0 ? nil : input.text.count * (options & 4 == 0 ? 1 : 1_000)
        )
    }

    /// Reads a body in every way, as a whole and in pieces of these lengths and a last one.
    package static func check(
        _ body: [UInt8],
        pieces: [Int] = [],
        maximumDepth: Int = 32,
        announced: Int? = nil
    ) throws(BrokenPromise) {
        for reading in JSONReading.allCases {
            var feed = JSONFeed(whole: body, maximumDepth: maximumDepth)
            let whole = reading.outcome(&feed)
            try checkError(whole.error, of: body)
            var pieceFeed = JSONFeed(body, pieces, maximumDepth: maximumDepth, announced: announced)
            let inPieces = reading.outcome(&pieceFeed)
            guard inPieces == whole else {
                throw BrokenPromise("\(reading): \(whole) as a whole, \(inPieces) in pieces")
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
    ) throws(BrokenPromise) {
        guard let error else { return }
        try expect(!error.needsMore, "more is wanted than there is")
        try expect(0...body.count ~= error.position, "a position outside of the body")
        try expect(error.sentence.hasSuffix("."), "no sentence: \(error.sentence)")
        try expect(error.pointer.isEmpty || error.pointer.utf8.first == 0x2F, "no pointer")
        if error.code == "unexpected_end" {
            try expect(error.position == body.count, "an end at \(error.position)")
        }
    }

    /// What the reader refuses that RFC 8259 leaves to it.
    private static let ownRules: Set<String> = ["duplicate_key", "too_deep", "lone_surrogate"]

    /// Makes sure that the reader takes what the grammar does, and nothing else.
    private static func checkGrammar(
        _ error: JSONError?,
        of body: [UInt8]
    ) throws(BrokenPromise) {
        let isSound = PlainGrammar.takes(body)
        guard let error else { return try expect(isSound, "taken, and no JSON") }
        guard error.isMalformed, !ownRules.contains(error.code) else { return }
        try expect(!isSound, "sound JSON, and refused: \(error.code) at \(error.position)")
    }
}
