// SPDX-License-Identifier: Apache-2.0

package import LossFacts
package import LossFunctions

/// Merges the partial sums of parts of a data set, and computes the results of the whole.
package struct Merger: Sendable {
    private var merged: RunningPartial?
    private let limit: Int
    private var reduction = Reduction.mean
    private var normalizer: Double?
    private var outputs: Outputs = [.loss, .statistics]

    /// The outputs of merged sums.
    package static let outputNames = Outputs.names
        .filter { Outputs([.loss, .statistics, .partial]).contains($0.output) }.map { $0.name }

    /// The reductions that follow from partial sums.
    package static let reductions: [Reduction] = [.mean, .sum, .elementMean]

    /// - Parameter groupLimit: the maximum number of groups.
    package init(groupLimit: Int) { limit = groupLimit }

    /// The memory in use, in bytes.
    package var footprint: Int {
        RunningPartial.bytesEach * (merged?.groupCount ?? 0) + (merged?.textLength ?? 0)
    }

    /// An upper bound on the memory for the result, in bytes.
    package var resultFootprint: Int {
        // A list of results, and one of the merged sums.
        let lists = outputs.contains(.partial) ? 2 : 1
        return GroupLabels.bytesEach * ((merged?.groupCount ?? 0) + 1)
            + lists * GroupLabels.textCopies * (merged?.textLength ?? 0)
    }

    /// Adds the sums of a part.
    ///
    /// - Throws: `MergeError` if they do not merge with the others.
    package mutating func add(_ partial: LossPartial) throws(MergeError) {
        try add(GroupTerms(partial), of: partial)
    }

    /// Adds the sums of the groups of a part, whose keys ascend.
    ///
    /// - Parameters:
    ///   - terms: the groups.
    ///   - partial: the loss of the part; its groups are not read.
    /// - Throws: `MergeError` if they do not merge with the others.
    package mutating func add(_ terms: GroupTerms, of partial: LossPartial) throws(MergeError) {
        guard partial.numerics == LossPartial.currentNumerics else {
            throw .unlike(.numerics(LossPartial.currentNumerics, partial.numerics))
        }
        var merged = self.merged.take() ?? RunningPartial(like: partial)
        do { try merged.add(terms, of: partial) } catch { throw .unlike(error) }
        guard merged.groupCount <= limit else { throw .request(.tooManyGroups(limit: limit)) }
        self.merged = merged
    }

    package mutating func set(reduction name: String) throws(RequestError) {
        guard let named = Reduction(named: name), Self.reductions.contains(named) else {
            let allowed = Self.reductions.map { $0.rawValue }
            throw .notAllowed(name, field: "reduction", place: [], allowed: allowed)
        }
        reduction = named
    }

    package mutating func set(normalizer number: Double) throws(RequestError) {
        normalizer = try Interval.positive.checked(number, "normalizer")
    }

    package mutating func set(outputs names: [String]) throws(RequestError) {
        outputs = try Outputs(names, allowed: Self.outputNames)
    }

    /// The results of all parts.
    ///
    /// - Throws: `MergeError` if there are no partial sums, nothing is left to average, or a number is not
    ///   finite.
    package func result() throws(MergeError) -> MergedLoss {
        guard let merged = merged?.partial else {
            throw .request(.missingField("partials", expected: "a list of partial sums"))
        }
        if normalizer != nil, !reduction.acceptsNormalizer {
            throw .request(.conflict(field: "normalizer", reason: .normalizerOf(reduction)))
        }
        let total: Moments
        do { total = try merged.total() } catch { throw .unlike(error) }
        let input = Catalogue.loss(named: merged.loss)?.facts.signature.inputs[0].name ?? ""
        let groups = merged.groups.filter { $0.key != nil }
        return MergedLoss(
            total: try summary(of: total, input, mayBeEmpty: outputs == .partial),
            groups: try groups.map { group throws(MergeError) in
                (group.key ?? "", try summary(of: group.moments, input, mayBeEmpty: true))
            },
            partial: outputs.contains(.partial) ? merged : nil
        )
    }

    /// The results of some losses.
    ///
    /// - Parameters:
    ///   - moments: the exact sums of the losses.
    ///   - input: the name of the input to change if a number is not finite.
    ///   - mayBeEmpty: whether there may be nothing to average, so that there are no results.
    /// - Returns: the results.
    /// - Throws: `MergeError` if nothing is left to average, or if a number is not finite.
    private func summary(
        of moments: Moments,
        _ input: String,
        mayBeEmpty: Bool
    ) throws(MergeError) -> MergedLoss.Summary {
        let denominator = normalizer ?? moments.normalizer(of: reduction) ?? 1
        do throws(LossError) {
            guard denominator > 0 else {
                if mayBeEmpty { return MergedLoss.Summary(count: moments.count) }
                throw .nothingToAverage(moments.count == 0 ? .units : .weights)
            }
            var summary = MergedLoss.Summary(count: moments.count)
            summary.normalizer = denominator
            if outputs.contains(.loss) {
                let loss = moments.loss(dividedBy: denominator)
                guard loss.isFinite else { throw .notFinite(.loss, input: input, place: []) }
                summary.loss = loss
            }
            guard outputs.contains(.statistics) else { return summary }
            guard moments.count > 0, !moments[.weight].isZero else {
                if mayBeEmpty { return summary }
                throw .nothingToAverage(moments.count == 0 ? .units : .weights)
            }
            summary.statistics = try Statistics(moments, input: input) { [$0] }
            return summary
        } catch {
            throw .request(.loss(error, nil))
        }
    }
}

/// The results of merged partial sums.
package struct MergedLoss: Sendable {
    /// The results of some losses; `nil` if not requested, or if there are no losses to average.
    package struct Summary: Sendable {
        package let count: Int
        package fileprivate(set) var loss: Double?
        package fileprivate(set) var normalizer: Double?
        package fileprivate(set) var statistics: Statistics?

        fileprivate init(count: Int) { self.count = count }
    }

    package let total: Summary
    /// The results of the groups that have keys.
    package let groups: [(key: String, summary: Summary)]
    package let partial: LossPartial?
}

/// The reason that partial sums are not merged.
package enum MergeError: Error, Equatable, Sendable {
    /// A partial sum differs from the first ones, or is of another revision of the numbers.
    case unlike(LossPartial.Mismatch)
    case request(RequestError)
}
