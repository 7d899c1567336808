// SPDX-License-Identifier: Apache-2.0

/// The options shared by elementwise losses of which one may be a list.
package enum ListOptions {
    package static let axis = Option.integer(
        "axis",
        default: -1,
        .integers,
        "Axis along which a list has a number for each index; negative values count from the last."
    )
}
