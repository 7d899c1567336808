// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// Half the squared error of a value, or of the value clipped near its old one, whichever is
/// larger.
///
/// With the errors e of the value and f of the clipped value: ℓ = max(e², f²)/2. The derivative in
/// the value is e, or 0 where the other term is larger, that in the old value f there; the second
/// derivatives are 1 or 0.
struct ValueClipped: PointwiseLoss {
    static var inputCount: Int { 3 }

    static let clip = Option.number(
        "clip",
        default: 0.2,
        .closed(0, 1e100),
        "Greatest distance of the clipped value from the old value."
    )

    private let clip: Double

    init(_ options: OptionValues) {
        clip = options[Self.clip]
    }

    @inline(always)
    func point(_ x: Elements) -> Point {
        let (value, old, target) = (x[0], x[1], x[2])
        let step = Difference(value, old)
        let bound = Vector(repeating: clip).withSign(of: step.value)
        let error = TwoDoubles.difference(value, target)
        let clipped = TwoDoubles.difference(old, target) + bound
        let size = error.replacing(with: -error, where: error.head .< 0)
        let other = clipped.replacing(with: -clipped, where: clipped.head .< 0)
        let isClipped = (other .> size) .& .!step.isAtMost(clip)
        let (zero, one) = (Vector(repeating: 0), Vector(repeating: 1))
        let active = error.rounded.replacing(with: clipped.rounded, where: isClipped)
        return Point(
            loss: 0.5 * active * active,
            first: Derivatives(
                gradient: active.replacing(with: zero, where: isClipped),
                hessian: one.replacing(with: zero, where: isClipped)
            ),
            second: Derivatives(
                gradient: zero.replacing(with: active, where: isClipped),
                hessian: zero.replacing(with: one, where: isClipped)
            ),
            third: Derivatives(gradient: -active, hessian: one)
        )
    }
}

extension ValueClipped {
    static let facts = Facts(
        name: "value_clipped",
        aliases: ["clipped_value_loss"],
        family: .policy,
        summary: "Half the squared error of a value function, at least that of the value clipped "
            + "near its old one.",
        formula: .init(
            plain: "max((v - r)^2, (o + clip(v - o, -c, c) - r)^2) / 2, v the value, o the old "
                + "value, r the return",
            gradient: "v - r in v, or 0 where the second term is larger",
            tex: #"\tfrac12 \max \left( (v - R)^2, (v_o + \operatorname{clip}(v - v_o, -c, c) - "#
                + #"R)^2 \right)"#
        ),
        options: [clip.declaration],
        signature: Signature(
            .element,
            .init("values", .primary, Policies.numbers, "predicted values"),
            .init(
                "old_values",
                .differentiable,
                Policies.numbers,
                "values predicted before the update"
            ),
            .init("returns", .differentiable, Policies.numbers, "returns that the values predict")
        ),
        kinks: ["equal terms: the derivatives are those of the first one"],
        properties: [],
        notes: [
            "Trainers hold old_values and returns constant; their gradients are computed on "
                + "request. They multiply the loss by a coefficient, 0.1 in TRL and torchtune."
        ],
        references: ["J. Schulman et al., Proximal Policy Optimization Algorithms, 2017"],
        examples: [
            Example([
                "values": Tensor(shape: [4], values: [1, 0.5, -0.25, 2]),
                "old_values": Tensor(shape: [4], values: [0.75, 0.5, 0.5, 1.5]),
                "returns": Tensor(shape: [4], values: [1.25, 0.25, -1, 2]),
            ])
        ]
    )
}
