// SPDX-License-Identifier: Apache-2.0

/// log Γ(1 + t) or one of its derivatives, for t >= 0.
package enum GammaFunction: String, CaseIterable, Sendable {
    case logFactorial
    case digamma
    case trigamma
}

/// The difference of the values of such a function at 1 + t + w and at 1 + t.
package enum GammaRise: String, CaseIterable, Sendable {
    case logRise
    case digammaRise
}
