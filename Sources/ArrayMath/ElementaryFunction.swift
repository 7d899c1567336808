// SPDX-License-Identifier: Apache-2.0

/// A function of one number, also computed with twice the precision; expm1 is e^x - 1 and log1p is
/// log(1 + x).
package enum ElementaryFunction: CaseIterable, Sendable {
    case exp
    case expm1
    case log
    case log1p
    case atan
}

/// A function on which some losses are based.
package enum SpecialFunction: String, CaseIterable, Sendable {
    /// sin x for |x| up to π/4.
    case sine
    /// 1 - cos x for |x| up to π/4.
    case versine
    /// 2 atan x - 1.
    case doubledArcTangent = "doubled-arc-tangent"
    /// φ(x)/Φ(-x) - x for x from 0 to 2^500, of the standard normal distribution.
    case hazardSurplus = "hazard-surplus"
    /// 1/(1 + e^-x).
    case sigmoid
    /// The product of sigmoid x and sigmoid -x.
    case sigmoidProduct = "sigmoid-product"
    /// The entropy of the probabilities sigmoid x and sigmoid -x.
    case sigmoidEntropy = "sigmoid-entropy"
    /// log(1 + e^x).
    case softplus
    /// tanh(x/2).
    case tangentOfHalf = "tangent-of-half"
    /// e^x - 1 - x.
    case exponentialSurplus = "exp-surplus"
    /// log cosh x for x >= 0.
    case logCosh = "log-cosh"
    /// tanh x for x >= 0.
    case hyperbolicTangent = "hyperbolic-tangent"
    /// 1/cosh² x for x >= 0.
    case squaredSecant = "squared-secant"
}

/// An operation on two numbers.
package enum ArithmeticOperation: CaseIterable, Sendable {
    case sum
    case difference
    case product
    case quotient
}
