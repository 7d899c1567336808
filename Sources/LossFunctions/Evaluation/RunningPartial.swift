// SPDX-License-Identifier: Apache-2.0

/// The partial sums of a data set, to which those of its parts are added in any order.
package struct RunningPartial: Sendable {
    /// The loss, its options and the revision of its numbers, without groups.
    private let header: LossPartial
    /// The groups in the order of the bytes of their keys; the group without a key is the first.
    private var groups: [Group] = []

    private struct Group {
        let hasKey: Bool
        let key: [UInt8]
        var moments: RunningMoments

        /// Whether the group comes before another: the bytes of its key do, or it alone has no key.
        func precedes(_ other: Group) -> Bool {
            guard hasKey, other.hasKey else { return !hasKey && other.hasKey }
            return key.span.compare(to: other.key.span) < 0
        }
    }

    /// An estimate of the memory of a group in bytes.
    package static let bytesEach = 3_072

    /// Creates sums of the loss of a partial sum, whose groups are not added.
    package init(like partial: LossPartial) { header = partial.with([]) }

    package var groupCount: Int { groups.count }

    /// Adds the groups of a part, whose keys ascend.
    ///
    /// - Parameters:
    ///   - terms: the groups.
    ///   - partial: the loss of the part; its groups are not read.
    /// - Throws: `LossPartial.Mismatch` if it is another loss, or if a sum would be too large.
    package mutating func add(
        _ terms: GroupTerms,
        of partial: LossPartial
    ) throws(LossPartial.Mismatch) {
        try header.checkIsLike(partial)
        precondition(terms.areInOrder, "the keys do not ascend")
        // Parts often have the same groups, which are found without a search.
        var place = 0
        var added: [Group] = []
        for (index, group) in terms.groups.enumerated() {
            place = self.place(of: terms, group, from: place)
            if place < groups.count, compare(groups[place], terms, group) == 0 {
                guard groups[place].moments.add(terms, index) else { throw .tooLarge }
                place += 1
                continue
            }
            var moments = RunningMoments()
            guard moments.add(terms, index) else { throw .tooLarge }
            let key = [UInt8](terms.keys[group.key])
            added.append(Group(hasKey: group.hasKey, key: key, moments: moments))
        }
        if !added.isEmpty { insert(added) }
    }

    /// The sums of all parts.
    package var partial: LossPartial {
        header.with(
            groups.map { group in
                LossPartial.Group(
                    key: group.hasKey ? String(decoding: group.key, as: UTF8.self) : nil,
                    group.moments.moments
                )
            }
        )
    }

    /// The place of the first group from a place on that does not come before another.
    private func place(of terms: GroupTerms, _ group: GroupTerms.Group, from first: Int) -> Int {
        guard first < groups.count, compare(groups[first], terms, group) < 0 else { return first }
        // All groups below `low` come before, and none from `high` on does.
        var (low, high) = (first + 1, groups.count)
        while low < high {
            let middle = (low + high) / 2
            if compare(groups[middle], terms, group) < 0 { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The order of two groups: below 0 if the first comes before the second.
    private func compare(_ own: Group, _ terms: GroupTerms, _ other: GroupTerms.Group) -> Int {
        guard own.hasKey, other.hasKey else { return (own.hasKey ? 1 : 0) - (other.hasKey ? 1 : 0) }
        return own.key.span.compare(to: terms.keys.span.extracting(other.key))
    }

    /// Inserts groups with other keys, which ascend.
    private mutating func insert(_ added: [Group]) {
        var merged: [Group] = []
        merged.reserveCapacity(groups.count + added.count)
        var next = 0
        for group in groups {
            while next < added.count, added[next].precedes(group) {
                merged.append(added[next])
                next += 1
            }
            merged.append(group)
        }
        merged += added[next...]
        groups = merged
    }
}

/// The moments of a group, to which those of parts are added.
struct RunningMoments {
    private var count = 0
    private var sums = [ExactSum](repeating: ExactSum(), count: Moments.Sum.allCases.count)
    private var least: Moments.Extreme?
    private var greatest: Moments.Extreme?

    /// Adds the moments of a group of a part, or returns `false` if a sum would be out of range.
    mutating func add(_ terms: GroupTerms, _ index: Int) -> Bool {
        let group = terms.groups[index]
        let (total, overflows) = count.addingReportingOverflow(group.count)
        guard !overflows else { return false }
        count = total
        let digits = terms.digits.span
        for place in sums.indices {
            let term = terms.term(place, of: index)
            sums[place].add(
                digits.extracting(term.digits),
                exponent: term.exponent,
                isNegative: term.isNegative
            )
            guard sums[place].isInRange else { return false }
        }
        least = Moments.Extreme.first(least, group.least) { $0 < $1 }
        greatest = Moments.Extreme.first(greatest, group.greatest) { $0 > $1 }
        return true
    }

    var moments: Moments {
        Moments(count: count, least: least, greatest: greatest) { sums[$0.place].number ?? .zero }
    }
}
