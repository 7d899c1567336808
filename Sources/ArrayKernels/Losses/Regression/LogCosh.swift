// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The logarithm of the hyperbolic cosine of the error.
///
/// With `e = p - t`: ℓ = log cosh e, dℓ/dp = tanh e, d²ℓ/dp² = 1 / cosh² e. About e²/2 near the
/// target and |e| - log 2 far from it.
struct LogCosh: DistanceLoss {
    init(_ options: OptionValues) {}

    @inline(always)
    func point(_ error: Difference) -> (loss: Vector, derivatives: Derivatives) {
        let cosine = HyperbolicCosine(error.value.magnitude, tail: error.errorOfMagnitude)
        return (
            cosine.logarithm,
            Derivatives(
                gradient: cosine.tangent.withSign(of: error.value),
                hessian: cosine.squaredSecant
            )
        )
    }
}

extension LogCosh {
    static let facts = Facts(
        name: "log_cosh",
        aliases: ["log_cosh_loss"],
        family: .regression,
        summary: "The logarithm of the hyperbolic cosine of the error: a Huber loss without kinks.",
        formula: .init(
            plain: "log(cosh(p - t))",
            gradient: "tanh(p - t)",
            tex: #"\log \cosh(p - t)"#
        ),
        options: [],
        signature: .realPair,
        kinks: [],
        properties: [
            .strictlyConvex, .convex, .differentiable, .twiceDifferentiable, .lipschitz, .symmetric,
        ],
        bounds: Bounds(gradient: 1, hessian: 1),
        notes: [
            "Keras, optax, MLX and LossFunctions.jl add terms that cancel near the target: in "
                + "single precision the loss of an error of 1e-4 is 0 there, not 5e-9."
        ],
        references: ["Keras LogCosh", "optax log_cosh", "MLX log_cosh_loss"],
        conventions: [
            .keras(),
            .catBoost(),
            .optax(notes: ["The terms of optax cancel where p is near t."]),
            .mlx(notes: ["The terms of MLX cancel where p is near t."]),
        ]
    )
}
