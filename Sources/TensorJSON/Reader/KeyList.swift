// SPDX-License-Identifier: Apache-2.0

/// The keys of all open objects, one object after the other.
///
/// The first four are stored in place, so that small objects need no array.
struct KeyList: Sendable {
    /// The number of keys.
    private(set) var count = 0
    private var first = InlineArray<4, String>(repeating: "")
    private var others: [String] = []
    /// A bit for each of the first that its text repeats byte by byte, because it has no escapes.
    private var plain: UInt8 = 0

    /// The key that was last in the next place, unless its text had escapes; `nil` if it is not known.
    var previous: String? {
        count < first.count && plain & 1 &<< UInt8(truncatingIfNeeded: count) != 0
            ? first[count] : nil
    }

    subscript(place: Int) -> String {
        place < first.count ? first[place] : others[place - first.count]
    }

    mutating func append(_ key: String, hasEscapes: Bool) {
        if count < first.count {
            first[count] = key
            let bit: UInt8 = 1 &<< UInt8(truncatingIfNeeded: count)
            plain = hasEscapes ? plain & ~bit : plain | bit
        } else {
            others.append(key)
        }
        count += 1
    }

    /// Appends the previous key of the next place.
    mutating func appendPrevious() { count += 1 }

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
