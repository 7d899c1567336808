// SPDX-License-Identifier: Apache-2.0

/// Functions that are computed with twice the precision of a double, and on which losses are based.
package enum PreciseFunction: String, CaseIterable, Sendable {
    /// 1/(1 + e^-x), for any y.
    case sigmoid
    /// The entropy of the probabilities sigmoid x and sigmoid -x, for any y.
    case sigmoidEntropy
    /// log(1 + e^-x), for any y.
    case softplusOfNegative
    /// tanh(x/2), for any y.
    case tangentOfHalf
    /// The cube root of x >= 0, for any y.
    case cubeRoot
    /// log(1 + e^x + e^y).
    case logSumExp
    /// The regularized incomplete gamma function P(x, y).
    case incompleteGamma
    /// y^x e^-y/Γ(x + 1).
    case gammaWeight
    /// e^-2x I_0(2x), for any y.
    case besselZero
    /// e^-2x (I_0(2x) + I_1(2x)), for any y.
    case besselSum
    /// The probability of t-distributed numbers from -y to y with x degrees of freedom.
    case studentCentral
    /// The derivative of the score of that distribution with respect to its scale at a distance y.
    case studentSpread
}
