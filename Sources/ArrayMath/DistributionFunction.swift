// SPDX-License-Identifier: Apache-2.0

/// Functions on which the scores of gamma, Poisson and t-distributions are based.
package enum DistributionFunction: String, CaseIterable, Sendable {
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
