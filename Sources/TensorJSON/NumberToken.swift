// SPDX-License-Identifier: Apache-2.0

/// A number in the text, as a double.
///
/// The grammar is that of RFC 8259, section 6; the value is the double nearest to the number that
/// is written, ties to even, for any count of digits. `-0` and `-0.0` are negative zero.
struct NumberToken {
    let value: Double
    /// The position after the number; negative if there is none, or none that is finite.
    ///
    /// `fault` then says why.
    let end: Int

    static let none = NumberToken(value: 0, end: -1)

    /// Reads the number that starts at a position.
    @inline(__always)
    static func read(_ text: Span<UInt8>, _ start: Int, _ powers: PowersOfFive) -> NumberToken {
        let sign: UInt64 = text.byte(at: start) == Character8.minus ? 1 : 0
        let first = start &+ Int(truncatingIfNeeded: sign)
        let found =
            text.withWindow(at: first) { ShortNumber.read($0, powers) }
            ?? readNearEnd(text, first, powers)
        guard found.end >= 0 else { return LongNumber.read(text, start, powers) }
        let value = Double(bitPattern: found.bits | sign &<< 63)
        return NumberToken(value: value, end: first &+ found.end)
    }

    @inline(never)
    private static func readNearEnd(
        _ text: Span<UInt8>,
        _ start: Int,
        _ powers: PowersOfFive
    ) -> ShortNumber {
        ShortNumber.read(text.extracting(min(start, text.count)...), powers)
    }
}
