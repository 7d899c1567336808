// SPDX-License-Identifier: Apache-2.0

/// The decimal in the text of a number: `significand * 10^exponent`, without trailing zeros.
struct WrittenText {
    private var significand: UInt64 = 0
    private var exponent = 0
    private var count = 0

    /// Parses the text of a number, ignoring its sign.
    init(_ text: Span<UInt8>) {
        var isFraction = false
        var isExponent = false
        var isNegative = false
        var scale = 0
        for index in text.indices {
            let byte = text[index]
            switch byte {
            case 0x30...0x39 where isExponent: scale = scale * 10 + Int(byte - 0x30)
            case 0x30...0x39:
                significand = significand * 10 + UInt64(byte - 0x30)
                exponent -= isFraction ? 1 : 0
            case 0x2E: isFraction = true
            case 0x65: isExponent = true
            default: isNegative = isExponent && byte == 0x2D
            }
        }
        exponent += isNegative ? -scale : scale
        while significand > 0, significand % 10 == 0 {
            significand /= 10
            exponent += 1
        }
        var rest = significand
        while rest > 0 {
            rest /= 10
            count += 1
        }
    }

    /// Whether this is the closest of the shortest decimals that `strtod` reads as a magnitude.
    ///
    /// If a shorter decimal read back as the magnitude, so would one of the two neighbours of this
    /// decimal with one digit less. `snprintf` rounds correctly, so the closest decimal of the same
    /// length is the one that it writes, unless that does not read back, as may happen next to a
    /// power of two.
    func isShortestAndClosest(to magnitude: Double) -> Bool {
        guard significand > 0 else { return magnitude == 0 }
        let shorter = significand / 10
        if count > 1 {
            guard value(shorter, exponent + 1) != magnitude,
                value(shorter + 1, exponent + 1) != magnitude
            else { return false }
        }
        let closest = withPrinted("%.*e", Int32(count - 1), magnitude) { Self($0) }
        return closest.significand == significand && closest.exponent == exponent
            || value(closest.significand, closest.exponent) != magnitude
    }

    /// The double that `strtod` reads for `significand * 10^exponent`.
    private func value(_ significand: UInt64, _ exponent: Int) -> Double {
        var text = InlineArray<32, UInt8>(repeating: 0)
        var end = 0
        func append(_ number: UInt64) {
            var divisor: UInt64 = 1
            while number / divisor >= 10 { divisor *= 10 }
            while divisor > 0 {
                text[end] = 0x30 + UInt8(number / divisor % 10)
                end += 1
                divisor /= 10
            }
        }
        append(significand)
        text[end] = 0x65
        text[end + 1] = exponent < 0 ? 0x2D : 0x2B
        end += 2
        append(UInt64(exponent.magnitude))
        return strictDouble(text.span)
    }
}
