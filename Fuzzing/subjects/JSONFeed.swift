// SPDX-License-Identifier: Apache-2.0

import TensorJSON

/// A reader and the text still to be appended.
struct JSONFeed {
    private(set) var reader: JSONReader
    private var rest: ArraySlice<UInt8> = []
    private var lengths: ArraySlice<Int> = []

    /// Creates a reader of a complete body.
    init(whole body: [UInt8], maximumDepth: Int) {
        reader = JSONReader(body, maximumDepth: maximumDepth)
    }

    /// Creates a reader of a body that arrives in pieces of given lengths and a last piece.
    init(_ body: [UInt8], _ lengths: [Int], maximumDepth: Int, announced: Int?) {
        reader = JSONReader(maximumDepth: maximumDepth)
        if let announced { reader.expect(length: announced) }
        rest = body[...]
        self.lengths = lengths[...]
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
        guard !rest.isEmpty else { return reader.endOfText() }
        let piece = rest.prefix(lengths.popFirst() ?? .max)
        rest = rest.dropFirst(piece.count)
        // Pieces of odd length are adopted, with headroom that may be too small.
        if piece.count % 2 == 0 {
            reader.append(piece.span)
        } else {
            reader.append(adopting: [UInt8](repeating: 0x78, count: 40) + piece, headroom: 40)
        }
    }
}
