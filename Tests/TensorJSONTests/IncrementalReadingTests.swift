// SPDX-License-Identifier: Apache-2.0

import SeededRandom
import Testing

@testable import TensorJSON

@Suite("A body that arrives in pieces")
struct IncrementalReadingTests {
    /// Bodies that, together with those of the corpus, cover every state in which a piece may end.
    static let bodies: [[UInt8]] =
        [
            "", " ", "1", "-", "10", "1e5", "1.5e+", "1e999", "0x1F", "01", "-nan", "tru", "true ",
            "nul", "[1,2,3]", "[0x1F]", "[1 ,0x1F]", "{\"a\":0x1F}", "[1,\n\n]", "[1,2}", "[[1],[",
            "[[1],[]]", "[ [ ] , [ ] ]", "[[],[1]]", "[[[1],[2]],[[3],[4,5]]]", "[[1,2],[3,4],[5]]",
            "[1,[2]]", "[[1],2]", "[[1],[[2]]]", "[[1],\"x\"]", "[[1],[1e999]]", "[[1],[2] 3]",
            "[[[[[[1]]]]]]", "[[[[[[[1]]]]]]]", "[1] x", "[1]]", "[1,2/*x*/]", "\u{FEFF}[1]",
            #"{"predictions":[0.2,1.7,-3e-5],"targets":[0,1.5,-0.25],"delta":1.0,"o":"mean"}"#,
            #"{"predictions":[[0.5,0.25],[0.125,1]],"o":"é😀\n\ud83d\ude00","predictions":[1]}"#,
            #"{"predictions":[[1,2],[3,4,5]],"targets":[]}"#,
            #" { "predictions" : [ [ 1 , 2 ] , [ 3 , 4 ] ] , "x" : { "y" : [ { } , [ ] ] } } "#,
            #"{"predictions":-12.5,"targets":tru}"#, #"{"predictions":"#, #"{"predictions":[1,2"#,
            #"{"a":1,"a":2}"#, #"{"a/b":{"~":[true,false,null,nul]}}"#, #"["\ud83d"]"#,
            #"["\ud83dx\u0041"]"#, #"{"a":"é"#,
        ].map { Array($0.utf8) }
        + [
            [0xEF], [0xEF, 0xBB], [0xFE, 0xFF], [0x22, 0xC3, 0x22], [0x22, 0xC3, 0xA9, 0x22],
            [0x5B, 0x22, 0xF0, 0x9F, 0x98, 0x80, 0x22, 0x5D],
        ]

    @Test("is read like the complete body, in two pieces or byte by byte")
    func twoPieces() throws {
        let corpus = try (Corpus.codes() + ["accept", "accept_numbers"]).flatMap {
            try Corpus.bodies($0)
        }
        for body in Self.bodies + corpus where body.count < 1000 {
            for reading in Reading.allCases {
                let whole = reading.outcome([body], isComplete: true)
                #expect(reading.outcome([body]) == whole)
                #expect(reading.outcome(body.map { [$0] }) == whole, "\(text(body))")
                for place in 0...body.count {
                    let pieces = [Array(body[..<place]), Array(body[place...])]
                    #expect(reading.outcome(pieces) == whole, "\(place) \(text(body))")
                }
            }
        }
    }

    @Test("is read like the complete body, for many and for long numbers in random pieces")
    func manyPieces() throws {
        var random = SplitMix(state: 10)
        for body in long(&random) {
            for reading in Reading.allCases {
                let whole = reading.outcome([body], isComplete: true)
                for longest in [3, 30, 300, 3000] {
                    let pieces = split(body, longest, &random)
                    #expect(reading.outcome(pieces) == whole, "\(text(body))")
                }
            }
        }
    }

    @Test("is rejected as soon as an error is certain")
    func early() throws {
        var reader = JSONReader()
        reader.append(Array(#"{"a":[1,x,  "#.utf8).span)
        try reader.beginObject()
        _ = try reader.nextKey()
        var numbers = NumbersInProgress()
        let error = try #require(throws: JSONError.self) { try reader.read(&numbers) }
        #expect(error.reason == .unknownWord("x"))
        #expect(!error.needsMore)
        #expect(error.position == 8)
        #expect(error.pointer == "/a/1")
    }

    @Test("uses no memory for text that has been read")
    func footprint() throws {
        let piece = Array(String(repeating: "0.12345678901234567,", count: 500).utf8)
        var reader = JSONReader(reserving: 2 * piece.count)
        reader.expect(length: 1000 * piece.count)
        reader.append(Array("[".utf8).span)
        let footprint = reader.footprint
        var numbers = NumbersInProgress()
        for _ in 0..<1000 {
            reader.append(piece.span)
            let error = try #require(throws: JSONError.self) { try reader.read(&numbers) }
            #expect(error.needsMore)
        }
        #expect(reader.footprint == footprint)
        reader.append(Array("0]".utf8).span)
        reader.endOfText()
        try reader.read(&numbers)
        try reader.finish()
        let values = numbers.takeArray().values
        #expect(values.count == 500_001)
        #expect(reader.position == 1000 * piece.count + 3)
        // One number needs 20 bytes of text and 8 bytes of memory.
        #expect(values.capacity <= 2 * 500_001)
    }

    @Test("uses memory in proportion to the text received, however long the announced length")
    func announced() throws {
        var reader = JSONReader()
        reader.expect(length: .max)
        let text = Array(("[" + String(repeating: "0.5,", count: 5000)).utf8)
        reader.append(text.span)
        var numbers = NumbersInProgress()
        #expect(throws: JSONError.self) { try reader.read(&numbers) }
        #expect(numbers.footprint <= 16 * text.count)
    }

    @Test("is read again only when the text of an incomplete token has doubled")
    func retrying() throws {
        var reader = JSONReader()
        let piece = [UInt8](repeating: 0x61, count: 1000)
        reader.append(Array("\"".utf8).span)
        var readings = 0
        for count in 1...64 {
            reader.append(piece.span)
            let checkpoint = reader.checkpoint
            if reader.text.isWorthRetrying(from: reader.offset) { readings += 1 }
            let error = try #require(throws: JSONError.self) { try reader.readString() }
            #expect(error.needsMore)
            #expect(error.position == 1 + 1000 * count)
            reader.rewind(to: checkpoint)
        }
        // Every 1,000 bytes up to 5,000; then at 10, 20 and 40 thousand.
        #expect(readings == 8)
        reader.append(Array("\"".utf8).span)
        reader.endOfText()
        #expect(try reader.readString().utf8.count == 64_000)
    }

    @Test("is rejected as soon as a string is too long, whether or not it ends")
    func tooLongString() throws {
        let longest = StringToken.longest
        for text in ["\"\(String(repeating: "a", count: longest))\"", "\"\\u0041\""] {
            var reader = JSONReader(Array(text.utf8))
            _ = try reader.readString()
        }
        for end in ["\"", ""] {
            var reader = JSONReader()
            reader.append(Array("\"\(String(repeating: "a", count: longest + 1))\(end)".utf8).span)
            let error = try #require(throws: JSONError.self) { try reader.readString() }
            #expect(error.reason == .stringTooLong(limit: longest) && error.position == 0)
            #expect(!error.needsMore)
        }
    }

    private func long(_ random: inout SplitMix) -> [[UInt8]] {
        func digits(_ count: Int) -> String {
            (0..<count).map { _ in String(Int.random(in: 0...9, using: &random)) }.joined()
        }
        let list = (0..<120).map { _ in random.anyDouble().description.replacing("+", with: "") }
            .joined(separator: ", ")
        let rows = (0..<30).map { "[\($0),-\($0).5,\($0)e-3]" }.joined(separator: ",")
        let many = (0..<3).map { _ in "-0." + digits(800) + ",1" + digits(800) + "e-790" }
            .joined(separator: ",\n")
        let objects = (0..<40).map { #"{"\#($0)":["\u00e9\n",null,{}]}"# }.joined(separator: ",")
        return [
            "[\(list)]", "{\"predictions\":[\(rows)],\"targets\":[\(list)]}", "[\(many)]",
            "[[\(rows)],[\(rows)]]", "[[\(rows)],[\(rows),[1,2,x]]]", "[[\(rows)],[[1,2,3,4]]]",
            "[\(objects)]", "[\(list),1e400]", "[\(list)", "[\(many),\(digits(700))x]",
            "{\"predictions\":[[\(rows)],[\(list)]]}", "[\(String(repeating: " ", count: 9000))1]",
        ].map { Array($0.utf8) }
    }

    private func split(_ body: [UInt8], _ longest: Int, _ random: inout SplitMix) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        var start = 0
        while start < body.count {
            let end = min(start + Int.random(in: 0...longest, using: &random), body.count)
            pieces.append(Array(body[start..<end]))
            start = end
        }
        return pieces
    }

    private func text(_ body: [UInt8]) -> String {
        String(decoding: body.prefix(200), as: UTF8.self)
    }
}

/// The ways to read a body.
private enum Reading: CaseIterable {
    case anything
    case elements
    case numbers
    case fields

    /// The values read, as text, or the error.
    func outcome(_ pieces: [[UInt8]], isComplete: Bool = false) -> Outcome {
        var feed = Feed(pieces, isComplete: isComplete)
        var read: [String] = []
        do throws(JSONError) {
            switch self {
            case .anything: try feed.retrying { reader throws(JSONError) in try reader.skipValue() }
            case .elements: try readElements(&feed, &read)
            case .numbers: read.append("\(try feed.numbers())")
            case .fields: try readFields(&feed, &read)
            }
            try feed.retrying { reader throws(JSONError) in try reader.finish() }
            return Outcome(read: read, position: feed.reader.position, error: nil)
        } catch {
            return Outcome(read: read, position: nil, error: error)
        }
    }

    private func readElements(_ feed: inout Feed, _ read: inout [String]) throws(JSONError) {
        try feed.retrying { reader throws(JSONError) in try reader.beginArray() }
        while try feed.retrying({ reader throws(JSONError) in
            guard try reader.nextElement() else { return false }
            try reader.skipValue()
            return true
        }) {
            read.append(feed.reader.pointer)
        }
    }

    /// Reads the members of an object; only long arrays are resumed instead of repeated.
    private func readFields(_ feed: inout Feed, _ read: inout [String]) throws(JSONError) {
        try feed.retrying { reader throws(JSONError) in try reader.beginObject() }
        while true {
            var number: Double?
            var string: String?
            let key = try feed.retrying { reader throws(JSONError) -> String? in
                let key = try reader.nextKey()
                switch key {
                case nil, "predictions", "targets": break
                case "delta": number = try reader.readNumber()
                case "o": string = try reader.readString()
                default: try reader.skipValue()
                }
                return key
            }
            guard let key else { return }
            read.append(key + feed.reader.pointer)
            read.append("\(number ?? 0) \(string ?? "")")
            if ["predictions", "targets"].contains(key) { read.append("\(try feed.numbers())") }
        }
    }
}

private struct Outcome: Equatable {
    let read: [String]
    let position: Int?
    let error: JSONError?
}

/// A reader and the pieces still to be appended.
private struct Feed {
    var reader: JSONReader
    private var pieces: ArraySlice<[UInt8]>

    init(_ pieces: [[UInt8]], isComplete: Bool) {
        self.pieces = isComplete ? [] : pieces[...]
        reader =
            isComplete
            ? JSONReader(pieces[0], maximumDepth: 6)
            : JSONReader(maximumDepth: 6)
        if pieces.count % 2 != 0 { reader.expect(length: 100) }
    }

    /// Reads a value, repeating from its start whenever more text is needed.
    mutating func retrying<Value>(
        _ read: (inout JSONReader) throws(JSONError) -> Value
    ) throws(JSONError) -> Value {
        while true {
            let checkpoint = reader.checkpoint
            do {
                return try read(&reader)
            } catch {
                guard error.needsMore else { throw error }
                reader.rewind(to: checkpoint)
                append()
            }
        }
    }

    /// Reads numbers incrementally.
    mutating func numbers() throws(JSONError) -> NumberArray {
        var numbers = NumbersInProgress()
        while true {
            do {
                try reader.read(&numbers)
                return numbers.takeArray()
            } catch {
                guard error.needsMore else { throw error }
                append()
            }
        }
    }

    private mutating func append() {
        guard let piece = pieces.popFirst() else { return reader.endOfText() }
        // Every other piece is adopted, with headroom that is sometimes too small for the rest.
        if pieces.count % 2 == 0 {
            reader.append(piece.span)
        } else {
            reader.append(adopting: [UInt8](repeating: 0x78, count: 40) + piece, headroom: 40)
        }
    }
}
