// SPDX-License-Identifier: Apache-2.0

/// The keys of one object so far.
///
/// A few are compared one by one; for more of them there is a set, so that an object of many keys
/// costs no quadratic time. Keys are equal if their bytes are: Swift's strings compare by
/// canonical equivalence, RFC 8259 (section 8.3) code unit by code unit.
struct KeyNames {
    private var few: [String] = []
    private var many: Set<ExactKey> = []

    /// Adds a key; false if it was there already.
    mutating func insert(_ key: String) -> Bool {
        guard many.isEmpty else { return many.insert(ExactKey(text: key)).inserted }
        for other in few where other == key && ExactKey(text: other) == ExactKey(text: key) {
            return false
        }
        few.append(key)
        if few.count == 32 { many = Set(few.map { ExactKey(text: $0) }) }
        return true
    }
}

/// A string that is equal to another only if it has the same bytes.
private struct ExactKey: Hashable {
    let text: String

    static func == (left: Self, right: Self) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }

    func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
        hasher.combine(0xFF as UInt8)
    }
}
