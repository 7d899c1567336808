// SPDX-License-Identifier: Apache-2.0

/// Exponentials, with an error of at most 2^-101 of the result or 2^-1074, whichever is greater.
extension TwoDoubles {
    /// e^x; 0 below -745.14 and infinite above 709.79.
    @inline(never)
    static func exp(_ x: TwoDoubles) -> TwoDoubles {
        let (n, r) = x.clamped(-750, 712).reduced
        let value = r.expm1OfReduced + Vector(repeating: 1)
        return value.scaled(byTwoTo: n).replacingNonFinite(of: x)
    }

    @inline(always)
    static func exp(_ x: Vector) -> TwoDoubles { exp(TwoDoubles(x)) }

    /// e^x - 1 = 2^n ((1 - 2^-n) + (e^r - 1)).
    @inline(never)
    static func expm1(_ x: TwoDoubles) -> TwoDoubles {
        // Below -690 the result is -1 to within 2^-995. The other bound keeps 2^-n a normal number,
        // which is negligible there.
        let (n, r) = x.clamped(-690, 712).reduced
        let inverse = Vector.power(ofTwo: (-n).clamped(-1_000, 1_000))
        let value = difference(Vector(repeating: 1), inverse) + r.expm1OfReduced
        return value.scaled(byTwoTo: n).replacingNonFinite(of: x)
            .replacing(with: x, where: x.head .== 0)
    }

    @inline(always)
    static func expm1(_ x: Vector) -> TwoDoubles { expm1(TwoDoubles(x)) }

    /// e^r - 1 for |r| up to log(2)/2, to within 2^-102 of the result, by Taylor's series.
    ///
    /// The terms from r^14/14! on are below 2^-53 of the result, so doubles suffice for their sum.
    /// Tests/LossFunctionsTests/coefficients.py computes the coefficients 1/k!.
    var expm1OfReduced: TwoDoubles {
        @inline(always) get {
            var series = Vector(repeating: 0x1.761b41316381ap-75)
            series = series * head + 0x1.0ce396db7f853p-70
            series = series * head + 0x1.71b8ef6dcf572p-66
            series = series * head + 0x1.e542ba4020225p-62
            series = series * head + 0x1.2f49b46814157p-57
            series = series * head + 0x1.6827863b97d97p-53
            series = series * head + 0x1.952c77030ad4ap-49
            series = series * head + 0x1.ae7f3e733b81fp-45
            series = series * head + 0x1.ae7f3e733b81fp-41
            series = series * head + 0x1.93974a8c07c9dp-37
            var sum = TwoDoubles(series)
            sum = sum.times(self, plus: 0x1.6124613a86d09p-33, 0x1.f28e0cc748ebep-87)
            sum = sum.times(self, plus: 0x1.1eed8eff8d898p-29, -0x1.2aec959e14c06p-83)
            sum = sum.times(self, plus: 0x1.ae64567f544e4p-26, -0x1.c062e06d1f209p-80)
            sum = sum.times(self, plus: 0x1.27e4fb7789f5cp-22, 0x1.cbbc05b4fa99ap-76)
            sum = sum.times(self, plus: 0x1.71de3a556c734p-19, -0x1.c154f8ddc6c00p-73)
            sum = sum.times(self, plus: 0x1.a01a01a01a01ap-16, 0x1.a01a01a01a01ap-76)
            sum = sum.times(self, plus: 0x1.a01a01a01a01ap-13, 0x1.a01a01a01a01ap-73)
            sum = sum.times(self, plus: 0x1.6c16c16c16c17p-10, -0x1.f49f49f49f49fp-65)
            sum = sum.times(self, plus: 0x1.1111111111111p-7, 0x1.1111111111111p-63)
            sum = sum.times(self, plus: 0x1.5555555555555p-5, 0x1.5555555555555p-59)
            sum = sum.times(self, plus: 0x1.5555555555555p-3, 0x1.5555555555555p-57)
            sum = sum.times(self, plus: 0.5, 0)
            sum = sum.times(self, plus: 1, 0)
            return TwoDoubles.orderedSum(sum.head, sum.tail) * self
        }
    }

    /// The product with r, which must be smaller than the coefficient, plus the coefficient.
    ///
    /// The tail of the sum may exceed half an ulp of its head.
    @inline(always)
    func times(_ r: TwoDoubles, plus coefficient: Double, _ rest: Double) -> TwoDoubles {
        let product = TwoDoubles.product(head, r.head)
        let sum = TwoDoubles.orderedSum(Vector(repeating: coefficient), product.head)
        let tail = product.tail + (head * r.tail + tail * r.head)
        return TwoDoubles(head: sum.head, tail: sum.tail + (rest + tail))
    }

    /// x = n log 2 + r with |r| up to log(2)/2.
    private var reduced: (n: Vector, r: TwoDoubles) {
        @inline(always) get {
            let shifter = Vector(repeating: Exponential.shifter)
            let n = (head * 0x1.71547652b82fep0 + shifter) - shifter
            // The product and the difference are exact.
            let difference = head - n * LogarithmOfTwo.first
            return (n, TwoDoubles.sum(difference, tail) - LogarithmOfTwo.others * n)
        }
    }

    /// e^x as a number between √½ and √2 and an exponent of two, for |x| up to 2^40.
    var expWithExponent: (value: TwoDoubles, exponent: Vector) {
        @inline(always) get {
            let shifter = Vector(repeating: Exponential.shifter)
            let n = (head * 0x1.71547652b82fep0 + shifter) - shifter
            // The difference of the heads is exact.
            let multiple = TwoDoubles.product(n, Vector(repeating: LogarithmOfTwo.first))
            let r =
                (TwoDoubles.sum(head - multiple.head, tail) - multiple.tail)
                - LogarithmOfTwo.others * n
            return (r.expm1OfReduced + Vector(repeating: 1), n)
        }
    }

    /// The numbers clamped to a range; NaN is unchanged.
    @inline(always)
    private func clamped(_ least: Double, _ greatest: Double) -> TwoDoubles {
        let clamped = head.clamped(least, greatest)
        let zero = Vector(repeating: 0)
        return TwoDoubles(
            head: clamped,
            tail: zero.replacing(with: tail, where: clamped .== head)
        )
    }

    /// 2^n times the number, for integers n.
    @inline(always)
    func scaled(byTwoTo n: Vector) -> TwoDoubles {
        let half = n.halfRounded
        return scaled(by: .power(ofTwo: half)).scaled(by: .power(ofTwo: n - half))
    }

    /// Makes the tails of infinite numbers 0, and numbers NaN where x is.
    @inline(always)
    private func replacingNonFinite(of x: TwoDoubles) -> TwoDoubles {
        let zero = Vector(repeating: 0)
        return TwoDoubles(
            head: x.head.replacing(with: head, where: x.head .== x.head),
            tail: zero.replacing(with: tail, where: head .< .infinity)
        )
    }
}

extension LogarithmOfTwo {
    /// The first 42 bits, whose products with an exponent are exact.
    static var first: Double { 0x1.62e42fefa38p-1 }

    /// The other bits, to within 2^-155.
    static var others: TwoDoubles {
        @inline(always) get {
            TwoDoubles(
                head: Vector(repeating: 0x1.ef35793c7673p-45),
                tail: Vector(repeating: 0x1.f97b57a079a19p-103)
            )
        }
    }
}
