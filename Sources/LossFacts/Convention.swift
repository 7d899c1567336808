// SPDX-License-Identifier: Apache-2.0

/// The defaults of a library for a loss of the same name.
///
/// A class, so that requests share one instance.
package final class Convention: Sendable {
    /// The name of the library, in lower case.
    package let name: String
    /// The version of the library that has these defaults.
    package let version: String
    package let options: [String: OptionValue]
    /// The reduction, if the library's differs.
    package let reduction: Reduction?
    /// The differences that remain.
    package let notes: [String]

    package init(
        _ name: String,
        version: String,
        _ options: [String: OptionValue] = [:],
        reduction: Reduction? = nil,
        notes: [String] = []
    ) {
        self.name = name
        self.version = version
        self.options = options
        self.reduction = reduction
        self.notes = notes
    }
}

extension Convention {
    /// The defaults of PyTorch, from `torch/nn/functional.py` and `torch/nn/modules/loss.py`.
    package static func pyTorch(
        _ options: [String: OptionValue] = [:],
        reduction: Reduction? = nil,
        notes: [String] = []
    ) -> Convention {
        Convention("pytorch", version: "2.15.0", options, reduction: reduction, notes: notes)
    }

    /// The defaults of the objectives of XGBoost, from `src/objective`.
    ///
    /// They are sums, because a tree is fitted to the gradients of single rows.
    package static func xgBoost(
        _ options: [String: OptionValue] = [:],
        notes: [String] = []
    ) -> Convention {
        Convention("xgboost", version: "3.2.0", options, reduction: .sum, notes: notes)
    }
}
