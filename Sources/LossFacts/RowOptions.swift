// SPDX-License-Identifier: Apache-2.0

/// The options shared by row-wise losses.
package enum RowOptions {
    package static let axis = Option.integer(
        "axis",
        default: -1,
        .integers,
        "Axis of the classes, or of the numbers of a vector or region; negative values count from the "
            + "last."
    )

    package static let ignoreIndex = Option.integer(
        "ignore_index",
        default: nil,
        .integers,
        "Class index whose rows are ignored; none by default. Distributions have no class index."
    )

    package static let classWeights = Option.numbers(
        "class_weights",
        default: nil,
        .classWeight,
        "Weight of each class, 1 by default. A mean weights each row by its target's class weight."
    )
}
