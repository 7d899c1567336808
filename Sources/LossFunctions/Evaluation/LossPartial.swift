// SPDX-License-Identifier: Apache-2.0

package import LossFacts

/// The moments of a loss over a part of a data set, which merge into those of the whole.
///
/// It states everything on which the losses depend, so that partial sums of different losses are not
/// merged by mistake.
package struct LossPartial: Equatable, Sendable {
    /// The value of an option.
    package struct Setting: Equatable, Sendable {
        package let name: String
        package let value: OptionValue
    }

    /// The canonical name of the loss.
    package let loss: String
    /// Every option that has a value, given or by default, by name.
    package let options: [Setting]
    /// The revision of the functions that computed the losses.
    package let numerics: Int
    /// The groups in the order of the bytes of their keys; the group without a key is the first.
    package private(set) var groups: [Group]

    /// The losses of a group.
    package struct Group: Equatable, Sendable {
        /// The key; `nil` if the losses are not grouped.
        package let key: String?
        package fileprivate(set) var moments: Moments

        package init(key: String? = nil, _ moments: Moments) {
            self.key = key
            self.moments = moments
        }
    }

    /// The current revision of the numbers: it changes when any number that the service computes
    /// changes, and CHANGELOG.md says why.
    package static let currentNumerics = 1

    /// - Throws: `Mismatch.tooLarge` if a group occurs twice and the sums of both are too large.
    package init(
        _ loss: Loss,
        numerics: Int = currentNumerics,
        _ groups: [Group]
    ) throws(Mismatch) {
        self.loss = loss.facts.name
        options = loss.facts.options.compactMap { declaration in
            loss.options.value(of: declaration.name, in: loss.facts.options)
                .map { Setting(name: declaration.name, value: $0) }
        }
        .sorted { $0.name < $1.name }
        self.numerics = numerics
        self.groups = []
        for group in groups { try add(group) }
    }

    /// Adds the losses of another part, in any order.
    ///
    /// - Throws: `Mismatch` if the losses of the other part differ, or if a sum would be too large.
    package mutating func merge(_ other: LossPartial) throws(Mismatch) {
        guard loss == other.loss else { throw .loss(loss, other.loss) }
        guard numerics == other.numerics else { throw .numerics(numerics, other.numerics) }
        let names = Set((options + other.options).map { $0.name }).sorted()
        for name in names {
            let (own, its) = (value(of: name), other.value(of: name))
            guard own == its else { throw .option(name, own, its) }
        }
        for group in other.groups { try add(group) }
    }

    /// The moments of all groups.
    package func total() throws(Mismatch) -> Moments {
        var total = Moments.none
        for group in groups where !total.merge(group.moments) { throw .tooLarge }
        return total
    }

    private mutating func add(_ group: Group) throws(Mismatch) {
        let bytes = Array((group.key ?? "").utf8)
        let place = groups.firstIndex { other in
            guard let key = other.key else { return group.key == nil }
            return group.key == nil || !key.utf8.lexicographicallyPrecedes(bytes)
        }
        guard let place else { return groups.append(group) }
        guard groups[place].key == group.key else { return groups.insert(group, at: place) }
        guard groups[place].moments.merge(group.moments) else { throw .tooLarge }
    }

    /// The value of an option; `nil` if it has none.
    package func value(of name: String) -> OptionValue? {
        options.first { $0.name == name }?.value
    }

    /// The reason that two partial sums cannot be merged, with the difference.
    package enum Mismatch: Error, Equatable, Sendable {
        case loss(String, String)
        case numerics(Int, Int)
        case option(String, OptionValue?, OptionValue?)
        /// A count or a sum is beyond every sum of the losses that doubles can express.
        case tooLarge
    }
}
