// SPDX-License-Identifier: Apache-2.0

extension JSONReader {
    /// Reads a string.
    package mutating func readString() throws(JSONError) -> String {
        try expect(.string)
        let string = try token { text, start throws(TokenError) in try StringToken(text, start) }
        move(to: string.end)
        return string.value
    }

    /// Reads `true` or `false`.
    package mutating func readBoolean() throws(JSONError) -> Bool {
        try expect(.boolean)
        return try readLiteral() == .true
    }

    /// Reads a number as the nearest double.
    package mutating func readNumber() throws(JSONError) -> Double {
        try expect(.number)
        let powers = PowersOfFive.table
        let number = NumberToken.read(text.bytes.span, offset, powers)
        guard number.end >= 0 else { throw valueError() }
        try requireBoundary(number.end)
        move(to: number.end)
        return number.value
    }

    /// Reads any value with the usual checks and discards it.
    package mutating func skipValue() throws(JSONError) {
        let initialDepth = depth
        repeat {
            if depth > initialDepth {
                let hasNext = context == .object ? try nextKey() != nil : try nextElement()
                guard hasNext else { continue }
            }
            switch try peekKind() {
            case .object: try beginObject()
            case .array: try beginArray()
            case .string: _ = try readString()
            case .number: _ = try readNumber()
            case .boolean, .null: _ = try readLiteral()
            }
        } while depth > initialDepth
    }

    private mutating func readLiteral() throws(JSONError) -> LiteralToken {
        let literal = try peekLiteral()
        move(to: offset + literal.length)
        return literal
    }
}
