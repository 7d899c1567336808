// SPDX-License-Identifier: Apache-2.0

/// How a double is written.
///
/// The shortest digits that read back as the same double, and with them
/// - 123.25 and 0.001 in fixed notation, if the first digit's power of ten is in -4 ..< 17;
/// - 1.25e-7 and 1e22 otherwise, without a plus sign or leading zeros;
/// - 3, not 3.0, for a whole number, except that negative zero is -0.0: a reader that takes -0 for
///   an integer would lose its sign.
enum NumberText {
    /// The length of -1.2345678901234567e-308, than which none is longer.
    static let longest = 24
    /// How many bytes writing one number may touch.
    static let room = ByteSlot.length

    /// Writes a finite double at a position, and a comma after it that may be written over.
    ///
    /// - Parameters:
    ///   - value: the double.
    ///   - digits: those of what `ShortestDecimal.quick` has found for it.
    ///   - room: where to write.
    ///   - start: the position.
    ///   - powers: the table.
    /// - Returns: the position after the text.
    @inline(__always)
    static func write(
        _ value: Double,
        as digits: SeventeenDigits,
        _ room: ByteRoom,
        at start: Int,
        _ powers: PowersOfFive
    ) -> Int {
        let slot = room.slot(at: start)
        let sign = value.bitPattern &>> 63
        // The sign is written in any case, and the number over it if there is none.
        slot.store(Character8.minus, at: 0)
        let number = slot.movedOn(by: sign)
        let length = write(value, as: digits, number, powers)
        number.store(Character8.comma, at: length)
        return start &+ Int(truncatingIfNeeded: sign) &+ length
    }

    /// Writes a double that takes more thought, and returns the length without its sign.
    @inline(never)
    private static func writeSpecial(
        _ value: Double,
        _ slot: ByteSlot,
        _ powers: PowersOfFive
    ) -> Int {
        precondition(value.isFinite, "JSON has no text for a number that is not finite")
        let magnitude = value.magnitude
        if magnitude < 10, magnitude == Double(UInt64(magnitude)) {
            slot.store(0x302E_30 + UInt64(magnitude), at: 0)
            return value.bitPattern == (-0.0 as Double).bitPattern ? 3 : 1
        }
        let digits = SeventeenDigits(ShortestDecimal.exact(value, powers))
        return write(value, as: digits, slot, powers)
    }

    /// Writes digits, or a double without, and returns the length without its sign.
    @inline(__always)
    private static func write(
        _ value: Double,
        as digits: SeventeenDigits,
        _ slot: ByteSlot,
        _ powers: PowersOfFive
    ) -> Int {
        let exponent = digits.exponent
        if UInt(bitPattern: exponent &+ 4) <= 4 {
            return writeFraction(digits, exponent, slot)
        }
        guard digits.isKnown else { return writeSpecial(value, slot, powers) }
        guard UInt(bitPattern: exponent) < 17 else {
            return writeExponent(exponent, slot, at: writeFraction(digits, 0, slot))
        }
        return writeLarge(digits, exponent, slot)
    }

    /// Writes a number below 10, with or without zeros after the point, and returns its length.
    @inline(__always)
    private static func writeFraction(
        _ digits: SeventeenDigits,
        _ exponent: Int,
        _ slot: ByteSlot
    ) -> Int {
        // 0.000ddd: zeros, over their end the digits, over their start the point. Of d.ddd the
        // first digit goes to the front and the point to where it has been.
        slot.store(EightDigits.zeros, at: 0)
        let zeros = 0 &- exponent
        digits.store(slot, at: 1 &+ zeros)
        let front = (digits.upper & 0x0F) &>> UInt64(truncatingIfNeeded: 4 &* zeros)
        slot.store(0x2E30 | UInt16(truncatingIfNeeded: front), at: 0)
        let length = 1 &+ zeros &+ digits.count
        // A single digit has no point after it.
        return length &- (length < 3 ? 1 : 0)
    }

    /// Writes a number of 10 or more, with its point among the digits if there is one.
    @inline(__always)
    private static func writeLarge(
        _ digits: SeventeenDigits,
        _ exponent: Int,
        _ slot: ByteSlot
    ) -> Int {
        let point = exponent &+ 1
        digits.store(slot, at: 0)
        guard digits.count > point else { return point }
        // Moves the digits after the point, at most 15, by one.
        let first = slot.word(at: point)
        let second = slot.word(at: point &+ 8)
        slot.store(Character8.point, at: point)
        slot.store(first, at: point &+ 1)
        slot.store(second, at: point &+ 9)
        return digits.count &+ 1
    }

    /// Writes `e` and one to three digits with their sign.
    @inline(__always)
    private static func writeExponent(_ exponent: Int, _ slot: ByteSlot, at start: Int) -> Int {
        slot.store(UInt8(ascii: "e"), at: start)
        slot.store(Character8.minus, at: start &+ 1)
        var position = start &+ (exponent < 0 ? 2 : 1)
        var rest = exponent.magnitude
        if rest >= 10 {
            if rest >= 100 {
                slot.store(digit(rest / 100), at: position)
                rest %= 100
                position &+= 1
            }
            slot.store(digit(rest / 10), at: position)
            rest %= 10
            position &+= 1
        }
        slot.store(digit(rest), at: position)
        return position &+ 1
    }

    @inline(__always)
    private static func digit(_ value: UInt) -> UInt8 {
        Character8.zero &+ UInt8(truncatingIfNeeded: value)
    }
}
