// SPDX-License-Identifier: Apache-2.0

package import LossFacts

/// The metadata of a metric, from which its documents are generated.
package final class MetricFacts: Sendable {
    /// The kind of predictions that a metric judges, by which the list is grouped.
    package enum Family: String, Sendable, CaseIterable {
        case classification
        case ranking
        case calibration
        case regression
        case forecast
    }

    /// The values that are better; `nil` in the facts of a metric without an order.
    package enum Direction: String, Sendable, CaseIterable {
        case higher
        case lower
    }

    package let name: String
    package let aliases: [Facts.Alias]
    package let family: Family
    package let summary: String
    /// The definition in one line of plain text.
    package let formula: String
    package let better: Direction?
    package let options: [OptionDeclaration]
    /// The inputs: of elements, of rows, or of either, for which the shapes decide.
    ///
    /// All signatures name the same inputs in the same order.
    package let signatures: [Signature]
    /// Whether the value is a mean over units, with a standard error.
    package let isMean: Bool
    /// The differences from metrics of the same name in other libraries, and when the value is undefined.
    package let notes: [String]
    package let references: [String]

    init(
        name: String,
        aliases: [Facts.Alias],
        family: Family,
        summary: String,
        formula: String,
        better: Direction?,
        options: [OptionDeclaration] = [],
        signatures: [Signature],
        isMean: Bool = false,
        notes: [String] = [],
        references: [String]
    ) {
        self.name = name
        self.aliases = aliases
        self.family = family
        self.summary = summary
        self.formula = formula
        self.better = better
        self.options = options
        self.signatures = signatures
        self.isMean = isMean
        self.notes = notes
        self.references = references
    }

    /// The names of the inputs, in the order in which a metric takes them.
    package var inputNames: [String] { signatures[0].inputs.map { $0.name } }

    /// The signature of inputs: that of rows if the second input has fewer dimensions than the first.
    func signature(of inputs: [Tensor?]) -> Signature {
        guard signatures.count > 1, let scores = inputs.first??.shape,
            inputs.count > 1, let targets = inputs[1]?.shape
        else { return signatures[0] }
        let unit: Signature.Unit = targets.count < scores.count ? .row : .element
        return signatures.first { $0.unit == unit } ?? signatures[0]
    }
}

extension Signature {
    /// Scores of the positive class, and whether each unit belongs to it.
    static let binaryScores = Signature(
        .element,
        .init("predictions", .constant, .real, "scores of the positive class"),
        .init("targets", .constant, .values([0, 1]), "1 for the positive class, 0 for the other")
    )

    /// Rows of scores of classes, and the class of each row.
    static let classScores = Signature(
        .row,
        .init("predictions", .constant, [.init("* K", .real)], "scores of classes"),
        .init("targets", .constant, [.init("*", .classIndices(of: "K"))], "class indices")
    )

    /// Predicted and true numbers.
    static let numbers = Signature(
        .element,
        .init("predictions", .constant, .real, "predicted numbers"),
        .init("targets", .constant, .real, "true numbers")
    )
}
