// SPDX-License-Identifier: Apache-2.0

/// A non-negative integer of any size.
struct Magnitude: Hashable, Sendable {
    /// The digits of 32 bits, the lowest first; the last is not 0.
    private(set) var digits: [UInt32]

    static let zero = Magnitude([])

    init(_ digits: [UInt32]) {
        self.digits = digits
        trim()
    }

    init(_ value: UInt64) {
        self.init([UInt32(truncatingIfNeeded: value), UInt32(value >> 32)])
    }

    var isZero: Bool { digits.isEmpty }

    var bitWidth: Int {
        guard let last = digits.last else { return 0 }
        return 32 * digits.count - last.leadingZeroBitCount
    }

    var trailingZeroBitCount: Int {
        guard let place = digits.firstIndex(where: { $0 != 0 }) else { return 0 }
        return 32 * place + digits[place].trailingZeroBitCount
    }

    private mutating func trim() {
        while digits.last == 0 { digits.removeLast() }
    }
}

extension Magnitude: Comparable {
    static func < (left: Magnitude, right: Magnitude) -> Bool {
        guard left.digits.count == right.digits.count else {
            return left.digits.count < right.digits.count
        }
        for place in left.digits.indices.reversed() where left.digits[place] != right.digits[place]
        {
            return left.digits[place] < right.digits[place]
        }
        return false
    }
}

extension Magnitude {
    static func + (left: Magnitude, right: Magnitude) -> Magnitude {
        let (long, short) =
            left.digits.count < right.digits.count ? (right, left) : (left, right)
        var sum = long.digits
        var carry: UInt64 = 0
        for place in sum.indices {
            let other = place < short.digits.count ? short.digits[place] : 0
            carry += UInt64(sum[place]) + UInt64(other)
            sum[place] = UInt32(truncatingIfNeeded: carry)
            carry >>= 32
        }
        if carry != 0 { sum.append(UInt32(carry)) }
        return Magnitude(sum)
    }

    /// Subtracts a number that is not larger.
    static func -= (left: inout Magnitude, right: Magnitude) {
        precondition(!(left < right), "the difference is negative")
        var borrow: UInt64 = 0
        for place in left.digits.indices {
            let other = place < right.digits.count ? UInt64(right.digits[place]) : 0
            let difference = UInt64(left.digits[place]) &- other &- borrow
            left.digits[place] = UInt32(truncatingIfNeeded: difference)
            borrow = difference >> 63
        }
        left.trim()
    }

    static func * (left: Magnitude, right: Magnitude) -> Magnitude {
        var product = [UInt32](repeating: 0, count: left.digits.count + right.digits.count)
        for (offset, digit) in left.digits.enumerated() {
            var carry: UInt64 = 0
            for (place, other) in right.digits.enumerated() {
                carry += UInt64(digit) * UInt64(other) + UInt64(product[offset + place])
                product[offset + place] = UInt32(truncatingIfNeeded: carry)
                carry >>= 32
            }
            product[offset + right.digits.count] = UInt32(carry)
        }
        return Magnitude(product)
    }

    static func << (number: Magnitude, count: Int) -> Magnitude {
        guard count > 0, !number.isZero else { return number }
        var digits = [UInt32](repeating: 0, count: count / 32)
        digits.reserveCapacity(digits.count + number.digits.count + 1)
        var carry: UInt64 = 0
        for digit in number.digits {
            carry |= UInt64(digit) << UInt64(count % 32)
            digits.append(UInt32(truncatingIfNeeded: carry))
            carry >>= 32
        }
        digits.append(UInt32(carry))
        return Magnitude(digits)
    }

    /// The number divided by 2^`count`, rounded down.
    static func >> (number: Magnitude, count: Int) -> Magnitude {
        guard count > 0 else { return number }
        guard count < number.bitWidth else { return .zero }
        let kept = number.digits.dropFirst(count / 32)
        var digits: [UInt32] = []
        digits.reserveCapacity(kept.count)
        for place in kept.indices {
            let next = place + 1 < kept.endIndex ? kept[place + 1] : 0
            let pair = UInt64(next) << 32 | UInt64(kept[place])
            digits.append(UInt32(truncatingIfNeeded: pair >> UInt64(count % 32)))
        }
        return Magnitude(digits)
    }

    /// Doubles the number in place.
    mutating func double() {
        var carry: UInt32 = 0
        for place in digits.indices {
            let next = digits[place] >> 31
            digits[place] = digits[place] << 1 | carry
            carry = next
        }
        if carry != 0 { digits.append(carry) }
    }
}

extension Magnitude {
    /// The number in lower-case hexadecimal digits; "0" for 0.
    var hexadecimal: String {
        guard let last = digits.last else { return "0" }
        return digits.dropLast().reversed().reduce(into: String(last, radix: 16)) { text, digit in
            let own = String(digit, radix: 16)
            text += String(repeating: "0", count: 8 - own.utf8.count) + own
        }
    }

    /// Creates the number of lower-case hexadecimal digits; `nil` if another character occurs.
    init?(hexadecimal text: Span<UInt8>) {
        var digits: [UInt32] = []
        digits.reserveCapacity(text.count / 8 + 1)
        var (digit, bits): (UInt32, UInt32) = (0, 0)
        for place in text.indices.reversed() {
            let value: UInt32
            switch text[place] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                value = UInt32(text[place] - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"):
                value = UInt32(text[place] - UInt8(ascii: "a")) + 10
            default: return nil
            }
            digit |= value << bits
            bits += 4
            if bits == 32 {
                digits.append(digit)
                (digit, bits) = (0, 0)
            }
        }
        if bits > 0 { digits.append(digit) }
        self.init(digits)
    }
}
