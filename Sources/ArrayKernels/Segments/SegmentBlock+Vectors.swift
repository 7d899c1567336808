// SPDX-License-Identifier: Apache-2.0

import ArrayMath

extension SegmentBlock {
    /// Stores eight numbers of a derivative, or those of them that a segment has.
    ///
    /// - Parameters:
    ///   - numbers: the numbers.
    ///   - offset: the offset of the derivative; `nil` if it is not requested.
    ///   - start: the index of the first number in the derivative.
    ///   - end: the index after the last one that the segment has.
    @inline(always)
    mutating func store(_ numbers: Vector, at offset: Int?, from start: Int, upTo end: Int) {
        guard let offset else { return }
        for lane in 0..<min(Vector.width, end - start) {
            self.numbers[offset + start + lane] = numbers[lane]
        }
    }

    /// Stores a derivative that is a single number.
    @inline(always)
    mutating func store(_ number: Double, at offset: Int?) {
        guard let offset else { return }
        numbers[offset] = number
    }
}
