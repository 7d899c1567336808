// SPDX-License-Identifier: Apache-2.0

extension [Double] {
    /// An array that a closure writes, in which zeros stand before.
    @inline(__always)
    init(count: Int, _ fill: (inout MutableSpan<Double>) -> Void) {
        self.init(repeating: 0, count: count)
        var span = mutableSpan
        fill(&span)
    }
}
