// SPDX-License-Identifier: Apache-2.0

import SeededRandom

/// Number texts that are hard to read, with exact digits from the C library.
enum HardText {
    /// A double rounded to 1 to 20 digits.
    static func rounded(_ value: Double, _ random: inout SplitMix) -> [String] {
        let drawn = Int32(truncatingIfNeeded: random.next() % 20)
        // With fewer digits, the largest doubles could round to infinity.
        let digits = value.magnitude < 1.5e308 ? drawn : max(drawn, 17)
        return [String(decoding: printed("%.*e", digits, value), as: UTF8.self)]
    }

    /// The midpoint between a double and the next one, and numbers that differ from it by one in
    /// its last digit, in the digit after it, and in the 800th digit.
    static func aroundMidpoint(above value: Double) -> [String] {
        var half = sum(value, value.ulp)
        while half.last == 0x30 { half.removeLast() }
        if half.last == 0x2E { half.append(0x30) }
        guard let last = half.lastIndex(where: { $0 > 0x30 }) else { return [] }
        var below = half
        below[last] -= 1
        for place in last + 1..<max(half.count, last + 1) where half[place] == 0x30 {
            below[place] = 0x39
        }
        let digits = half.drop { $0 <= 0x30 }.count { $0 != 0x2E }
        let zeros = [UInt8](repeating: 0x30, count: max(799 - digits, 0))
        let nines = [UInt8](repeating: 0x39, count: max(800 - digits, 0))
        return [half, below, half + [0x31], half + zeros + [0x31], below + nines]
            .map { String(decoding: $0, as: UTF8.self) }
    }

    /// A power of ten and numbers close to it.
    static func aroundPowerOfTen(_ exponent: Int) -> [String] {
        ["1", "1.0000000000000001", "0.99999999999999994", "1.00000000000000000001", "9.99"].map {
            "\($0)e\(exponent)"
        }
    }

    /// The exact decimal text of a double plus half a step, with 1075 digits after the point.
    private static func sum(_ value: Double, _ step: Double) -> [UInt8] {
        let first = printed("%.*f", 1075, value)
        // Half of the smallest subnormal is not a double, so the digits of the step are halved.
        var remainder: UInt8 = 0
        let second = printed("%.*f", 1075, step).map { byte -> UInt8 in
            guard byte != 0x2E else { return byte }
            let total = remainder * 10 + (byte - 0x30)
            remainder = total % 2
            return 0x30 + total / 2
        }
        var sum = first
        var carry: UInt8 = 0
        for place in 1...first.count where first[first.count - place] != 0x2E {
            let digit = place <= second.count ? second[second.count - place] - 0x30 : 0
            let total = first[first.count - place] - 0x30 + digit + carry
            sum[first.count - place] = 0x30 + total % 10
            carry = total / 10
        }
        // Only at a few powers of two is another digit before the point needed.
        return carry == 0 ? sum : [0x31] + sum
    }

    private static func printed(_ format: String, _ digits: Int32, _ value: Double) -> [UInt8] {
        withPrinted(format, digits, value) { text in text.indices.map { text[$0] } }
    }
}
