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
    /// The surrogate that replaces the Hessian; `nil` if the library's is exact.
    package let surrogate: Surrogate?
    /// The differences that remain.
    package let notes: [String]

    package init(
        _ name: String,
        version: String,
        _ options: [String: OptionValue] = [:],
        reduction: Reduction? = nil,
        surrogate: Surrogate? = nil,
        notes: [String] = []
    ) {
        self.name = name
        self.version = version
        self.options = options
        self.reduction = reduction
        self.surrogate = surrogate
        self.notes = notes
    }

    /// A surrogate of the Hessian: that of the loss, times a factor, and at least a lower bound.
    package struct Surrogate: Sendable, Equatable {
        package let scale: Scale
        package let floor: Double?

        package init(scale: Scale = .number(1), floor: Double? = nil) {
            self.scale = scale
            self.floor = floor
        }
    }

    /// The factor of a surrogate.
    package enum Scale: Sendable, Equatable, CustomStringConvertible {
        case number(Double)
        /// K / (K - 1) for K classes.
        case classes

        package var description: String {
            switch self {
            case .number(let number): number.shortest
            case .classes: "K / (K - 1)"
            }
        }
    }
}

extension Convention.Surrogate: CustomStringConvertible {
    package var description: String {
        let scaled = scale == .number(1) ? "positive" : "positive times \(scale)"
        return floor.map { "\(scaled), at least \($0.shortest)" } ?? scaled
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

    /// The defaults of Keras, from `keras/src/losses/losses.py`.
    ///
    /// `sum_over_batch_size`, its reduction, divides a weighted sum by the number of losses.
    package static func keras(
        _ options: [String: OptionValue] = [:],
        notes: [String] = []
    ) -> Convention {
        Convention("keras", version: "3.15.1", options, reduction: .elementMean, notes: notes)
    }

    /// The defaults of the objectives of XGBoost, from `src/objective`.
    package static func xgBoost(
        _ options: [String: OptionValue] = [:],
        surrogate: Surrogate? = nil,
        notes: [String] = []
    ) -> Convention {
        boosting("xgboost", version: "3.2.0", options, surrogate, notes)
    }

    /// The defaults of the objectives of LightGBM, from `src/objective`.
    package static func lightGBM(
        _ options: [String: OptionValue] = [:],
        surrogate: Surrogate? = nil,
        notes: [String] = []
    ) -> Convention {
        boosting("lightgbm", version: "4.7.0", options, surrogate, notes)
    }

    /// The defaults of a library that fits trees to the gradients of single rows, which are of a sum.
    private static func boosting(
        _ name: String,
        version: String,
        _ options: [String: OptionValue],
        _ surrogate: Surrogate?,
        _ notes: [String]
    ) -> Convention {
        Convention(
            name,
            version: version,
            options,
            reduction: .sum,
            surrogate: surrogate,
            notes: notes
        )
    }
}
