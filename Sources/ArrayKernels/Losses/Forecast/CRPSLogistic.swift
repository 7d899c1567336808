// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The inputs shared by scores of forecasts.
enum Forecasts {
    /// Numbers far from overflow.
    static let numbers = Domain.interval(.closed(-1e100, 1e100))

    /// Forecasts of a location and a scale.
    static let locationAndScale = Signature(
        .element,
        .init("location", .primary, numbers, "predicted locations"),
        .init("scale", .primary, .interval(.closed(1e-100, 1e100)), "predicted scales"),
        .init("targets", .differentiable, numbers, "true numbers")
    )

    static let examples = [
        Example([
            "location": Tensor(shape: [3], values: [0.2, 1.7, -0.4]),
            "scale": Tensor(shape: [3], values: [0.5, 1, 0.25]),
            "targets": Tensor(shape: [3], values: [0, 1.5, -0.5]),
        ])
    ]
}

/// The distance of a target from a location in units of the scale, and the shape of its score.
struct ScaledDistance {
    let scale: Vector
    /// The sign of the location less the target.
    private let difference: Vector
    /// x = |m - t|/s.
    let value: TwoDoubles

    @inline(always)
    init(_ x: Elements) { self.init(x[0], x[1], x[2]) }

    @inline(always)
    init(_ location: Vector, _ scale: Vector, _ target: Vector) {
        self.scale = scale
        let error = TwoDoubles.difference(location, target)
        difference = error.head
        value = ((error / scale).magnitude).withoutTinyTail
    }

    /// The derivative of a score in the location, from that in x.
    @inline(always)
    func signed(_ slope: Vector) -> Vector {
        slope.withSign(of: difference).replacing(with: 0, where: difference .== 0)
    }

    /// Derivatives of a score s f(x) from those of f: f', x²f'', f'' and f - x f'.
    @inline(always)
    func point(
        _ loss: TwoDoubles,
        slope: Vector,
        bend: Vector,
        bendOfScale: Vector,
        slopeOfScale: Derivatives
    ) -> Point {
        let location = Derivatives(gradient: signed(slope), hessian: bend)
        return Point(
            loss: (loss * scale).rounded,
            first: location,
            second: Derivatives(
                gradient: slopeOfScale.gradient,
                hessian: bendOfScale,
                cancelled: slopeOfScale.cancelled
            ),
            third: location.opposite
        )
    }
}

/// The continuous ranked probability score of a logistic distribution with a predicted location and
/// scale.
///
/// With x = |m - t|/s and e = e^-x: ℓ = s (x + 2 log(1 + e) - 1), dℓ/dm = ±tanh(x/2),
/// d²ℓ/dm² = 2e/(1 + e)²/s, dℓ/ds = 2xe/(1 + e) + 2 log(1 + e) - 1, d²ℓ/ds² = x² d²ℓ/dm².
struct CRPSLogistic: PointwiseLoss {
    static var inputCount: Int { 3 }
    static var hasPrecisePath: Bool { true }

    init(_ options: OptionValues) {}

    @inline(always)
    func point(_ x: Elements) -> Point {
        let distance = ScaledDistance(x)
        let logistic = Logistic(distance.value)
        let two = Vector(repeating: 2)
        let softplus = LogarithmOfSum(logistic.expNegAbs).sum * two
        let one = Vector(repeating: 1)
        // Beyond, all derivatives of the scale are those of their limits.
        let near = distance.value.head.clamped(0, 1e4)
        let decay = logistic.expNegAbs
        let density = two / (distance.scale * Vector.multiplyAdd(decay, 2 + decay, one))
        let part = two * near * logistic.complement
        let slopeOfScale = (part + softplus.rounded) - one
        return distance.point(
            (softplus - one) + distance.value,
            slope: logistic.tangentOfHalf,
            bend: .exp(-distance.value, times: density),
            bendOfScale: .exp(
                -distance.value,
                times: near * ((near + 2 * distance.value.tail) * density)
            ),
            slopeOfScale: Derivatives(
                gradient: slopeOfScale,
                hessian: one,
                cancelled: slopeOfScale.isCancelled(part, softplus.head, one, share: 0.75)
            )
        )
    }

    @inline(always)
    func precisePoint(_ x: Elements) -> Point {
        let distance = ScaledDistance(x).value
        let logistic = PreciseLogistic(distance)
        let half = distance * logistic.complement + logistic.softplusNegAbs
        let slope = half * Vector(repeating: 2) - Vector(repeating: 1)
        let zero = Vector(repeating: 0)
        return Point(
            loss: zero,
            first: .zero,
            second: Derivatives(gradient: slope.rounded, hessian: zero)
        )
    }
}

extension CRPSLogistic {
    static let facts = Facts(
        name: "crps_logistic",
        aliases: ["crps_logis"],
        family: .regression,
        summary: "The continuous ranked probability score of a logistic distribution whose "
            + "location and scale are predicted.",
        formula: .init(
            plain: "s (x + 2 log(1 + exp(-x)) - 1) with x = |m - t| / s, m the location and s the "
                + "scale",
            gradient: "sign(m - t) tanh(x / 2) in the location, 2 x / (1 + exp(x)) + 2 log(1 + "
                + "exp(-x)) - 1 in the scale",
            tex: #"s \left( w - 2 \log \sigma(w) - 1 \right), \quad w = \tfrac{t - m}{s}"#
        ),
        options: [],
        signature: Forecasts.locationAndScale,
        kinks: [],
        properties: [.convex, .differentiable, .twiceDifferentiable, .lipschitz, .properScoring],
        bounds: Bounds(gradient: 1),
        notes: [
            "scoringrules 0.10.0 returns infinity for (t - m) / s = -800, where the score is 799 s."
        ],
        references: ["scoringRules crps_logis", "scoringrules crps_logistic"],
        examples: Forecasts.examples
    )
}
