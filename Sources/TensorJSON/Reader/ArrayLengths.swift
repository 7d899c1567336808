// SPDX-License-Identifier: Apache-2.0

/// The length of the arrays at each level of nesting; -1 if none has ended yet.
///
/// The outermost is stored separately, so that a list of numbers needs no array.
struct ArrayLengths: Sendable {
    /// The number of levels.
    private(set) var count = 0
    private var outermost = -1
    /// The lengths at the other levels.
    private var inner: [Int] = []

    subscript(level: Int) -> Int {
        get { level == 0 ? outermost : inner[level - 1] }
        set { if level == 0 { outermost = newValue } else { inner[level - 1] = newValue } }
    }

    /// Adds a level inside the others.
    mutating func addLevel() {
        if count > 0 { inner.append(-1) }
        count += 1
    }

    /// Moves the lengths out as a shape.
    mutating func take() -> [Int] {
        let (depth, length) = (count, outermost)
        count = 0
        outermost = -1
        guard depth != 1 else {
            return Self.lists.indices.contains(length) ? Self.lists[length] : [length]
        }
        guard depth > 1 else { return [] }
        defer { inner = [] }
        return [length] + inner
    }

    /// The shapes of short lists, which small requests share.
    private static let lists = (0..<64).map { [$0] }
}
