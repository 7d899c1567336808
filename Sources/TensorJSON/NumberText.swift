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
    ///   - decimal: what `ShortestDecimal.quick` has found for it.
    ///   - digits: the values of its first sixteen digits.
    ///   - room: where to write.
    ///   - start: the position.
    ///   - table: the table.
    /// - Returns: the position after the text.
    @inline(__always)
    static func write(
        _ value: Double,
        as decimal: ShortestDecimal,
        _ digits: SIMD2<UInt64>,
        _ room: ByteRoom,
        at start: Int,
        _ table: WriterTable
    ) -> Int {
        let slot = room.slot(at: start)
        let sign = value.bitPattern &>> 63
        // The sign is written in any case, and the number over it if there is none.
        slot.store(Character8.minus, at: 0)
        let number = slot.movedOn(by: sign)
        let length = write(value, as: decimal, digits, number, table)
        number.store(Character8.comma, at: length)
        return start &+ Int(truncatingIfNeeded: sign) &+ length
    }

    /// Writes a double that takes more thought, and returns the length without its sign.
    @inline(never)
    private static func writeSpecial(
        _ value: Double,
        _ slot: ByteSlot,
        _ table: WriterTable
    ) -> Int {
        precondition(value.isFinite, "JSON has no text for a number that is not finite")
        let magnitude = value.magnitude
        if magnitude < 10, magnitude == Double(UInt64(magnitude)) {
            slot.store(0x302E_30 + UInt64(magnitude), at: 0)
            return value.bitPattern == (-0.0 as Double).bitPattern ? 3 : 1
        }
        let decimal = ShortestDecimal.exact(value)
        let digits = EightDigits.reversedValues(decimal.head)
        return write(value, as: decimal, digits, slot, table)
    }

    /// Writes digits, or a double without, and returns the length without its sign.
    @inline(__always)
    private static func write(
        _ value: Double,
        as decimal: ShortestDecimal,
        _ values: SIMD2<UInt64>,
        _ slot: ByteSlot,
        _ table: WriterTable
    ) -> Int {
        let exponent = Int(decimal.exponent)
        let digits = SeventeenDigits(reversed: values, last: decimal.last)
        if UInt(bitPattern: exponent &+ 4) <= 4 {
            return writeFraction(digits, exponent, slot)
        }
        guard exponent >= -324 else { return writeSpecial(value, slot, table) }
        guard UInt(bitPattern: exponent) < 17 else {
            let length = writeFraction(digits, 0, slot)
            let text = table.exponentText(exponent)
            slot.store(text, at: length)
            return length &+ Int(truncatingIfNeeded: text &>> 56)
        }
        return writeLarge(digits, exponent &+ 1, slot)
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
        let start = 1 &- exponent
        digits.store(slot, at: start)
        slot.store(UInt16(slot.byte(at: 1)) | 0x2E00, at: 0)
        let length = start &+ digits.count
        // A single digit has no point after it.
        return length &- (length < 3 ? 1 : 0)
    }

    /// Writes a number of 10 or more, with its point among the digits if there is one.
    @inline(__always)
    private static func writeLarge(
        _ digits: SeventeenDigits,
        _ point: Int,
        _ slot: ByteSlot
    ) -> Int {
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
}
