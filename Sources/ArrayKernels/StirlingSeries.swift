// SPDX-License-Identifier: Apache-2.0

/// The polynomial p in z = 1/x² of the asymptotic series of log Γ(x), x p(z), or of its derivatives.
///
/// With B_2k/(2k (2k - 1)), the coefficients of Stirling's series, those of the negative digamma and
/// the trigamma function, order 1 and 2, are B_2k/(2k) and B_2k.
struct StirlingSeries {
    /// The least x, at which the series err by less than 2^-109.
    static var least: Int { 20 }

    /// p(z).
    let value: TwoDoubles
    /// (p(z') - p(z)) / (z' - z).
    let slope: TwoDoubles

    @inline(always)
    init(_ z: TwoDoubles, _ other: TwoDoubles, order: Int) {
        var value = TwoDoubles(repeating: 0)
        var slope = TwoDoubles(repeating: 0)
        for index in Self.fractions.indices.reversed() {
            slope = slope * other + value
            value = value * z + Self.coefficient(index, order: order, factor: 1)
        }
        self.value = value
        self.slope = slope
    }

    @inline(always)
    init(_ z: TwoDoubles, order: Int) { self.init(z, z, order: order) }

    /// The series of log Γ(x) - log Γ(x + 1/2) + log(x)/2, whose coefficients are those of Stirling's
    /// series times 2 - 2^(1 - 2k); its slope is 0.
    @inline(always)
    init(halvesAt z: TwoDoubles, order: Int) {
        var value = TwoDoubles(repeating: 0)
        for index in Self.fractions.indices.reversed() {
            let factor = 2 - 2 / Double(1 &<< (2 * index + 2))
            value = value * z + Self.coefficient(index, order: order, factor: factor)
        }
        self.value = value
        slope = TwoDoubles(repeating: 0)
    }

    /// A factor times the coefficient at an index.
    @inline(always)
    private static func coefficient(_ index: Int, order: Int, factor: Double) -> TwoDoubles {
        let (numerator, denominator) = fractions[index]
        let multiple =
            switch order {
            case 0: 1
            case 1: 2 * index + 1
            default: (2 * index + 1) * (2 * index + 2)
            }
        return TwoDoubles.product(
            Vector(repeating: numerator * Double(multiple)),
            Vector(repeating: factor)
        ) / Vector(repeating: denominator)
    }

    /// B_2k/(2k (2k - 1)) from k = 1 on.
    private static var fractions: InlineArray<15, (numerator: Double, denominator: Double)> {
        [
            (1, 12), (-1, 360), (1, 1260), (-1, 1680), (1, 1188), (-691, 360_360), (1, 156),
            (-3617, 122_400), (43_867, 244_188), (-174_611, 125_400), (77_683, 5796),
            (-236_364_091, 1_506_960), (657_931, 300), (-3_392_780_147, 93_960),
            (1_723_168_255_201, 2_492_028),
        ]
    }
}
