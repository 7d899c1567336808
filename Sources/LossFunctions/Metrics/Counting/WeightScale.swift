// SPDX-License-Identifier: Apache-2.0

/// The power of two of which all weights of some units are multiples.
struct WeightScale {
    /// The weights have the exponent -1074 plus this.
    private let position: Int
    /// Whether weights are at most 2^95 times that power of two, so that sums of 2^32 weights have less
    /// than 128 bits.
    let isNarrow: Bool
    /// Whether all weights are 0.
    let areZero: Bool

    /// The number of bits of a weight.
    private static let bits = 95

    init(_ units: MetricUnits) {
        let weights = units.weights
        // The order of positive doubles is that of their bit patterns; subtracting 1 makes 0 the last.
        var (least, greatest) = (UInt64.max, UInt64.zero)
        func include(_ weight: Double) {
            let bits = weight.magnitude.bitPattern
            least = min(least, bits &- 1)
            greatest = max(greatest, bits)
        }
        if weights.isEmpty {
            include(1)
        } else {
            for position in 0..<units.count { include(weights[units[position]]) }
        }
        self.init(
            from: Double(bitPattern: least &+ 1),
            to: Double(bitPattern: greatest)
        )
    }

    /// Creates the scale of numbers that are 0 or within a range.
    init(from least: Double, to greatest: Double) {
        areZero = greatest == 0
        position = ExactSum.parts(least).position
        isNarrow = areZero || ExactSum.parts(greatest).position - position <= Self.bits - 53
    }

    /// The exponent of the power of two.
    var exponent: Int { position - 1_074 }

    /// A weight as a multiple of the power of two.
    @inline(__always)
    func multiple(_ weight: Double) -> UInt128 {
        let (significand, position, _) = ExactSum.parts(weight)
        return UInt128(significand) &<< UInt128(truncatingIfNeeded: position &- self.position)
    }
}
