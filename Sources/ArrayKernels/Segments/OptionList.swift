// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The values of an option along a segment: one number for each column, or one for all of them.
struct OptionList {
    private let name: String
    /// The values in whole vectors, beyond the last of which its value is repeated.
    private let values: [Double]
    private let count: Int

    /// Creates the list from the value of an option, which is not empty.
    init(_ option: Option<[Double]?>, _ values: [Double]) {
        name = option.declaration.name
        count = values.count
        let padding = ElementBlock.padded(count) - count
        self.values = values + repeatElement(values[count - 1], count: padding)
    }

    /// Throws if there is neither one value nor one for each column.
    func check(count columns: Int) throws(SegmentError) {
        guard count == 1 || count == columns else {
            throw SegmentError(
                input: 0,
                .wrongCount(option: name, count: count, expected: columns)
            )
        }
    }

    /// The values of eight columns.
    @inline(always)
    func vector(at start: Int) -> Vector {
        count == 1 ? Vector(repeating: values[0]) : values.span.vector(at: start)
    }

    /// The value of a column.
    func number(_ column: Int) -> Double { values[count == 1 ? 0 : column] }
}
