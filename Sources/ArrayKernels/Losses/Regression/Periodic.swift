// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// A loss of angles, times of day and other numbers that repeat.
///
/// With `e = p - t` and x = 2π e/c: ℓ = 1 - cos x, dℓ/dp = 2π/c sin x, d²ℓ/dp² = (2π/c)² cos x. The
/// remainder of e modulo c/4 is exact, so that all are accurate however many periods e spans.
struct Periodic: PointwiseLoss {
    static var inputCount: Int { 2 }
    static var hasPrecisePath: Bool { true }

    static let period = Option.number(
        "period",
        default: 1,
        .positive,
        "Difference, often written c, after which the loss repeats."
    )

    private let period: Period
    /// 2π/c and its square, without their powers of two.
    private let frequency: TwoDoubles
    private let square: TwoDoubles
    /// Those powers divided by 2^500, as products.
    private let scales: (Vector, Vector)
    private let scalesOfSquare: (Vector, Vector)

    init(_ options: OptionValues) {
        period = Period(options[Self.period])
        let twoPi = TwoDoubles(
            head: Vector(repeating: 0x1.921fb54442d18p+2),
            tail: Vector(repeating: 0x1.1a62633145c07p-52)
        )
        frequency = twoPi / Vector(repeating: period.significand)
        square = frequency.squared
        scales = Period.powers(ofTwo: -500 - period.exponent)
        // Below 2^-2000, the products are 0.
        scalesOfSquare = Period.powers(ofTwo: max(-2_000, -500 - 2 * period.exponent))
    }

    @inline(always)
    func point(_ x: Elements) -> Point { point(period.reduced(Difference(x[0], x[1]))) }

    @inline(always)
    func precisePoint(_ x: Elements) -> Point { point(period.reduced(x[0], minus: x[1])) }

    /// The loss of a difference of n quarters of the period and a remainder.
    @inline(always)
    private func point(_ reduced: Period.Reduced) -> Point {
        let circular = Circular(TwoDoubles.looseProduct(reduced.remainder, frequency))
        // Each quarter turns the sine into the cosine, and the cosine into the negative sine.
        let quarters = reduced.quarters
        let isOdd = Vector(bits: (quarters & 1) &<< 62) .> 0
        let signOfSine = quarters &<< 62
        let signOfCosine = (quarters &+ 1) &<< 62
        let sine = circular.sine.replacing(with: circular.cosine, where: isOdd)
            .flipped(by: signOfSine)
        let cosine = circular.cosine.replacing(with: circular.sine, where: isOdd)
            .flipped(by: signOfCosine)
        let even = circular.oneMinusCosine
        let loss = even.replacing(with: 2 - even, where: cosine .< 0)
            .replacing(with: circular.oneMinusSine(sign: signOfCosine), where: isOdd)

        let gradient =
            Vector.multiplyAdd(sine, frequency.head, sine * frequency.tail) * scales.0 * scales.1
        let hessian =
            Vector.multiplyAdd(cosine, square.head, cosine * square.tail)
            * scalesOfSquare.0 * scalesOfSquare.1
        let isTooLarge = reduced.isTooLarge
        @inline(always)
        func derivatives(_ gradient: Vector) -> Derivatives {
            Derivatives(
                gradient: gradient,
                hessian: hessian,
                surrogate: hessian.magnitude,
                cancelled: isTooLarge,
                cancelledHessian: isTooLarge
            )
        }
        return Point(
            loss: loss,
            cancelled: isTooLarge,
            first: derivatives(gradient),
            second: derivatives(-gradient)
        )
    }
}

extension Periodic {
    static let facts = Facts(
        name: "periodic",
        aliases: ["PeriodicLoss"],
        family: .regression,
        summary: "A loss of angles, times of day and other numbers that repeat after a period.",
        formula: .init(
            plain: "1 - cos(2 pi (p - t) / period)",
            gradient: "2 pi / period sin(2 pi (p - t) / period)",
            tex: #"1 - \cos \tfrac{2 \pi (p - t)}{c}"#
        ),
        options: [period.declaration],
        signature: .realPair,
        kinks: [],
        properties: [.differentiable, .twiceDifferentiable, .lipschitz, .symmetric],
        bounds: Bounds(
            loss: 2,
            gradient: 6.283185307179586 / Bound(period),
            hessian: 39.47841760435743 / Bound(period).squared
        ),
        minimizer: .value(
            "period / (2 pi) atan2(mean(sin(2 pi t / period)), mean(cos(2 pi t / period)))"
        ),
        notes: [
            "The Hessian is negative where the distance from the nearest multiple of the period exceeds a "
                + "quarter of it.",
            "The difference is reduced modulo the period without a rounding error; LossFunctions.jl "
                + "multiplies it by 2 pi / c instead, which leaves no digit of a difference of 1e16 periods.",
        ],
        references: ["LossFunctions.jl PeriodicLoss"]
    )
}
