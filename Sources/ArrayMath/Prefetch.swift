// SPDX-License-Identifier: Apache-2.0

/// A hint that a range of two arrays will be read next.
///
/// Functions with much arithmetic prefetch it into the cache one line per iteration, which overlaps
/// the memory latency with the arithmetic; see docs/decisions/numbers.md.
package struct Prefetch {
    package let first: [Double]
    package let second: [Double]
    /// The indices to prefetch; indices beyond the end of an array are skipped.
    package let places: Range<Int>

    package init(_ first: [Double] = [], _ second: [Double] = [], places: Range<Int> = 0..<0) {
        self.first = first
        self.second = second
        self.places = places
    }
}
