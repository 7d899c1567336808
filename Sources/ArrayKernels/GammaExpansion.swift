// SPDX-License-Identifier: Apache-2.0

/// The uniform expansion of the incomplete gamma function P(a, x) from a shape of 100 on, for divergences
/// up to 80.
///
/// With λ = x/a, η²/2 = h/a = λ - 1 - log λ, where η has the sign of λ - 1, and E = e^-h/√(2πa):
/// P = Φ(η√a) - E S with S = N/G and N = Σ β_i η^i from i = 0 on. The β_i follow from
/// β_(i-1) = d_i + (i + 1) β_(i+1)/a, where d_i are the coefficients of f = η/(λ - 1), and G is β_(-1):
/// N. M. Temme, "On the computation of the incomplete gamma functions for large values of the
/// parameters", in Algorithms for Approximation, 1987.
///
/// With θ = a d/da at a constant η, and at a constant x the same with -η' d/dη, η' = 1/f, added:
/// a dP/da = E U with U = -a/G + aη/2 + S (h + 1/2) - θS.
struct GammaExpansion {
    /// P and its derivatives; these are 0 unless requested.
    let lower: ShapeFunction

    @inline(never)
    init(_ a: Vector, _ h: TwoDoubles, _ difference: TwoDoubles, _ differentiates: Bool) {
        let (zero, one) = (TwoDoubles(repeating: 0), TwoDoubles(repeating: 1))
        let (two, half) = (Vector(repeating: 2), Vector(repeating: 0.5))
        let isBelow = difference.head .< 0
        let magnitude = ((h / a).scaled(by: two)).squareRoot
        let eta = magnitude.replacing(with: -magnitude, where: isBelow)
        let sums = TemmeSums(eta, a, differentiates)
        let correction = sums.correction.value
        let s = sums.numerator.value / correction

        let normal = TwoDoubles.exp(-h) * TwoDoubles(repeating: GammaWeight.inverseRootOfTwoPi)
        let e = normal / TwoDoubles(a).squareRoot
        let tail = normal * .millsRatio((h.scaled(by: two)).squareRoot)
        let value = tail.replacing(with: one - tail, where: .!isBelow) - e * s
        guard differentiates else {
            lower = ShapeFunction(value: value, slope: zero, bend: zero)
            return
        }

        // Derivatives of S: by η, by θ, by both and by θ twice.
        let change = sums.correction.slope
        let byEta = sums.numeratorByEta.value / correction
        let byShape = (sums.numerator.slope - s * change) / correction
        let byBoth = (sums.numeratorByEta.slope - byEta * change) / correction
        let twice =
            (sums.numerator.bend - (byShape * change).scaled(by: two) - s * sums.correction.bend)
            / correction
        let step = one / sums.ratio
        let size = TwoDoubles(a) / correction
        let logarithm = difference - h
        let sum = h + half
        let u = (eta * a).scaled(by: half) - size + s * sum - byShape
        // U' - U, in which -a/G and aη/2 are absent.
        let v =
            size * change / correction - (step * a).scaled(by: half)
            + (byShape - step * byEta) * sum - s * logarithm - (twice - step * byBoth)
            - (s * sum - byShape)
        lower = ShapeFunction(
            value: value,
            slope: e * u / a,
            bend: e * ((logarithm - half) * u + v) / a / a
        )
    }
}

/// The sums of Temme's expansion: N, dN/dη, f and G, with the derivatives θ and θ² of all but f.
private struct TemmeSums {
    private(set) var numerator = ShapeFunction.zero
    private(set) var numeratorByEta = ShapeFunction.zero
    private(set) var correction = ShapeFunction.zero
    /// f = η/(λ - 1).
    private(set) var ratio = TwoDoubles(repeating: 0)

    @inline(never)
    init(_ eta: TwoDoubles, _ a: Vector, _ differentiates: Bool) {
        let inverse = TwoDoubles(repeating: 1) / a
        // β_i for even and odd i, each from the one of the same kind before it.
        var (even, odd) = (ShapeFunction.zero, ShapeFunction.zero)
        for i in stride(from: Self.coefficients.count - 1, to: 0, by: -2) {
            Self.advance(&even, i, inverse, differentiates)
            add(even, eta, i, differentiates)
            Self.advance(&odd, i - 1, inverse, differentiates)
            if i > 1 { add(odd, eta, i - 1, differentiates) }
        }
        if differentiates {
            ratio = ratio * eta + TwoDoubles(repeating: Self.coefficients[0])
        }
        correction = odd
    }

    /// Makes β_(i+1) to β_(i-1); θ(β/a) = (θβ - β)/a and θ²(β/a) = (θ²β - 2θβ + β)/a.
    @inline(never)
    private static func advance(
        _ function: inout ShapeFunction,
        _ i: Int,
        _ inverse: TwoDoubles,
        _ differentiates: Bool
    ) {
        let factor = inverse * Vector(repeating: Double(i + 1))
        let (value, slope) = (function.value, function.slope)
        function.value = value * factor + TwoDoubles(repeating: coefficients[i])
        guard differentiates else { return }
        function.slope = (slope - value) * factor
        let double = slope.scaled(by: Vector(repeating: 2))
        function.bend = (function.bend - double + value) * factor
    }

    /// Adds β_(i-1), and d_i to f, by Horner's method.
    @inline(never)
    private mutating func add(
        _ function: ShapeFunction,
        _ eta: TwoDoubles,
        _ i: Int,
        _ differentiates: Bool
    ) {
        if differentiates {
            ratio = ratio * eta + TwoDoubles(repeating: Self.coefficients[i])
            numeratorByEta.value = numeratorByEta.value * eta + numerator.value
            numeratorByEta.slope = numeratorByEta.slope * eta + numerator.slope
            numerator.slope = numerator.slope * eta + function.slope
            numerator.bend = numerator.bend * eta + function.bend
        }
        numerator.value = numerator.value * eta + function.value
    }

    /// The coefficients d_i of f from i = 0 on.
    ///
    /// Tests/LossFunctionsTests/coefficients.py computes them.
    private static var coefficients: InlineArray<72, (head: Double, tail: Double)> {
        [
            (0x1.0000000000000p+0, 0x0.0p+0),
            (-0x1.5555555555555p-2, -0x1.5555555555555p-56),
            (0x1.5555555555555p-4, 0x1.5555555555555p-58),
            (-0x1.e573ac901e574p-7, 0x1.4dbf86a314dc0p-61),
            (0x1.2f684bda12f68p-10, 0x1.2f684bda12f68p-64),
            (0x1.71de3a556c734p-12, -0x1.c154f8ddc6c00p-66),
            (-0x1.76e06fec7273bp-13, -0x1.d67335e59ed35p-67),
            (0x1.48c5892f7cd83p-15, 0x1.52f7292065c72p-70),
            (-0x1.255370652afc1p-19, -0x1.b2690e8bda33dp-73),
            (-0x1.f1b22f594c6b5p-20, 0x1.9779b39b560a4p-78),
            (0x1.bd6d21e4b4109p-21, -0x1.ed3bfe3f51facp-75),
            (-0x1.7b5f9a2d0465cp-23, -0x1.ab13c1595a818p-77),
            (0x1.ccf5ceb7f0d9fp-28, 0x1.a2e13d3a193edp-83),
            (0x1.6097d55c37c1cp-27, -0x1.419b83ce03533p-81),
            (-0x1.2d2197c7a2faap-28, -0x1.2f01994c793cfp-82),
            (0x1.f6e66d24d5c8ap-31, 0x1.8f83926986a0bp-89),
            (-0x1.c0d9b6edf2b0bp-36, -0x1.ef77af0f59745p-90),
            (-0x1.0070a87340428p-34, 0x1.abcfc1377e1abp-88),
            (0x1.ac9475c463659p-36, 0x1.7e746e9d26f61p-90),
            (-0x1.61ca701fd754ap-38, -0x1.82f5903636447p-94),
            (0x1.ef98008f5eec2p-44, 0x1.db92c470effecp-103),
            (0x1.7ba0759769d7cp-42, 0x1.ebe2b787125d7p-96),
            (-0x1.3989bebb193c0p-43, 0x1.2d6dbbc5fc5dap-103),
            (0x1.0104fc4369a3cp-45, -0x1.544f54d977ab8p-99),
            (-0x1.283fe7950ad7bp-51, -0x1.42e5869a2e6a6p-105),
            (-0x1.1ca914d71a27cp-49, -0x1.357ac7bec8b7cp-104),
            (0x1.d2e7d5ca48b90p-51, 0x1.a29f44a669878p-108),
            (-0x1.7cfbcf3db9bfcp-53, 0x1.137710bd77af6p-108),
            (0x1.75713641cd216p-59, 0x1.7f87792f9952cp-113),
            (0x1.af2c06678a063p-57, 0x1.3bad09f0ea045p-112),
            (-0x1.5ff773ccd8f52p-58, -0x1.3d7a800b4cfc8p-116),
            (0x1.1e448645d530ap-60, 0x1.38c2d24e5f7f6p-114),
            (-0x1.e8941961647b2p-67, 0x1.b7893e3bf79e0p-122),
            (-0x1.491cd2eefcbb9p-64, -0x1.1cd806a586650p-119),
            (0x1.0bc59c3d0ab18p-65, -0x1.21b5a3d6a1b33p-119),
            (-0x1.b2882c51c4622p-68, -0x1.ef372ab189305p-124),
            (0x1.487cb1da37454p-74, 0x1.a3ed9fbee95dap-134),
            (0x1.f996834a9fa6dp-72, 0x1.73d5cc415014ap-127),
            (-0x1.9a58bdfb91736p-73, -0x1.04b0de0660e26p-129),
            (0x1.4c5495fbedc54p-75, 0x1.7c9942e96828ap-130),
            (-0x1.c31ad5ffa1756p-82, -0x1.5b7322c765b0fp-137),
            (-0x1.8657eec8c52adp-79, 0x1.1fb6c75c3bf70p-133),
            (0x1.3c3598d51940dp-80, 0x1.bbd712759741cp-134),
            (-0x1.ff6c2759d486ep-83, -0x1.71f6e99a6358dp-137),
            (0x1.3af7d5e7d52c2p-89, 0x1.c59deba8eff78p-146),
            (0x1.2ea760cd7e58dp-86, 0x1.e424efc2fd02ep-144),
            (-0x1.e99a671da8ae3p-88, 0x1.a06ef4092953dp-142),
            (0x1.8b7383a1be43fp-90, 0x1.2e2b97e6a155dp-147),
            (-0x1.bddc15230e586p-97, -0x1.15d1473ff1c7ap-151),
            (-0x1.d703133baabcap-94, 0x1.6d5caeb9ebd7ap-148),
            (0x1.7c816395acc64p-95, -0x1.07fa5c7dd6686p-149),
            (-0x1.3305eba919c68p-97, 0x1.40ec65e7bd026p-153),
            (0x1.3f29ea7d8b04ep-104, -0x1.251cbcb03443fp-162),
            (0x1.6fa22723a4bbfp-101, 0x1.6f998471eeea1p-155),
            (-0x1.28af3ab6a9b47p-102, 0x1.b51cdd4ef8fabp-161),
            (0x1.de5eb978bb2eap-105, -0x1.184eb8ac11ec1p-160),
            (-0x1.cd53fd6ba00b7p-112, 0x1.fa61452cc228fp-168),
            (-0x1.1fb398ac366b4p-108, -0x1.fc51965ed8833p-165),
            (0x1.cff380b5df968p-110, 0x1.1b5175ed334aap-164),
            (-0x1.75c2a0f222d69p-112, 0x1.1ca89daee4ff9p-170),
            (0x1.5025f7222a4a5p-119, 0x1.c3ce3478547e4p-174),
            (0x1.c354e070b58ecp-116, -0x1.bfbd7182a4e7fp-170),
            (-0x1.6ba38e87bd81dp-117, -0x1.54717817d7853p-173),
            (0x1.24c326a15748ep-119, -0x1.11bf728fe6731p-175),
            (-0x1.ed5b4c0634be7p-127, -0x1.d0e2d08bab525p-183),
            (-0x1.62ba1a3aa49aep-123, -0x1.45f03d30b3ee9p-178),
            (0x1.1d9e6a26da267p-124, -0x1.45c41c0f8c341p-181),
            (-0x1.cba46ad0b180dp-127, 0x1.2bdae2dd2a450p-183),
            (0x1.6c4bc429b73c6p-134, 0x1.4ef6c14cb1b6ap-188),
            (0x1.174c2dc491067p-130, 0x1.478783ceaa85fp-185),
            (-0x1.c18385ac0802ep-132, 0x1.278d851a1f7cap-187),
            (0x1.698534782d278p-134, -0x1.4476a9b34f98ep-189),
        ]
    }
}
