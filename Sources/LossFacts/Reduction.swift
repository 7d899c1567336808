// SPDX-License-Identifier: Apache-2.0

/// The reduction of the losses of a batch to one number, with weights `w` and losses `l`.
///
/// Masked, skipped and ignored losses are excluded from every sum and count.
package enum Reduction: String, CaseIterable, Sendable {
    /// Σwl / Σw.
    case mean
    /// Σwl.
    case sum
    /// Each wl separately.
    case none
    /// Σwl / the number of items of the first dimension of the losses.
    case batchMean = "batch_mean"
    /// Σwl / the number of losses.
    case elementMean = "element_mean"
    /// The plain mean, over the items of the first dimension, of the mean Σwl / Σw within each.
    case meanOfMeans = "mean_of_means"
    /// The plain mean, over the items of the first dimension, of the sum Σwl within each.
    case meanOfSums = "mean_of_sums"

    /// The accepted names: its own, then those of other libraries.
    package static let names = allCases.map { $0.rawValue } + spellings.keys.sorted()

    /// The names used by other libraries.
    private static let spellings: [String: Reduction] = [
        "batchmean": .batchMean,
        "sum_over_batch_size": .elementMean,
        "mean_with_sample_weight": .mean,
        "seq-mean-token-mean": .meanOfMeans,
        "seq-mean-token-sum": .meanOfSums,
        "token-mean": .mean,
    ]

    /// Creates the reduction with a name, which may be that of another library.
    package init?(named name: String) {
        guard let reduction = Reduction(rawValue: name) ?? Self.spellings[name] else { return nil }
        self = reduction
    }

    /// Whether the caller may supply the denominator.
    package var acceptsNormalizer: Bool { self == .mean || self == .meanOfSums }

    /// Whether each item of the first dimension is first reduced separately.
    package var isNested: Bool { self == .meanOfMeans || self == .meanOfSums }
}

/// The contribution of an item of the first dimension without any included loss, if items are
/// first reduced separately.
package enum EmptyRows: String, CaseIterable, Sendable {
    /// It is left out of the mean.
    case drop
    /// It counts as 0.
    case zero
}

/// The second derivatives to compute.
package enum HessianKind: String, CaseIterable, Sendable {
    case exact
    /// The surrogate that the loss states, which is never negative, for Newton's method.
    case positive
}
