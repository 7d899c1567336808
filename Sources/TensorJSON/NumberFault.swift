// SPDX-License-Identifier: Apache-2.0

extension NumberToken {
    /// Why no finite number could be read where one starts with a digit or a minus sign.
    static func fault(_ text: Span<UInt8>, _ start: Int) -> Fault {
        var position = start
        if text.byte(at: position) == Character8.minus {
            position += 1
            if text.byte(at: position).startsWord {
                return WordToken.fault(text, position, sign: "-", start: start)
            }
        }
        if let fault = missingDigits(text, start, position, .missingIntegerDigits) { return fault }
        if text.byte(at: position) == Character8.zero, text.byte(at: position + 1).isDigit {
            return Fault(.leadingZero, at: start)
        }
        position = afterDigits(text, position)
        if text.byte(at: position) == Character8.point {
            position += 1
            if let fault = missingDigits(text, start, position, .missingFractionDigits) {
                return fault
            }
            position = afterDigits(text, position)
        }
        if text.byte(at: position).isExponentMark {
            position += 1
            let sign = text.byte(at: position)
            position += sign == Character8.plus || sign == Character8.minus ? 1 : 0
            if let fault = missingDigits(text, start, position, .missingExponentDigits) {
                return fault
            }
            position = afterDigits(text, position)
        }
        return Fault(.numberOutOfRange(text.excerpt(start..<position)), at: start)
    }

    private static func missingDigits(
        _ text: Span<UInt8>,
        _ start: Int,
        _ position: Int,
        _ reason: JSONError.Reason
    ) -> Fault? {
        guard !text.byte(at: position).isDigit else { return nil }
        return position < text.count
            ? Fault(reason, at: start) : Fault(.unexpectedEnd(inside: .number), at: text.count)
    }

    private static func afterDigits(_ text: Span<UInt8>, _ start: Int) -> Int {
        var position = start
        while text.byte(at: position).isDigit { position += 1 }
        return position
    }
}
