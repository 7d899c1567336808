// SPDX-License-Identifier: Apache-2.0

/// The partial sums of a data set, to which those of its parts are added in any order.
package struct RunningPartial: Sendable {
    /// The loss, its options and the revision of its numbers, without groups.
    private let header: LossPartial
    /// The groups in the order in which they came.
    private var groups: [Group] = []
    /// The place of each group by its key; that without a key has `nil`.
    private var places: [[UInt8]?: Int] = [:]

    private struct Group {
        /// The bytes of the key; `nil` if the losses are not grouped.
        let key: [UInt8]?
        var moments = RunningMoments()

        /// Whether the group comes before another: the bytes of its key do, or it alone has no key.
        func precedes(_ other: Group) -> Bool {
            guard let key, let next = other.key else { return key == nil && other.key != nil }
            return key.span.compare(to: next.span) < 0
        }
    }

    /// An estimate of the memory of a group in bytes.
    package static let bytesEach = 3_072

    /// Creates sums of the loss of a partial sum, whose groups are not added.
    package init(like partial: LossPartial) { header = partial.with([]) }

    package var groupCount: Int { groups.count }

    /// The maximum length of all keys in the text of a result, in bytes.
    package private(set) var textLength = 0

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
        // Parts often have the same groups, each of which follows the one before it.
        var next = 0
        for (index, group) in terms.groups.enumerated() {
            let place = isKey(of: next, terms, group) ? next : place(of: terms, group)
            guard groups[place].moments.add(terms, index) else { throw .tooLarge }
            next = place + 1
        }
    }

    /// The sums of all parts.
    package var partial: LossPartial {
        header.with(
            groups.sorted { $0.precedes($1) }.map { group in
                LossPartial.Group(
                    key: group.key.map { String(decoding: $0, as: UTF8.self) },
                    group.moments.moments
                )
            }
        )
    }

    /// Whether the group at a place, if there is one, is that of a part.
    private func isKey(of place: Int, _ terms: GroupTerms, _ group: GroupTerms.Group) -> Bool {
        guard place < groups.count else { return false }
        guard let key = groups[place].key else { return !group.hasKey }
        return group.hasKey && key.span.compare(to: terms.keys.span.extracting(group.key)) == 0
    }

    /// The place of the group of a part, which is added if it is new.
    private mutating func place(of terms: GroupTerms, _ group: GroupTerms.Group) -> Int {
        let key = group.hasKey ? [UInt8](terms.keys[group.key]) : nil
        if let place = places[key] { return place }
        places[key] = groups.count
        textLength += key?.longestText ?? 0
        groups.append(Group(key: key))
        return groups.count - 1
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
