// SPDX-License-Identifier: Apache-2.0

/// The combination of the logarithms of the probabilities of tokens into that of their response.
package enum LogProbability: String, CaseIterable, Sendable {
    /// The sum, which is the logarithm of the probability of the response.
    case sum
    /// The mean, which does not grow with the length of the response.
    case mean
}
