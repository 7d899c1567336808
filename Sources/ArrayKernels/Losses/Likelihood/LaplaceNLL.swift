// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The negative log-likelihood of a Laplace distribution with a predicted location and scale.
///
/// With r = m - t: ℓ = log b + |r|/b, dℓ/dm = sign(r)/b, d²ℓ/dm² = 0, dℓ/db = (b - |r|)/b²,
/// d²ℓ/db² = (2|r| - b)/b³, and in the target as in the location, with the other sign.
struct LaplaceNLL: PointwiseLoss {
    static var inputCount: Int { 3 }
    static var hasPrecisePath: Bool { true }

    static let full = Option.flag(
        "full",
        "Whether to add the constant log 2, which makes the loss the logarithm of a density."
    )

    /// log 2, or 0.
    private let constant: TwoDoubles

    init(_ options: OptionValues) {
        constant = options[Self.full] ? LogarithmOfTwo.pair : TwoDoubles(repeating: 0)
    }

    /// |m - t|.
    @inline(always)
    private func distance(_ x: Elements) -> TwoDoubles {
        let error = TwoDoubles.difference(x[0], x[2])
        return error.replacing(with: -error, where: error.head .< 0)
    }

    @inline(always)
    func point(_ x: Elements) -> Point {
        let (scale, zero) = (x[1], Vector(repeating: 0))
        let distance = distance(x)
        let inverse = 1 / scale
        let sign = (x[0] - x[2]).sign
        let share = distance.head / scale
        let remainder = Vector.multiplyAdd(-share, scale, distance.head) + distance.tail
        let logarithm = Logarithm(of: scale).sum()
        let terms = TwoDoubles.looseSum(
            logarithm,
            TwoDoubles(head: share, tail: remainder / scale)
        )
        let loss = TwoDoubles.looseSum(terms, constant).rounded
        let slope = (scale - distance).rounded / scale / scale
        let bend = 2 * ((distance - 0.5 * scale).rounded / scale / scale / scale)
        let own = Derivatives(
            gradient: sign / scale,
            hessian: zero,
            surrogate: inverse / scale
        )
        return Point(
            loss: loss,
            // The logarithm errs by 2^-57.
            cancelled: loss.isCancelled(
                logarithm.head,
                share,
                constant.head,
                share: 0x1p-4
            ),
            first: own,
            second: Derivatives(
                gradient: slope,
                hessian: bend,
                surrogate: inverse / scale
            ),
            third: Derivatives(
                gradient: -own.gradient,
                hessian: own.hessian,
                surrogate: own.surrogate
            )
        )
    }

    @inline(always)
    func precisePoint(_ x: Elements) -> Point {
        let loss = (TwoDoubles.log(x[1]) + constant) + distance(x) / x[1]
        return Point(loss: loss.rounded, first: .zero)
    }
}

extension LaplaceNLL {
    static let facts = Facts(
        name: "laplace_nll",
        aliases: ["laplace_nll_loss", "laplace"],
        family: .regression,
        summary:
            "The negative log-likelihood of a Laplace distribution whose location and scale are "
            + "predicted.",
        formula: .init(
            plain: "log b + |m - t| / b, m the location and b the scale",
            gradient: "sign(m - t) / b in the location, 1 / b - |m - t| / b^2 in the scale",
            tex: #"\log b + \frac{\lvert m - t \rvert}{b}"#
        ),
        options: [full.declaration],
        signature: Signature(
            .element,
            .init("location", .primary, .real, "predicted locations"),
            .init("scale", .primary, .interval(.positive), "predicted scales"),
            .init("targets", .differentiable, .real, "true numbers")
        ),
        kinks: [
            "m = t: the gradient in the location is 0, the middle of the subdifferential "
                + "[-1 / b, 1 / b]"
        ],
        properties: [.properScoring],
        minimizer: .median,
        notes: [
            "Convex in the location. In the scale it is convex up to twice the absolute error.",
            "The surrogate of the Hessian is the Fisher information, 1 / b^2, in both.",
        ],
        references: ["PyTorch torch.distributions.Laplace"]
    )
}
