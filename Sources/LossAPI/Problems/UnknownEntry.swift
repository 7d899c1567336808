// SPDX-License-Identifier: Apache-2.0

import LossFacts
import LossFunctions

/// Describes an unknown name in the catalogue.
struct UnknownEntry: Sendable {
    private let kind: ProblemKind.Service
    private let noun: String
    private let path: String
    private let lists: [CatalogueList]
    private let names: [String]
    private let suggestions: Suggestions

    /// - Parameters:
    ///   - kind: The kind of problem.
    ///   - noun: The noun for an entry.
    ///   - lists: The lists that might contain it.
    ///   - path: The path at which all entries are listed.
    init(
        _ kind: ProblemKind.Service,
        _ noun: String,
        _ lists: [CatalogueList],
        listedAt path: String
    ) {
        self.kind = kind
        self.noun = noun
        self.path = path
        self.lists = lists
        let facts = lists.flatMap { $0.entries }.map { $0.facts }
        names = facts.map { $0.name }
        suggestions = Suggestions(facts.flatMap { $0.spellings })
    }

    /// The names that an unknown one may mean: entries that the advice on it names, or else up to three
    /// with similar names, nearest first.
    func candidates(for name: String) -> [String] {
        guard let advice = advice(on: name) else { return isMetric(name) ? [] : nearest(to: name) }
        return advice.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init)
            .filter { names.contains($0) }
    }

    /// The problem with an unknown name; `elsewhere` is the path of an entry of another list that has it.
    func problem(_ name: String, elsewhere: String? = nil) -> Problem {
        let candidates = candidates(for: name)
        return Problem(
            kind,
            hint(name, elsewhere: elsewhere) + " See \(path) for all of them.",
            allowed: candidates.isEmpty && !isMetric(name) ? names : candidates
        )
    }

    /// The statement that a name is unknown, and what was probably meant.
    func hint(_ name: String, elsewhere: String?) -> String {
        let sentences: [String]
        if let elsewhere {
            sentences = ["Did you mean \(elsewhere)?"]
        } else if isMetric(name) {
            sentences = [advice(on: name), Self.adviceOnMetric].compactMap { $0 }
        } else {
            let nearest = nearest(to: name)
            let usual = advice(on: name) ?? (nearest.isEmpty ? nil : suggestion(name, nearest))
            sentences = [usual].compactMap { $0 }
        }
        return (["Unknown \(noun) \(name.quoted)."] + sentences).joined(separator: " ")
    }

    /// Whether a name, in the place of that of a loss, is the name of a metric.
    private func isMetric(_ name: String) -> Bool {
        kind == .unknownLoss && MetricCatalogue.metric(named: name) != nil
    }

    private static let adviceOnMetric =
        "It is a metric, which \(Operation.evaluations.path) computes in \"metrics\": see /v1/metrics."

    private func advice(on name: String) -> String? {
        OtherNames.advice(for: QualifiedName(name)?.own ?? name)
    }

    /// Up to three similar names, nearest first; for a name behind that of a library, the entry that has it.
    private func nearest(to name: String) -> [String] {
        guard let own = QualifiedName(name)?.own else {
            return suggestions.nearest(to: name, atMost: 3)
        }
        return entry(own).map { [$0.name] } ?? suggestions.nearest(to: own, atMost: 3)
    }

    private func suggestion(_ name: String, _ nearest: [String]) -> String {
        let question = "Did you mean \(nearest.map { $0.quoted }.alternatives)?"
        guard let qualified = QualifiedName(name), let facts = entry(qualified.own),
            facts.conventions.contains(where: { $0.name == qualified.convention })
        else { return question }
        return question
            + " With \"convention\": \(qualified.convention.quoted) it has the defaults of that library."
    }

    private func entry(_ name: String) -> Facts? {
        lists.lazy.compactMap { $0.find(name)?.facts }.first
    }
}

extension Facts {
    /// The name and its aliases.
    var spellings: [String] { [name] + aliases.map { $0.name } }
}
