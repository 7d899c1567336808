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
    /// Whether the denominator of that reduction counts the classes of each row, not the rows.
    package let countsClasses: Bool
    /// The surrogate that replaces the Hessian; `nil` if the library's is exact.
    package let surrogate: Surrogate?
    /// The differences that remain.
    package let notes: [String]

    package init(
        _ name: String,
        version: String,
        _ options: [String: OptionValue] = [:],
        reduction: Reduction? = nil,
        countsClasses: Bool = false,
        surrogate: Surrogate? = nil,
        notes: [String] = []
    ) {
        self.name = name
        self.version = version
        self.options = options
        self.reduction = reduction
        self.countsClasses = countsClasses
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
        countsClasses: Bool = false,
        notes: [String] = []
    ) -> Convention {
        Convention(
            "pytorch",
            version: "2.15.0",
            options,
            reduction: reduction,
            countsClasses: countsClasses,
            notes: notes
        )
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

    /// The defaults of scikit-learn, from `sklearn/metrics`, `sklearn/_loss/loss.py` and
    /// `sklearn/linear_model/_sgd_fast.pyx.tp`.
    package static func scikitLearn(
        _ options: [String: OptionValue] = [:],
        surrogate: Surrogate? = nil,
        notes: [String] = []
    ) -> Convention {
        Convention("sklearn", version: "1.9.1", options, surrogate: surrogate, notes: notes)
    }

    /// The defaults of optax, from `optax/losses`, which leaves each loss by itself.
    package static func optax(
        _ options: [String: OptionValue] = [:],
        notes: [String] = []
    ) -> Convention {
        Convention("optax", version: "0.2.8", options, reduction: Reduction.none, notes: notes)
    }

    /// The defaults of MLX, from `python/mlx/nn/losses.py`, which leaves most losses by themselves.
    package static func mlx(
        _ options: [String: OptionValue] = [:],
        reduction: Reduction = .none,
        notes: [String] = []
    ) -> Convention {
        Convention("mlx", version: "0.32.4", options, reduction: reduction, notes: notes)
    }

    /// The defaults of `tf.nn`, which leaves each loss by itself, and of `tf.compat.v1.losses`, whose
    /// means divide by the number of losses; `tf.keras` is Keras.
    package static func tensorFlow(
        _ options: [String: OptionValue] = [:],
        reduction: Reduction = .none,
        notes: [String] = []
    ) -> Convention {
        Convention("tensorflow", version: "2.21.0", options, reduction: reduction, notes: notes)
    }

    /// The defaults of Flux, from `src/losses/functions.jl`, which has no weights.
    package static func flux(
        _ options: [String: OptionValue] = [:],
        notes: [String] = []
    ) -> Convention {
        Convention("flux", version: "0.16.11", options, notes: notes)
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

    /// The defaults of the objectives of CatBoost, from `catboost/private/libs/algo_helpers`.
    ///
    /// CatBoost maximises minus the loss; its derivatives have the other sign.
    package static func catBoost(
        _ options: [String: OptionValue] = [:],
        notes: [String] = []
    ) -> Convention {
        boosting("catboost", version: "1.2.10", options, nil, notes)
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
