// SPDX-License-Identifier: Apache-2.0

/// The Huber loss: quadratic near the target, linear far from it.
///
/// With `e = p - t` and `c` = `e` clipped to ±delta: ℓ = c(e - c/2), dℓ/dp = c, and d²ℓ/dp² is 1
/// if |e| <= delta, else 0. At `|e| = delta` both branches of ℓ give delta²/2.
struct Huber: PointwiseLoss {
    static let delta = Option.number(
        "delta",
        default: 1,
        .positive,
        "Error beyond which the loss is linear."
    )

    static let facts = Facts(
        name: "huber",
        aliases: ["huber_loss"],
        family: .regression,
        summary: "Quadratic for small errors and linear for large ones: robust against outliers.",
        formula: .init(
            plain: "(p - t)^2 / 2 where |p - t| <= delta, else delta (|p - t| - delta / 2)",
            gradient: "p - t clipped to [-delta, delta]",
            tex: #"\begin{cases}\tfrac12 (p-t)^2 & \lvert p-t\rvert \le \delta \\ "#
                + #"\delta(\lvert p-t\rvert - \tfrac12\delta) & \text{else}\end{cases}"#
        ),
        options: [delta.declaration],
        domains: [.real],
        kinks: ["|p - t| = delta: differentiable; the Hessian is 1 there and 0 beyond"],
        properties: [.convex, .differentiable, .lipschitz, .symmetric],
        notes: [
            "delta times PyTorch's smooth_l1_loss with beta = delta.",
            "LightGBM's default for delta (there alpha) is 0.9, and its Hessian is 1 everywhere.",
        ],
        references: [
            "P. J. Huber, Robust Estimation of a Location Parameter, "
                + "Annals of Mathematical Statistics 35, 1964",
            "PyTorch HuberLoss",
        ]
    )

    var domains: Domains { .real }
    private let delta: Double

    init(_ options: OptionValues) {
        delta = options[Self.delta]
    }

    /// Whether |p - t| is at most delta, before the difference is rounded to `error`.
    private func isWithin(_ error: Double, _ prediction: Double, _ target: Double) -> Bool {
        // The rounding error of the difference (Knuth's two-sum); rounding never passes delta.
        let part = error - prediction
        let tail = (prediction - (error - part)) - (target + part)
        let excess = error > 0 ? tail : -tail
        return error.magnitude < delta || error.magnitude == delta && excess <= 0
    }

    func point(_ prediction: Double, _ target: Double, at _: Int) -> Point {
        let error = prediction - target
        let clipped = max(-delta, min(delta, error))
        return Point(
            loss: clipped * (error - clipped / 2),
            gradient: clipped,
            hessian: isWithin(error, prediction, target) ? 1 : 0
        )
    }
}
