// SPDX-License-Identifier: Apache-2.0

/// The key of a group, which differs from others if its bytes do, as in other languages.
struct GroupKey: Hashable, Sendable {
    let text: String

    static func == (left: GroupKey, right: GroupKey) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }

    func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }
}

extension Sequence<UInt8> {
    /// The maximum length of a key with these bytes in the text of a result: JSON takes six bytes for a quote, a
    /// backslash or a control character.
    var longestText: Int { reduce(0) { $0 + ($1 < 0x20 || $1 == 0x22 || $1 == 0x5C ? 6 : 1) } }
}

/// The groups of the items of the first dimension of the losses.
///
/// A class, so that the losses of one data set share an instance.
package final class GroupLabels: Sendable {
    /// The keys of the groups, each once, in the order in which they first occur.
    package let keys: [String]
    /// The place in `keys` of the group of each item.
    package let codes: [Int32]
    /// The items in the order of their groups.
    let items: [Int32]
    /// The place of the first item of each group, and the end of the last group.
    let starts: [Int]

    /// The maximum length of all keys in the text of a result, in bytes.
    package let textLength: Int

    fileprivate init(_ keys: [String], _ codes: [Int32]) {
        self.keys = keys
        textLength = keys.reduce(0) { $0 + $1.utf8.longestText }
        self.codes = codes
        var starts = [Int](repeating: 0, count: keys.count + 1)
        for code in codes { starts[Int(code) + 1] += 1 }
        for group in keys.indices { starts[group + 1] += starts[group] }
        var next = starts
        var items = [Int32](repeating: 0, count: codes.count)
        for (item, code) in codes.enumerated() {
            items[next[Int(code)]] = Int32(truncatingIfNeeded: item)
            next[Int(code)] += 1
        }
        self.items = items
        self.starts = starts
    }

    /// The groups of the losses of items.
    func spread(over items: Items) -> GroupLabels { GroupLabels(keys, items.spread(codes)) }

    /// Collects the groups of items one after the other.
    package struct Builder: Sendable {
        private var places: [GroupKey: Int32] = [:]
        /// The places of the keys that are those of integers.
        private var integers: [Int: Int32] = [:]
        private var keys: [String] = []
        private var codes: [Int32] = []
        /// The maximum number of groups.
        package let limit: Int

        /// - Parameter limit: The maximum number of groups.
        package init(limit: Int) { self.limit = limit }

        /// A builder without items, of the same limit.
        package var empty: Builder { Builder(limit: limit) }

        /// Whether there are more groups than the limit, so that nothing need be appended.
        package var isOverLimit: Bool { keys.count > limit }

        /// The number of groups so far.
        package var groupCount: Int { keys.count }

        /// Appends the group of the next item.
        package mutating func append(_ key: String) {
            guard let place = places[GroupKey(text: key)] else {
                let place = Int32(keys.count)
                places[GroupKey(text: key)] = place
                keys.append(key)
                return codes.append(place)
            }
            codes.append(place)
        }

        /// Appends the group of the next item, whose key is the digits of an integer.
        package mutating func append(_ integer: Int) {
            if let place = integers[integer] { return codes.append(place) }
            append("\(integer)")
            integers[integer] = codes.last
        }

        package consuming func finish() -> GroupLabels { GroupLabels(keys, codes) }
    }

    /// An estimate of the memory of the exact sums of a group in bytes, with their text.
    package static let bytesEach = 2_560

    /// An upper estimate of the memory for a result with the text of keys, in multiples of the length of that: the
    /// keys, and the text with the array of twice its length that replaces one which is too short.
    package static let textCopies = 4

    /// An estimate of the memory of a key in bytes, with that to find it.
    package static let keyBytes = 128

    /// The memory in use, in bytes.
    package var footprint: Int {
        keys.reduce(4 * (codes.capacity + items.capacity)) { $0 + Self.keyBytes + $1.utf8.count }
    }
}

extension GroupLabels: Equatable {
    package static func == (left: GroupLabels, right: GroupLabels) -> Bool {
        left === right || left.keys == right.keys && left.codes == right.codes
    }
}
