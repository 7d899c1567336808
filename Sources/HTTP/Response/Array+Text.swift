// SPDX-License-Identifier: Apache-2.0

/// Formatting of numbers as text without intermediate strings.
extension [UInt8] {
    /// Appends a nonnegative number in decimal digits.
    mutating func append(decimal number: Int) {
        // The digits in one word, the last one highest, so that the first is appended first.
        var digits: UInt64 = 0
        var count = 0
        var rest = UInt(bitPattern: number)
        repeat {
            digits = digits &<< 8 | UInt64(0x30 + rest % 10)
            rest /= 10
            count += 1
        } while rest > 0 && count < 8
        if rest > 0 { append(decimal: Int(rest)) }
        for _ in 0..<count {
            append(UInt8(truncatingIfNeeded: digits))
            digits &>>= 8
        }
    }

    /// Appends a number as sixteen hexadecimal digits.
    mutating func append(hexadecimal number: UInt64) {
        append(addingCapacity: 16) { output in
            output.append(repeating: 0, count: 16)
            var text = output.mutableSpan
            var (first, last) = ((number &>> 32).hexadecimal, (number & 0xFFFF_FFFF).hexadecimal)
            for place in 0..<8 {
                text[place] = UInt8(truncatingIfNeeded: first)
                text[place + 8] = UInt8(truncatingIfNeeded: last)
                first &>>= 8
                last &>>= 8
            }
        }
    }

    /// Appends nanoseconds as milliseconds with three decimals.
    mutating func append(milliseconds nanoseconds: Int64) {
        let microseconds = Swift.max(0, Int(nanoseconds) / 1_000)
        append(decimal: microseconds / 1_000)
        let (first, rest) = (microseconds / 100 % 10, microseconds % 100)
        let decimals = first &<< 8 | (rest / 10) &<< 16 | (rest % 10) &<< 24
        let text = 0x3030_302E | UInt64(truncatingIfNeeded: decimals)
        append(addingCapacity: 4) { $0.append(text, count: 4) }
    }
}

extension OutputSpan<UInt8> {
    /// Appends the bytes of a word, lowest first.
    fileprivate mutating func append(_ word: UInt64, count: Int) {
        var rest = word
        for _ in 0..<count {
            append(UInt8(truncatingIfNeeded: rest))
            rest &>>= 8
        }
    }
}

extension UInt64 {
    /// The eight hexadecimal digits of a 32-bit number as text, the first one lowest.
    fileprivate var hexadecimal: UInt64 {
        // Spreads halves, quarters and eighths of the number until each byte holds one digit.
        var digits = self
        digits = (digits | digits &<< 16) & 0x0000_FFFF_0000_FFFF
        digits = (digits | digits &<< 8) & 0x00FF_00FF_00FF_00FF
        digits = (digits | digits &<< 4) & 0x0F0F_0F0F_0F0F_0F0F
        // 1 for each digit from 10 on, whose letter is 39 characters further.
        let letters = ((digits &+ 0x0606_0606_0606_0606) &>> 4) & 0x0101_0101_0101_0101
        return (digits &+ 0x3030_3030_3030_3030 &+ letters &* 39).byteSwapped
    }
}
