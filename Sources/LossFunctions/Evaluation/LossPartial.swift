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
        package let moments: Moments

        package init(key: String? = nil, _ moments: Moments) {
            self.key = key
            self.moments = moments
        }

        /// Whether the group comes before another: the bytes of its key do, or it alone has no key.
        fileprivate func precedes(_ other: Group) -> Bool {
            guard let key else { return other.key != nil }
            return other.key.map { key.utf8.lexicographicallyPrecedes($0.utf8) } ?? false
        }
    }

    /// The current revision of the numbers: it changes when any number that the service computes
    /// changes, and CHANGELOG.md says why.
    package static let currentNumerics = 1

    /// Creates the partial sum of groups whose keys differ, in any order.
    package init(_ loss: Loss, numerics: Int = currentNumerics, _ groups: [Group]) {
        self.loss = loss.facts.name
        options = loss.facts.options.compactMap { declaration in
            loss.options.value(of: declaration.name, in: loss.facts.options)
                .map { Setting(name: declaration.name, value: $0) }
        }
        .sorted { $0.name < $1.name }
        self.numerics = numerics
        self.groups = groups.sorted { $0.precedes($1) }
    }

    /// The first group whose key another has too; `nil` if there is none.
    package var repeatedGroup: Group? {
        zip(groups, groups.dropFirst()).first { !$0.precedes($1) }?.0
    }

    /// The same loss with other groups, which are in order.
    func with(_ groups: [Group]) -> LossPartial {
        var partial = self
        partial.groups = groups
        return partial
    }

    /// Throws if the losses of another part differ.
    func checkIsLike(_ other: LossPartial) throws(Mismatch) {
        guard loss == other.loss else { throw .loss(loss, other.loss) }
        guard numerics == other.numerics else { throw .numerics(numerics, other.numerics) }
        guard options != other.options else { return }
        let names = Set((options + other.options).map { $0.name }).sorted()
        for name in names {
            let (own, its) = (value(of: name), other.value(of: name))
            guard own == its else { throw .option(name, own, its) }
        }
    }

    /// The moments of all groups.
    package func total() throws(Mismatch) -> Moments {
        var total = Moments.none
        for group in groups where !total.merge(group.moments) { throw .tooLarge }
        return total
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
