// SPDX-License-Identifier: Apache-2.0

/// How the losses of a batch become one number; `w` are the weights, `l` the losses.
package enum Reduction: String, CaseIterable, Sendable {
    /// Σwl / Σw.
    case mean
    /// Σwl.
    case sum
    /// Each wl by itself.
    case none
    /// Σwl / the first dimension of the losses.
    case batchMean = "batch_mean"
    /// Σwl / the number of losses.
    case elementMean = "element_mean"

    /// The names that other libraries give to these.
    package static let spellings: [String: Reduction] = [
        "batchmean": .batchMean,
        "sum_over_batch_size": .elementMean,
        "mean_with_sample_weight": .mean,
    ]

    /// The reduction of that name or spelling.
    package init?(named name: String) {
        guard let reduction = Reduction(rawValue: name) ?? Self.spellings[name] else { return nil }
        self = reduction
    }
}
