// SPDX-License-Identifier: Apache-2.0

/// Functions of Student's t-distribution with ν > 1/2 degrees of freedom at x >= 0, as sums of a head and a tail.
///
/// With u = x²/ν, v = u/(1 + u), ℓ = log(1 + u), c = e^-G(ν/2)/√(2π) with G of `HalfStep`, and the density
/// f = c e^(-(ν + 1) ℓ/2): F(x) - F(-x) is 2xf Σ v^n (ν/2 + 1/2)_n/(3/2)_n for v <= 1/2 and otherwise
/// 1 - 2cx/(ν √(1 + u)) e^(-νℓ/2) Σ (1 - v)^n (ν/2 + 1/2)_n/(ν/2 + 1)_n, the series of the incomplete beta
/// function, whose terms are positive.
struct StudentDistribution {
    /// ν.
    private let freedom: Vector
    /// ℓ.
    let logarithm: TwoDoubles
    /// c, the density at 0.
    let height: TwoDoubles
    /// v.
    let share: Vector
    /// F(x) - F(-x), to within 2^-98 of it.
    private(set) var central: TwoDoubles

    /// The most terms of a series, which ν near 200 and v near 1/2 need.
    private static var mostTerms: Int { 500 }
    /// Beyond this x, 1 + u is u.
    private static var far: Double { 0x1p400 }

    /// - Parameters:
    ///   - x: numbers from 0 to 2^700; tails are 0 below 2^-900.
    ///   - freedom: ν, up to 2^350.
    @inline(never)
    init(_ x: TwoDoubles, freedom: Vector) {
        self.freedom = freedom
        let (one, zero) = (TwoDoubles(repeating: 1), TwoDoubles(repeating: 0))
        let half = Vector(repeating: 0.5)
        let isFar = x.head .> Self.far
        let near = x.replacing(with: one, where: isFar)
        let u = near.squared / freedom
        let sum = u + one
        var logarithm = TwoDoubles.log1p(u)
        if isFar.isAny {
            let distant = one.replacing(with: x, where: isFar)
            logarithm = logarithm.replacing(
                with: TwoDoubles.log(distant).scaled(by: Vector(repeating: 2)) - .log(freedom),
                where: isFar
            )
        }
        self.logarithm = logarithm
        height =
            TwoDoubles.exp(-PreciseHalfStep(0.5 * freedom).value)
            * TwoDoubles(repeating: GammaWeight.inverseRootOfTwoPi)

        let exponent = logarithm * (0.5 * freedom)
        let isCentral = u.head .<= 1
        let ratio = u / sum
        share = ratio.head.replacing(with: 1, where: isFar)
        let rest = (one / sum).replacing(with: zero, where: isFar)
        let a = TwoDoubles.sum(0.5 * freedom, half)
        let isNear = exponent.head .< 80
        // Lanes that need no series have the argument 0.
        let argument = rest.replacing(with: ratio, where: isCentral)
            .replacing(with: zero, where: .!isNear)
        let least = TwoDoubles.sum(0.5 * freedom, Vector(repeating: 1))
            .replacing(with: TwoDoubles(repeating: 1.5), where: isCentral)
        var (term, series) = (one, one)
        for n in 0..<Self.mostTerms {
            let n = Vector(repeating: Double(n))
            let ratio = argument * ((a + n) / (least + n))
            term = term * ratio
            let isOver = (ratio.head .< 1) .& (term.head .< 0x1p-112 * series.head)
            term = term.replacing(with: zero, where: isOver)
            guard (term.head .> 0).isAny else { break }
            series = series + term
        }
        let power = TwoDoubles.exp(-exponent)
        let root = sum.squareRoot
        let slope = (near / root) * series * (height * power).scaled(by: Vector(repeating: 2))
        // For a distant x, x/√(1 + u) is √ν.
        let tail = slope / freedom
        let farTail =
            (height * power).scaled(by: Vector(repeating: 2)) / TwoDoubles(freedom).squareRoot
        central = (one - tail.replacing(with: farTail, where: isFar))
            .replacing(with: slope, where: isCentral)
        central = central.replacing(with: one, where: .!isNear)
    }

    /// (2νc/(ν - 1)) ((1 + u)^-(ν - 1)/2 - R), which has no singularity at ν = 1, with the ratio R of the beta
    /// functions B(1/2, ν - 1/2) and B(1/2, ν/2).
    ///
    /// log R is -log((2ν - 1)/ν)/2 + G(ν - 1/2) - G(ν/2), or a power series near ν = 1.
    @inline(never)
    var spread: TwoDoubles {
        let (one, half) = (Vector(repeating: 1), Vector(repeating: 0.5))
        let excess = TwoDoubles.difference(freedom, one)
        let isNear = excess.head.magnitude .<= 0.125
        let series = Self.series(excess.head.replacing(with: 0, where: .!isNear))
        let other = freedom.replacing(with: 2, where: isNear)
        let gap = TwoDoubles.difference(other, half)
        let far =
            PreciseHalfStep(gap.head).value - PreciseHalfStep(0.5 * other).value
            - TwoDoubles.log(gap.scaled(by: 2 * one) / other) * half
        let logarithm = far.replacing(with: series * excess, where: isNear)
        let isOne = excess.head .== 0
        let divisor = excess.replacing(with: TwoDoubles(one), where: isOne)
        let power = self.logarithm * half
        let difference = (TwoDoubles.expm1(-(power * excess)) - .expm1(logarithm)) / divisor
        let limit = -power - series
        return difference.replacing(with: limit, where: isOne) * height
            * (2 * freedom)
    }

    /// log R, divided by d = ν - 1, for |d| up to 1/8: the sum of ζ(k) (-1)^k (2^k - 2) (1 - 2^-k) d^(k - 1)/k from
    /// k = 2 on, less log 2.
    private static func series(_ d: Vector) -> TwoDoubles {
        var sum = TwoDoubles(repeating: 0)
        for index in coefficients.indices.reversed() {
            sum = sum * d + TwoDoubles(repeating: coefficients[index])
        }
        return sum
    }

    /// The coefficients of the series of log R from k = 1 on.
    ///
    /// Tests/LossFunctionsTests/coefficients.py computes them.
    private static var coefficients: InlineArray<56, (head: Double, tail: Double)> {
        [
            (-0x1.62e42fefa39efp-1, -0x1.abc9e3b39803fp-56),
            (0x1.3bd3cc9be45dep+0, 0x1.692b71366cc04p-54),
            (-0x1.0d42c0452055dp+1, -0x1.13034330cea9cp-55),
            (0x1.c69364e2fded6p+1, 0x1.e74650d206dc8p-53),
            (-0x1.81bcb437e3d5bp+2, 0x1.12851ce4f36c4p-54),
            (0x1.4b2529a4ad9fap+3, 0x1.6392982871259p-52),
            (-0x1.2022c42ecba4dp+4, -0x1.8080e5594f6cdp-50),
            (0x1.fc142e43ca0bap+4, -0x1.4ce0fc65d799cp-51),
            (-0x1.c55b4ac7ec0e3p+5, 0x1.e7eed3fb8a551p-49),
            (0x1.98ce955b6e093p+6, 0x1.85a2620743126p-49),
            (-0x1.74008a2287894p+7, -0x1.2a1d643398d4fp-48),
            (0x1.552ad4d4effbfp+8, 0x1.92e22fcebf105p-48),
            (-0x1.3b000cf729695p+9, -0x1.7426c7dcb3451p-45),
            (0x1.24892895397c6p+10, -0x1.a650f3b5616cap-46),
            (-0x1.110cce0c35ce3p+11, -0x1.df178e324e059p-43),
            (0x1.fffc00c7997d7p+11, 0x1.f926a395d7667p-44),
            (-0x1.e1e0003e9d025p+12, -0x1.94a7582b69a7ap-42),
            (0x1.c71b8e4c996bap+13, -0x1.7b9edda6b74dfp-42),
            (-0x1.af280006395f4p+14, -0x1.d5dcc7e1c0406p-41),
            (0x1.999966685ef4ep+15, -0x1.1d86ba71421f8p-39),
            (-0x1.861849253275dp+16, 0x1.b10b8ebddcf1fp-40),
            (0x1.745d0ba31bb10p+17, 0x1.7df09082e7e32p-38),
            (-0x1.642c8000103fdp+18, -0x1.9f822b7cd7d03p-36),
            (0x1.555552aaafdb8p+19, -0x1.267ab5fb71578p-41),
            (-0x1.47ae133334dc7p+20, 0x1.7f85a81961286p-35),
            (0x1.3b13b09d8a60ep+21, 0x1.f493cb613f8c2p-33),
            (-0x1.2f684b8e390f5p+22, 0x1.37b28d7835bb7p-33),
            (0x1.24924900000e1p+23, -0x1.b3b191a24174bp-36),
            (-0x1.1a7b960000048p+24, -0x1.a353003f4dfb6p-30),
            (0x1.11111108888a0p+25, -0x1.13e8bc349e874p-30),
            (-0x1.0842108000008p+26, 0x1.e4eea824efec3p-28),
            (0x1.fffffffc00005p+26, -0x1.1d09bb7fd4c83p-29),
            (-0x1.f07c1f05d1747p+27, -0x1.8eb36c964ce1bp-27),
            (0x1.e1e1e1e0f0f10p+28, -0x1.bb3e6c9348796p-26),
            (-0x1.d41d41d3a83a8p+29, -0x1.929b542ed8753p-25),
            (0x1.c71c71c6e38e4p+30, -0x1.907d11c7afa3bp-24),
            (-0x1.bacf914c00000p+31, -0x1.1b7260c6def26p-27),
            (0x1.af286bca0d794p+32, 0x1.baa84a198e945p-23),
            (-0x1.a41a41a413b14p+33, 0x1.3935a0d252d0bp-21),
            (0x1.9999999996666p+34, 0x1.9a34f8886f912p-20),
            (-0x1.8f9c18f9c0000p+35, -0x1.943780143a85ap-30),
            (0x1.86186186179e8p+36, -0x1.8607f08944585p-18),
            (-0x1.7d05f417d0000p+37, -0x1.56978e47164abp-31),
            (0x1.745d1745d145dp+38, 0x1.746410e761ad2p-18),
            (-0x1.6c16c16c16aabp+39, 0x1.5554c3d664218p-15),
            (0x1.642c8590b20b2p+40, 0x1.642d4357a9ea8p-16),
            (-0x1.5c9882b931000p+41, -0x1.ef4e19e105f28p-34),
            (0x1.555555555552bp+42, -0x1.5555504809672p-12),
            (-0x1.4e5e0a72f0525p+43, 0x1.b6db6c108e63dp-11),
            (0x1.47ae147ae1471p+44, -0x1.70a3d68049d22p-10),
            (-0x1.414141414140fp+45, -0x1.e1e1e34a8a4c8p-12),
            (0x1.3b13b13b13b11p+46, 0x1.d89d89f6179c6p-9),
            (-0x1.3521cfb2b78c0p+47, -0x1.347cbbc72064dp-37),
            (0x1.2f684bda12f68p+48, -0x1.2f684bd87f438p-6),
            (-0x1.29e4129e4129ep+49, 0x1.29e4129a20349p-8),
            (0x1.2492492492492p+50, 0x1.24924924e8cafp-5),
        ]
    }
}
