// SPDX-License-Identifier: Apache-2.0

extension NumberToken {
    /// Explains why no finite number can be read at a digit or minus sign.
    static func error(_ text: Span<UInt8>, _ start: Int) -> TokenError {
        var position = start
        if text.byte(at: position) == ASCII.minus {
            position += 1
            if text.byte(at: position).startsIdentifier {
                return LiteralToken.error(text, position, sign: "-", start: start)
            }
        }
        if let error = missingDigits(text, start, position, .missingIntegerDigits) { return error }
        if text.byte(at: position) == ASCII.zero, text.byte(at: position + 1).isDigit {
            return TokenError(.leadingZero, at: start)
        }
        position = afterDigits(text, position)
        if text.byte(at: position) == ASCII.point {
            position += 1
            if let error = missingDigits(text, start, position, .missingFractionDigits) {
                return error
            }
            position = afterDigits(text, position)
        }
        if text.byte(at: position).isExponentMark {
            position += 1
            let sign = text.byte(at: position)
            position += sign == ASCII.plus || sign == ASCII.minus ? 1 : 0
            if let error = missingDigits(text, start, position, .missingExponentDigits) {
                return error
            }
            position = afterDigits(text, position)
        }
        return TokenError(.numberOutOfRange(text.excerpt(start..<position)), at: start)
    }

    /// The length of the digits, points, signs and exponent marks at the start of a text.
    static func length(_ text: Span<UInt8>) -> Int {
        text.indices.first { !text.byte(at: $0).isOfNumber } ?? text.count
    }

    private static func missingDigits(
        _ text: Span<UInt8>,
        _ start: Int,
        _ position: Int,
        _ reason: JSONError.Reason
    ) -> TokenError? {
        guard !text.byte(at: position).isDigit else { return nil }
        return position < text.count
            ? TokenError(reason, at: start)
            : TokenError(.unexpectedEnd(inside: .number), at: text.count)
    }

    private static func afterDigits(_ text: Span<UInt8>, _ start: Int) -> Int {
        var position = start
        while text.byte(at: position).isDigit { position += 1 }
        return position
    }
}

extension UInt8 {
    /// Whether the byte may occur in a number.
    fileprivate var isOfNumber: Bool {
        isDigit || isExponentMark || self == ASCII.point || self == ASCII.minus
            || self == ASCII.plus
    }
}
