// SPDX-License-Identifier: Apache-2.0

extension JSONReader {
    /// Reads a string.
    package mutating func readString() throws(JSONError) -> String {
        try expect(.string)
        let string = try token { text, start throws(Fault) in try StringToken(text, start) }
        move(to: string.end)
        return string.value
    }

    /// Reads `true` or `false`.
    package mutating func readBoolean() throws(JSONError) -> Bool {
        try expect(.boolean)
        return try readWord() == .yes
    }

    /// Reads a number as the nearest double.
    package mutating func readNumber() throws(JSONError) -> Double {
        try expect(.number)
        let powers = PowersOfFive.table
        let number = NumberToken.read(text.bytes.span, offset, powers)
        guard number.end >= 0 else { throw valueError() }
        try expectEnd(number.end)
        move(to: number.end)
        return number.value
    }

    /// Reads any value, checks it as strictly as any other, and drops it.
    package mutating func skipValue() throws(JSONError) {
        let outside = depth
        repeat {
            if depth > outside {
                let goesOn = opening == .object ? try nextKey() != nil : try nextElement()
                guard goesOn else { continue }
            }
            switch try peekKind() {
            case .object: try beginObject()
            case .array: try beginArray()
            case .string: _ = try readString()
            case .number: _ = try readNumber()
            case .boolean, .null: _ = try readWord()
            }
        } while depth > outside
    }

    private mutating func readWord() throws(JSONError) -> WordToken {
        let word = try peekWord()
        move(to: offset + word.length)
        return word
    }
}
