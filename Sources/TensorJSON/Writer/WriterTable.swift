// SPDX-License-Identifier: Apache-2.0

/// Lookup tables of the writer: the decimal step of each binary exponent, the text of each decimal
/// exponent, the text of small integers, and small powers of ten.
///
/// The tables are computed once, at first use.
struct WriterTable: Sendable {
    /// The shared tables.
    static let table = Self()

    private static let stepCount = 2048
    private static let leastExponent = -324
    private static let integerStart = 2 * stepCount + 640
    private static let tenStart = integerStart + 1_024
    private let words: WordTable<5792>

    private init() {
        var words: [UInt64] = []
        for field in 0..<Self.stepCount {
            let step = Self.step(field)
            words += [step.high, step.low]
        }
        for place in 0..<640 { words.append(Self.exponentText(place + Self.leastExponent)) }
        for integer in 0..<1_024 { words.append(Self.counted("\(integer),")) }
        var ten: UInt64 = 1
        for _ in 0..<32 {
            words.append(ten)
            ten &*= 10
        }
        self.words = WordTable(words)
    }

    /// The decimal exponent of the grid for doubles with a given exponent field.
    ///
    /// The spacing of these doubles is at least a tenth of the grid's spacing and less than it:
    /// the exponent is floor(log10 2^(field - 1075)) + 1, computed with log10(2) scaled by 2^22.
    @inline(__always)
    static func grid(_ field: Int) -> Int { (field &* 1_262_611 &- 1_353_112_521) >> 22 }

    /// The spacing of doubles with an exponent field up to 2047, relative to that of the grid.
    ///
    /// The unit is 2^-128, and the error is less than one unit. It is 0 for the fields of zero,
    /// subnormals and non-finite doubles.
    @inline(__always)
    func step(_ field: Int) -> (high: UInt64, low: UInt64) {
        let place = 2 &* (field & (Self.stepCount - 1))
        return (words[place], words[place &+ 1])
    }

    /// The text of `e` and an exponent from -324 to 308, least significant byte first, with its
    /// length in the most significant byte.
    @inline(__always)
    func exponentText(_ exponent: Int) -> UInt64 {
        words[2 &* Self.stepCount &+ exponent &- Self.leastExponent]
    }

    /// The text of a small integer and a comma, least significant byte first, with its length in
    /// the most significant byte.
    @inline(__always)
    func integerText(_ number: SmallInteger) -> UInt64 {
        words[Self.integerStart &+ number.value]
    }

    /// `10^n` for an n from 0 to 19.
    @inline(__always)
    func ten(to n: Int) -> UInt64 { words[Self.tenStart &+ n & 31] }

    private static func step(_ field: Int) -> (high: UInt64, low: UInt64) {
        guard 1..<2047 ~= field else { return (0, 0) }
        let q = 0 - grid(field)
        let power = PowersOfFive.table[q]
        // The step is 2^(field - 1075) * 10^q, the power having 128 bits; the shift is 0 to 3.
        let shift = UInt64(1074 - field - PowersOfFive.binaryExponent(ofTenTo: q))
        return (power.high >> shift, power.low >> shift | power.high << (64 - shift))
    }

    private static func exponentText(_ exponent: Int) -> UInt64 {
        counted("e\(exponent)")
    }

    /// Packs a text of at most seven bytes and its length into a word.
    private static func counted(_ text: String) -> UInt64 {
        let count = UInt64(text.utf8.count)
        return text.utf8.reversed().reduce(count << (8 * (7 - count))) { $0 << 8 | UInt64($1) }
    }
}
