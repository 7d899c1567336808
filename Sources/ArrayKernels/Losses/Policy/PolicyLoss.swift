// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The inputs and examples shared by losses of the tokens of a policy.
enum Policies {
    /// The logarithms of the probabilities of tokens, and advantages, far from overflow.
    static let numbers = Domain.interval(.closed(-1e100, 1e100))

    static let logprobs = Input(
        "logprobs",
        .primary,
        numbers,
        "logarithms of the probabilities of tokens"
    )
    static let oldLogprobs = Input(
        "old_logprobs",
        .differentiable,
        numbers,
        "the same by the policy that sampled the tokens"
    )
    static let advantages = Input(
        bySequence: "advantages",
        .differentiable,
        numbers,
        "advantages of tokens"
    )

    /// Tokens with the logarithms of two policies and advantages.
    static let tokens = Signature(.element, logprobs, oldLogprobs, advantages)

    static let examples = [
        Example([
            "logprobs": Tensor(shape: [4], values: [-1.25, -0.5, -3, -0.75]),
            "old_logprobs": Tensor(shape: [4], values: [-1.5, -0.5, -2.5, -1.25]),
            "advantages": Tensor(shape: [4], values: [1, -0.5, -0.5, 2]),
        ])
    ]

    static let constants =
        "Trainers hold old_logprobs and advantages constant; their gradients are computed on "
        + "request."
    static let normalizer =
        "The mean is over all tokens that take part; with reduction \"mean\" and a normalizer it is any "
        + "other of the trainers' averages."
}

extension Elements {
    /// The logarithm of the ratio of the probabilities that the first two inputs state, exactly.
    var logRatio: TwoDoubles {
        @inline(always) get { TwoDoubles.difference(first, second) }
    }
}

extension TwoDoubles {
    /// Whether the number exceeds another one, exactly; neither is NaN.
    @inline(always)
    static func .> (a: TwoDoubles, b: TwoDoubles) -> Mask {
        (a.head .> b.head) .| ((a.head .== b.head) .& (a.tail .> b.tail))
    }
}
