// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The log-ratios of a policy to its reference for the two responses of a pair, as two doubles.
struct ResponsePair {
    let chosen: TwoDoubles
    let rejected: TwoDoubles

    /// The log-ratio of the chosen response minus that of the rejected one.
    ///
    /// The four logarithms may cancel: the error is 2^-104 of the difference itself.
    var difference: TwoDoubles {
        @inline(always) get { chosen - rejected }
    }
}

/// A loss of the logarithms of the probabilities of two responses, of which one is preferred.
///
/// With a reference policy it is a function of the two log-ratios, and the derivatives with respect
/// to the logarithms of the reference are those of the policy with the opposite sign.
protocol PreferenceLoss: PointwiseFormula {
    /// Whether the loss compares the policy with a reference policy.
    static var hasReference: Bool { get }

    /// The losses, with their derivatives with respect to the two log-ratios.
    func point(_ pair: ResponsePair) -> Point

    /// The same, computed so precisely that cancellation does not matter.
    func precisePoint(_ pair: ResponsePair) -> Point
}

extension PreferenceLoss {
    static var hasReference: Bool { true }
    static var inputCount: Int { hasReference ? 4 : 2 }

    @inline(always)
    func precisePoint(_ pair: ResponsePair) -> Point { point(pair) }

    @inline(always)
    func point(_ x: Elements) -> Point { Self.spread(point(Self.pair(x))) }

    @inline(always)
    func precisePoint(_ x: Elements) -> Point { Self.spread(precisePoint(Self.pair(x))) }

    @inline(always)
    private static func pair(_ x: Elements) -> ResponsePair {
        guard hasReference else {
            return ResponsePair(chosen: TwoDoubles(x[0]), rejected: TwoDoubles(x[1]))
        }
        return ResponsePair(
            chosen: TwoDoubles.difference(x[0], x[2]),
            rejected: TwoDoubles.difference(x[1], x[3])
        )
    }

    @inline(always)
    private static func spread(_ point: Point) -> Point {
        guard hasReference else { return point }
        return Point(
            loss: point.loss,
            cancelled: point.cancelled,
            first: point.first,
            second: point.second,
            third: point.first.opposite,
            fourth: point.second.opposite
        )
    }
}

/// A preference loss that depends on the difference of the log-ratios only.
protocol MarginPreference: PreferenceLoss {
    /// The factor of the difference.
    var beta: Double { get }

    /// The margin: beta times the difference, from which a loss may subtract a target.
    func margin(_ pair: ResponsePair) -> TwoDoubles

    /// The losses, with their derivatives with respect to the margin as those of the first input.
    func point(margin: TwoDoubles) -> Point

    /// The same, computed so precisely that cancellation does not matter.
    func precisePoint(margin: TwoDoubles) -> Point

    /// The decay of the derivatives with respect to a margin u far from 0; `nil` if they do not decay.
    func decay(of margin: TwoDoubles) -> MarginDecay?
}

/// The derivatives of a loss with respect to a margin u far from 0, divided by e^-|u|.
///
/// Where that is subnormal, multiples of it must be computed from the margin.
struct MarginDecay {
    let gradient: Vector
    let hessian: Vector
    /// The elements whose gradient decays: on the other side it may approach a constant.
    let decays: Mask
}

extension MarginPreference {
    @inline(always)
    func margin(_ pair: ResponsePair) -> TwoDoubles { pair.difference.reward(beta) }

    @inline(always)
    func precisePoint(margin: TwoDoubles) -> Point { point(margin: margin) }

    @inline(always)
    func decay(of margin: TwoDoubles) -> MarginDecay? { nil }

    @inline(always)
    func point(_ pair: ResponsePair) -> Point {
        let margin = margin(pair)
        let point = point(margin: margin)
        let chosen = point.first.scaled(by: beta)
        guard let decay = decay(of: margin) else { return Self.spread(point, chosen) }
        let isFar = margin.isFar
        return Self.spread(
            point,
            Derivatives(
                gradient: chosen.gradient,
                hessian: chosen.hessian,
                surrogate: chosen.surrogate,
                cancelled: chosen.cancelled .| (isFar .& decay.decays),
                cancelledHessian: chosen.cancelledHessian .| isFar
            )
        )
    }

    @inline(always)
    func precisePoint(_ pair: ResponsePair) -> Point {
        let margin = margin(pair)
        let point = precisePoint(margin: margin)
        let chosen = point.first.scaled(by: beta)
        guard let decay = decay(of: margin) else { return Self.spread(point, chosen) }
        let isFar = margin.isFar
        let exponent = margin.replacing(with: -margin, where: margin.head .> 0)
        let square = Vector(repeating: beta * beta)
        return Self.spread(
            point,
            Derivatives(
                gradient: chosen.gradient.replacing(
                    with: .exp(exponent, times: beta * decay.gradient),
                    where: isFar .& decay.decays
                ),
                hessian: chosen.hessian.replacing(
                    with: .exp(exponent, times: beta * (beta * decay.hessian)),
                    where: isFar
                ),
                surrogate: chosen.surrogate
                    .replacing(with: .exp(exponent, times: square), where: isFar)
            )
        )
    }

    @inline(always)
    private static func spread(_ point: Point, _ chosen: Derivatives) -> Point {
        Point(
            loss: point.loss,
            cancelled: point.cancelled,
            first: chosen,
            second: chosen.opposite
        )
    }
}

extension TwoDoubles {
    /// The product with an option, for logarithms of probabilities.
    @inline(always)
    func reward(_ beta: Double) -> TwoDoubles {
        (self * Vector(repeating: beta)).withoutTinyTail
    }

    /// Whether a margin is so far from 0 that e^-|u| may be subnormal, and 1 + e^-|u| is 1.
    fileprivate var isFar: Mask {
        @inline(always) get { head.magnitude .> 700 }
    }
}

/// The options and inputs shared by losses of preferences.
enum Preferences {
    static let beta = Option.number(
        "beta",
        default: 0.1,
        .closed(1e-6, 1e3),
        "Factor of the logarithms of probabilities, or of the log-ratios: the strength of the pull "
            + "towards the reference policy."
    )

    static let labelSmoothing = Option.number(
        "label_smoothing",
        default: 0,
        .halfOpen(0, 0.5),
        "Assumed probability that the preference is wrong."
    )

    /// The logarithms of probabilities, far from overflow.
    static let logarithms = Domain.interval(.closed(-1e300, 1e300))

    /// The two responses, with a policy and a reference policy.
    static let withReference = Signature(
        .element,
        pair("chosen", .primary, chosen),
        pair("rejected", .primary, rejected),
        pair("reference_chosen", .differentiable, referenceChosen),
        pair("reference_rejected", .differentiable, referenceRejected)
    )

    /// The two responses, with a policy alone.
    static let withoutReference = Signature(
        .element,
        pair("chosen", .primary, chosen),
        pair("rejected", .primary, rejected)
    )

    /// The two responses, with a policy alone and means over their tokens.
    static let meansWithoutReference = Signature(
        .element,
        pair("chosen", .primary, meansOfChosen, usual: .mean),
        pair("rejected", .primary, meansOfRejected, usual: .mean)
    )

    /// An input for the chosen or the rejected responses of pairs.
    static func pair(
        _ name: String,
        _ role: Input.Role,
        _ summary: String,
        shape: SymbolicShape = "*",
        domain: Domain = logarithms,
        usual: LogProbability = .sum
    ) -> Input {
        let side = name.hasSuffix("rejected") ? "rejected" : "chosen"
        return Input(
            name,
            role,
            [.init(shape, domain)],
            summary,
            tokens: Input.Tokens(mask: side + "_mask", lengths: side + "_lengths", usual: usual)
        )
    }

    /// An input for single responses.
    static func response(
        _ name: String,
        _ role: Input.Role,
        _ summary: String,
        shape: SymbolicShape = "*",
        usual: LogProbability = .sum
    ) -> Input {
        Input(
            name,
            role,
            [.init(shape, logarithms)],
            summary,
            tokens: Input.Tokens(mask: "token_mask", lengths: "lengths", usual: usual)
        )
    }

    /// Three pairs of responses.
    static let examples = [
        Example([
            "chosen": Tensor(shape: [3], values: [-12.5, -30.25, -8]),
            "rejected": Tensor(shape: [3], values: [-14, -29.5, -20.75]),
            "reference_chosen": Tensor(shape: [3], values: [-13, -30, -9.5]),
            "reference_rejected": Tensor(shape: [3], values: [-13.5, -30.5, -18]),
        ])
    ]

    /// Three pairs of responses without a reference.
    static let examplesWithoutReference = [
        Example([
            "chosen": Tensor(shape: [3], values: [-0.5, -1.25, -0.375]),
            "rejected": Tensor(shape: [3], values: [-1.5, -0.875, -2]),
        ])
    ]

    static let chosen = "logarithms of the probabilities of chosen responses"
    static let rejected = "logarithms of the probabilities of rejected responses"
    static let meansOfChosen = "mean logarithms of the probabilities of tokens of chosen responses"
    static let meansOfRejected =
        "mean logarithms of the probabilities of tokens of rejected responses"
    static let referenceChosen = "the same for chosen responses, by the reference policy"
    static let referenceRejected = "the same for rejected responses, by the reference policy"

    static let constantReference =
        "Trainers hold the reference constant; its gradient is computed on request."
    static let subnormal =
        "Where a probability is subnormal, below 2^-1022, the gradient errs by up to 4 beta 2^-1074, and "
        + "the Hessian by up to 4 beta^2 2^-1074, times the weight of kto."
    static let subnormalResult =
        "A loss, gradient or Hessian below 2^-1022 in magnitude errs by up to 2^-1073."
    static let sums =
        "TRL and the papers take sums over the tokens of a response, as log_probability sum does."
    static let means =
        "It takes means over the tokens of a response, as log_probability mean does, not sums."
}

extension Convention {
    /// The defaults of TRL, from `trl/trainer` and `trl/experimental`.
    static func trl(
        _ options: [String: OptionValue] = [:],
        notes: [String] = []
    ) -> Convention {
        Convention("trl", version: "1.10.0.dev0", options, notes: notes)
    }
}
