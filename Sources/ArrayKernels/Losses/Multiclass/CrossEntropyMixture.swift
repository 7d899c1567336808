// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The cross-entropy of the class and the probability of the others, each with a coefficient.
///
/// With the probability p of the class, q = 1 - p and L = -log p: f = aL + bq, -f' = q (a + bp) and
/// f'' = pq (a + b (p - q)). The coefficient b is at least -a; if it is negative, these are
/// f = a (L - q) + (a + b) q and -f' = q ((a + b) p + aq).
struct CrossEntropyMixture: ClassProbabilityLoss {
    let targets: ClassTargets
    /// The coefficients a and b.
    private let ofLogarithm: Double
    private let ofOthers: TwoDoubles
    var isBounded: Bool { ofLogarithm == 0 }

    init(_ ofLogarithm: Double, _ ofOthers: TwoDoubles, _ options: OptionValues) {
        targets = ClassTargets(options)
        self.ofLogarithm = ofLogarithm
        self.ofOthers = ofOthers
    }

    @inline(always)
    func curve(_ x: ClassProbability) -> ClassCurve {
        let a = Vector(repeating: ofLogarithm)
        let (entropy, sum) = (x.surprisal * a, ofOthers + a)
        let loss = entropy + x.q * ofOthers
        // (a + b) p + (a - b) q.
        let (positive, other) = (sum * x.p, (TwoDoubles(a) - ofOthers) * x.q)
        let product = x.p * x.q
        return ClassCurve(
            loss: loss,
            cancels: loss.head .< 0x1p-12 * entropy.head,
            slope: x.q * (positive + x.q * a),
            bend: product * (positive + other),
            bendSize: product.head * (positive.head + other.head.magnitude)
        )
    }
}
