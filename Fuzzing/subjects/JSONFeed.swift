// SPDX-License-Identifier: Apache-2.0

import TensorJSON

/// A reader and the text that it has not been given.
struct JSONFeed {
    private(set) var reader: JSONReader
    private var rest: ArraySlice<UInt8> = []
    private var lengths: ArraySlice<Int> = []

    /// A reader that has all of a body.
    init(whole body: [UInt8], maximumDepth: Int) {
        reader = JSONReader(body, maximumDepth: maximumDepth)
    }

    /// A reader that is given a body in pieces of these lengths, and the rest of it in one.
    init(_ body: [UInt8], _ lengths: [Int], maximumDepth: Int, announced: Int?) {
        reader = JSONReader(maximumDepth: maximumDepth, expecting: announced)
        rest = body[...]
        self.lengths = lengths[...]
    }

    /// Reads something in one go, again from its start whenever more is needed.
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

    /// Reads numbers, part by part.
    mutating func numbers() throws(JSONError) -> NumberArray {
        var numbers = NumbersInProgress()
        while true {
            do {
                try reader.read(&numbers)
                return numbers.array
            } catch {
                guard error.needsMore else { throw error }
                append()
            }
        }
    }

    private mutating func append() {
        guard !rest.isEmpty else { return reader.endOfText() }
        let piece = rest.prefix(lengths.popFirst() ?? .max)
        rest = rest.dropFirst(piece.count)
        // Pieces of an odd length are taken over, behind room that may be too little.
        if piece.count % 2 == 0 {
            reader.append(piece.span)
        } else {
            reader.append(adopting: [UInt8](repeating: 0x78, count: 40) + piece, headroom: 40)
        }
    }
}
