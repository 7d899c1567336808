// SPDX-License-Identifier: Apache-2.0

/// What the writer looks up instead of computing it: the step of each binary exponent in decimals,
/// the text of each decimal one, and that of small whole numbers.
///
/// Computed once, at first use.
struct WriterTable: Sendable {
    /// The one table.
    static let table = Self()

    private static let stepCount = 2048
    private static let leastExponent = -324
    private static let wholeStart = 2 * stepCount + 640
    private let words: WordTable<5760>

    private init() {
        var words: [UInt64] = []
        for field in 0..<Self.stepCount {
            let step = Self.step(field)
            words += [step.high, step.low]
        }
        for place in 0..<640 { words.append(Self.exponentText(place + Self.leastExponent)) }
        for whole in 0..<1_024 { words.append(Self.counted("\(whole),")) }
        self.words = WordTable(words)
    }

    /// The power of ten of the grid for doubles of an exponent field.
    ///
    /// A step from one double to the next is at least a tenth of the distance of two decimals on
    /// this grid and less than the whole of it: floor(log10 of 2^(field - 1075)) + 1, with log10(2)
    /// scaled by 2^22.
    @inline(__always)
    static func grid(_ field: Int) -> Int { (field &* 1_262_611 &- 1_353_112_521) >> 22 }

    /// The step from one double to the next for an exponent field up to 2047, on that grid.
    ///
    /// In units of 2^-128, and off by less than one. 0 for zeros, subnormals and what is not
    /// finite.
    @inline(__always)
    func step(_ field: Int) -> (high: UInt64, low: UInt64) {
        let place = 2 &* (field & (Self.stepCount - 1))
        return (words[place], words[place &+ 1])
    }

    /// `e` and an exponent from -324 to 308, the first byte lowest, and in the last byte the count
    /// of bytes.
    @inline(__always)
    func exponentText(_ exponent: Int) -> UInt64 {
        words[2 &* Self.stepCount &+ exponent &- Self.leastExponent]
    }

    /// A whole number below 1,024 and a comma, the first byte lowest, and in the last byte the count
    /// of bytes.
    @inline(__always)
    func wholeText(_ number: SmallWhole) -> UInt64 {
        words[Self.wholeStart &+ number.value]
    }

    private static func step(_ field: Int) -> (high: UInt64, low: UInt64) {
        guard 1..<2047 ~= field else { return (0, 0) }
        let q = 0 - grid(field)
        let power = PowersOfFive.table[q]
        // 2^(field - 1075) * 10^q, of which the power is 128 bits. From 0 to 3.
        let shift = UInt64(1074 - field - PowersOfFive.binaryExponent(ofTenTo: q))
        return (power.high >> shift, power.low >> shift | power.high << (64 - shift))
    }

    private static func exponentText(_ exponent: Int) -> UInt64 {
        counted("e\(exponent)")
    }

    /// A text of at most seven bytes, and in the last byte their count.
    private static func counted(_ text: String) -> UInt64 {
        let count = UInt64(text.utf8.count)
        return text.utf8.reversed().reduce(count << (8 * (7 - count))) { $0 << 8 | UInt64($1) }
    }
}
