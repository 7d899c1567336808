// SPDX-License-Identifier: Apache-2.0

/// The reduction of the losses of a batch to one number, with weights `w` and losses `l`.
package enum Reduction: String, CaseIterable, Sendable {
    /// Σwl / Σw.
    case mean
    /// Σwl.
    case sum
    /// Each wl separately.
    case none
    /// Σwl / the first dimension of the losses.
    case batchMean = "batch_mean"
    /// Σwl / the number of losses.
    case elementMean = "element_mean"

    /// The accepted names: its own, then those of other libraries.
    package static let names = allCases.map { $0.rawValue } + spellings.keys.sorted()

    /// The names used by other libraries.
    private static let spellings: [String: Reduction] = [
        "batchmean": .batchMean,
        "sum_over_batch_size": .elementMean,
        "mean_with_sample_weight": .mean,
    ]

    /// Creates the reduction with a name, which may be that of another library.
    package init?(named name: String) {
        guard let reduction = Reduction(rawValue: name) ?? Self.spellings[name] else { return nil }
        self = reduction
    }
}
