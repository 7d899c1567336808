// SPDX-License-Identifier: Apache-2.0

/// The keys of all open objects, one object after the other.
///
/// The first four are stored in place, so that small objects need no array.
struct KeyList: Sendable {
    /// The number of keys.
    private(set) var count = 0
    private var first = InlineArray<4, String>(repeating: "")
    private var others: [String] = []

    subscript(place: Int) -> String {
        place < first.count ? first[place] : others[place - first.count]
    }

    mutating func append(_ key: String) {
        if count < first.count { first[count] = key } else { others.append(key) }
        count += 1
    }

    /// Removes all keys but the first `count`.
    mutating func removeAll(after count: Int) {
        self.count = count
        // Removing all of them one by one takes longer than giving up their memory.
        if count <= first.count {
            others = []
        } else {
            others.removeSubrange((count - first.count)...)
        }
    }
}
