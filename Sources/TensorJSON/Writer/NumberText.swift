// SPDX-License-Identifier: Apache-2.0

/// The text format of doubles.
///
/// A double is written with the shortest digits that read back as the same double,
/// - in fixed notation, as 123.25 or 0.001, if its magnitude is from 10^-4 to 2^53;
/// - in exponential notation otherwise, as 1.25e-7 or 1e22, without a plus sign or leading zeros:
///   beyond 2^53 a reader that parses the digits as an integer would get another number;
/// - without a fraction if it is an integer, as 3; but negative zero is -0.0, because a reader that
///   parses -0 as an integer loses the sign.
enum NumberText {
    /// The maximum length, that of -1.2345678901234567e-308.
    static let longest = 24
    /// The number of bytes that writing one number may overwrite.
    static let slotLength = ByteSlot.length

    /// Writes a finite double at a position, followed by a comma that may be overwritten.
    ///
    /// - Parameters:
    ///   - value: the double.
    ///   - buffer: receives the text.
    ///   - start: the position in the buffer.
    ///   - table: the writer's tables.
    /// - Returns: the position after the text.
    @inline(__always)
    static func write(
        _ value: Double,
        _ buffer: ByteBuffer,
        at start: Int,
        _ table: WriterTable
    ) -> Int {
        let decimal = ShortestDecimal.quick(value, table)
        return write(value, as: decimal, decimal.headDigits, buffer, at: start, table)
    }

    /// Writes a finite double, given its `ShortestDecimal.quick` and the `headDigits` of that.
    @inline(__always)
    static func write(
        _ value: Double,
        as decimal: ShortestDecimal,
        _ digits: SIMD2<UInt64>,
        _ buffer: ByteBuffer,
        at start: Int,
        _ table: WriterTable
    ) -> Int {
        writeSign(of: value, buffer, at: start) { write(value, as: decimal, digits, $0, table) }
    }

    /// Writes a finite double, given its `ShortestDecimal.integer` and the `headDigits` of that.
    @inline(__always)
    static func write(
        _ value: Double,
        asInteger decimal: ShortestDecimal,
        _ digits: SIMD2<UInt64>,
        _ buffer: ByteBuffer,
        at start: Int,
        _ table: WriterTable
    ) -> Int {
        guard decimal.exponent >= 0 else { return writeOther(value, buffer, at: start, table) }
        return writeSign(of: value, buffer, at: start) { slot in
            SeventeenDigits(reversed: digits, last: 0).store(slot, at: 0)
            return Int(decimal.exponent) &+ 1
        }
    }

    /// Writes a finite double among integers.
    ///
    /// It is not inlined into the loop over integers, where it is rarely needed.
    @inline(never)
    private static func writeOther(
        _ value: Double,
        _ buffer: ByteBuffer,
        at start: Int,
        _ table: WriterTable
    ) -> Int {
        write(value, buffer, at: start, table)
    }

    /// Writes the sign of a number, its magnitude by a closure that returns the length, and a comma.
    @inline(__always)
    private static func writeSign(
        of value: Double,
        _ buffer: ByteBuffer,
        at start: Int,
        _ writeMagnitude: (ByteSlot) -> Int
    ) -> Int {
        let slot = buffer.slot(at: start)
        let sign = value.bitPattern &>> 63
        // The minus sign is always written; the digits of a positive number overwrite it.
        slot.store(ASCII.minus, at: 0)
        let number = slot.advanced(by: sign)
        let length = writeMagnitude(number)
        number.store(ASCII.comma, at: length)
        return start &+ Int(truncatingIfNeeded: sign) &+ length
    }

    /// Writes a double that `ShortestDecimal.quick` does not handle; returns the length without the
    /// sign.
    @inline(never)
    private static func writeSpecial(
        _ value: Double,
        _ slot: ByteSlot,
        _ table: WriterTable
    ) -> Int {
        precondition(value.isFinite, "JSON cannot represent a non-finite number")
        let magnitude = value.magnitude
        if magnitude < 10, magnitude == Double(UInt64(magnitude)) {
            slot.store(0x302E_30 + UInt64(magnitude), at: 0)
            return value.bitPattern == (-0.0 as Double).bitPattern ? 3 : 1
        }
        let decimal = ShortestDecimal.exact(value)
        return write(value, as: decimal, decimal.headDigits, slot, table)
    }

    /// Writes the digits of a double and returns the length without the sign.
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
        let bits = value.bitPattern & 0x7FFF_FFFF_FFFF_FFFF
        guard UInt(bitPattern: exponent) < 16, bits <= (0x1p53 as Double).bitPattern else {
            let length = writeFraction(digits, 0, slot)
            let text = table.exponentText(exponent)
            slot.store(text, at: length)
            return length &+ Int(truncatingIfNeeded: text &>> 56)
        }
        return writeLarge(digits, exponent &+ 1, slot)
    }

    /// Writes a number below 10 and returns its length.
    @inline(__always)
    private static func writeFraction(
        _ digits: SeventeenDigits,
        _ exponent: Int,
        _ slot: ByteSlot
    ) -> Int {
        // 0.000ddd: stores zeros, then the digits over their end and the point over their start.
        // d.ddd: copies the first digit to the front and overwrites it with the point.
        slot.store(EightDigits.zeros, at: 0)
        let start = 1 &- exponent
        digits.store(slot, at: start)
        slot.store(UInt16(slot.byte(at: 1)) | 0x2E00, at: 0)
        let length = start &+ digits.count
        // A single digit is written without a point.
        return length &- (length < 3 ? 1 : 0)
    }

    /// Writes a number of 10 or more, with a point among the digits unless it is an integer.
    @inline(__always)
    private static func writeLarge(
        _ digits: SeventeenDigits,
        _ point: Int,
        _ slot: ByteSlot
    ) -> Int {
        digits.store(slot, at: 0)
        guard digits.count > point else { return point }
        // Shifts the digits after the point, at most 15, by one byte.
        let first = slot.word(at: point)
        let second = slot.word(at: point &+ 8)
        slot.store(ASCII.point, at: point)
        slot.store(first, at: point &+ 1)
        slot.store(second, at: point &+ 9)
        return digits.count &+ 1
    }
}
