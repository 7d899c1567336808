// SPDX-License-Identifier: Apache-2.0

/// The inputs that a loss reads, in order, and the unit that has one loss.
///
/// It states once the names, shapes and domains that are checked in every request. Documents list
/// the inputs in this order.
///
/// A class, because the steps of each request share one instance.
package final class Signature: Sendable {
    /// The unit that has one loss.
    package enum Unit: String, Sendable {
        case element
        /// A row along an axis.
        case row
        /// An item of a padded batch, or a group of elements.
        case segment
        /// All inputs together.
        case batch
    }

    /// The two inputs of which exactly one is given, to divide the elements of the first input into
    /// segments.
    package struct Grouping: Equatable, Sendable {
        /// The offset of the input with a number for each element, equal within a segment.
        package let ids: Int
        /// The offset of the input with the length of each of the consecutive segments.
        package let lengths: Int
    }

    package let unit: Unit
    /// The inputs; the first is always required and gives the shape of the losses.
    package let inputs: [Input]
    /// The division into segments; `nil` means that the shapes imply it.
    package let grouping: Grouping?
    /// The offsets of the inputs whose derivatives are computed by default.
    package let primary: [Int]
    /// The offsets of the inputs whose derivatives can be requested.
    package let differentiable: [Int]
    /// Whether all inputs have the shape of the losses.
    package let isElementwise: Bool
    /// Whether an input may have one number for each item of the first dimension.
    package let hasInputsBySequence: Bool
    /// The names of the masks of tokens; empty if no input may have tokens.
    package let tokenMasks: [String]
    /// The input that has a class for each unit, or may have; `nil` if there is none.
    package let classes: Classes?

    /// The classes of an input.
    package struct Classes: Equatable, Sendable {
        /// The offset of the input.
        package let input: Int
        /// The name of the dimension that has a place for each class, or for each but one.
        package let dimension: String
        /// Whether there is one more class than places, as of ranks.
        package let areRanks: Bool
    }
    /// The dimension of the tokens of a sequence, which is a segment; `nil` if segments are no sequences.
    package let sequenceDimension: String?
    /// The names of the fields with the lengths of sequences that follow each other in one dimension.
    ///
    /// They are in the order of the masks of tokens, or there is one for the sequences of the losses, or of
    /// their tokens; none if the losses have no dimensions of their own.
    package let lengths: [String]

    /// Creates a signature.
    ///
    /// - Parameters:
    ///   - unit: the unit that has one loss.
    ///   - grouping: the names of two optional inputs, of ids and of lengths, which divide the others.
    ///   - sequenceDimension: the dimension of the tokens of a sequence.
    ///   - inputs: the inputs.
    package init(
        _ unit: Unit,
        groupedBy grouping: (ids: String, lengths: String)? = nil,
        sequencesOf sequenceDimension: String? = nil,
        _ inputs: Input...
    ) {
        self.unit = unit
        self.inputs = inputs
        self.sequenceDimension = sequenceDimension
        self.grouping = grouping.flatMap { names in
            guard let ids = inputs.firstIndex(where: { $0.name == names.ids }),
                let lengths = inputs.firstIndex(where: { $0.name == names.lengths })
            else { return nil }
            return Grouping(ids: ids, lengths: lengths)
        }
        primary = inputs.indices.filter { inputs[$0].role == .primary }
        differentiable = inputs.indices.filter { inputs[$0].role != .constant }
        isElementwise = inputs.allSatisfy { input in
            input.forms.allSatisfy { $0.shape.isLeadingOnly }
        }
        hasInputsBySequence = inputs.contains { $0.mayBeBySequence }
        classes = Self.classes(of: inputs)
        let tokens = inputs.compactMap { $0.tokens }.reduce(into: [Input.Tokens]()) { all, tokens in
            if !all.contains(where: { $0.mask == tokens.mask }) { all.append(tokens) }
        }
        tokenMasks = tokens.map { $0.mask }
        let common = "lengths"
        if !tokens.isEmpty {
            lengths = tokens.map { $0.lengths }
        } else if unit != .batch, inputs.first?.forms.first?.shape.hasLeading == true,
            !inputs.contains(where: { $0.name == common || $0.name == "parameters" })
        {
            lengths = [common]
        } else {
            lengths = []
        }
    }

    private static func classes(of inputs: [Input]) -> Classes? {
        for (index, input) in inputs.enumerated() {
            for form in input.forms where form.shape.isLeadingOnly {
                switch form.domains.first?.domain {
                case .classIndices(of: let name):
                    return Classes(input: index, dimension: name, areRanks: false)
                case .ranks(of: let name):
                    return Classes(input: index, dimension: name, areRanks: true)
                default: break
                }
            }
        }
        return nil
    }

    /// Whether a unit is a segment or the batch.
    package var hasSegments: Bool { unit == .segment || unit == .batch }

    /// The offset of an input in the list.
    package func index(of name: String) -> Int? { inputs.firstIndex { $0.name == name } }
}

extension Signature: Equatable {
    package static func == (left: Signature, right: Signature) -> Bool {
        left.unit == right.unit && left.inputs == right.inputs && left.grouping == right.grouping
            && left.sequenceDimension == right.sequenceDimension
    }
}

/// A named tensor that a loss reads.
package struct Input: Equatable, Sendable {
    /// The derivatives that a loss has with respect to an input.
    package enum Role: String, Sendable {
        /// They are computed unless others are requested.
        case primary
        /// They are computed on request.
        case differentiable
        /// The loss has none.
        case constant
    }

    /// A shape of an input, and the numbers that it may then contain.
    package struct Form: Equatable, Sendable {
        package let shape: SymbolicShape
        /// The domains, of which the first whose options match applies.
        package let domains: [ConditionalDomain]

        package init(_ shape: SymbolicShape, _ domains: [ConditionalDomain]) {
            self.shape = shape
            self.domains = domains
        }

        package init(_ shape: SymbolicShape, _ domain: Domain) {
            self.init(shape, [ConditionalDomain(domain)])
        }
    }

    /// The tokens of responses, whose logarithms of probabilities may take the place of those of the
    /// responses.
    package struct Tokens: Equatable, Sendable {
        /// The name of the field that marks the tokens that count, which inputs of the same responses
        /// share.
        package let mask: String
        /// The name of the field with the lengths of the responses, which the same inputs share.
        package let lengths: String
        /// The combination of tokens in the definition of the loss.
        package let usual: LogProbability

        package init(mask: String, lengths: String, usual: LogProbability) {
            self.mask = mask
            self.lengths = lengths
            self.usual = usual
        }
    }

    package let name: String
    package let role: Role
    /// A description of its contents, as an English noun phrase.
    package let summary: String
    package let forms: [Form]
    /// Whether it may be omitted.
    package let isOptional: Bool
    /// The tokens that may make up its numbers; `nil` if these are not logarithms of probabilities of
    /// responses.
    package let tokens: Tokens?
    /// Whether it may have one number for each item of the first dimension, a sequence, which belongs to all
    /// losses of the item.
    package let mayBeBySequence: Bool
    /// Whether it contains 0 and 1 only, so that `false` and `true` stand for them.
    package let containsFlags: Bool

    package init(
        _ name: String,
        _ role: Role,
        _ forms: [Form],
        _ summary: String,
        isOptional: Bool = false,
        tokens: Tokens? = nil,
        mayBeBySequence: Bool = false
    ) {
        self.name = name
        self.role = role
        self.forms = forms
        self.summary = summary
        self.isOptional = isOptional
        self.tokens = tokens
        self.mayBeBySequence = mayBeBySequence
        containsFlags = forms.allSatisfy { form in
            form.domains.allSatisfy { $0.domain == .values([0, 1]) }
        }
    }

    /// Creates an input with the same shape as the losses.
    package init(
        _ name: String,
        _ role: Role,
        _ domains: [ConditionalDomain],
        _ summary: String
    ) {
        self.init(name, role, [Form("*", domains)], summary)
    }

    /// Creates an input with the same shape as the losses.
    package init(_ name: String, _ role: Role, _ domain: Domain, _ summary: String) {
        self.init(name, role, [ConditionalDomain(domain)], summary)
    }

    /// Creates an input with a number for each loss, or for each item of their first dimension.
    package init(bySequence name: String, _ role: Role, _ domain: Domain, _ summary: String) {
        self.init(name, role, [Form("*", domain)], summary, mayBeBySequence: true)
    }
}

extension Input.Form {
    /// The largest number of dimensions of numbers of responses: a batch, and the named ones.
    package var responseRank: Int { shape.namedCount + (shape.hasLeading ? 1 : 0) }

    /// The shape of the tokens of responses.
    package var tokenShape: SymbolicShape {
        SymbolicShape(stringLiteral: (shape.namedCount == 0 ? "\(shape) B" : "\(shape)") + " T")
    }

    /// The shape of the lengths of responses.
    package var lengthsShape: SymbolicShape {
        SymbolicShape(stringLiteral: shape.namedCount == 0 ? "\(shape) B" : "\(shape)")
    }

    /// The domain under chosen options; every real number if none of those stated applies.
    package func domain(under options: OptionValues, of declarations: [OptionDeclaration]) -> Domain
    {
        guard domains.count > 1 else {
            return domains.first?.domain.resolved(under: options, of: declarations) ?? .real
        }
        let match = domains.first { entry in
            entry.options.allSatisfy { name, value in
                options.value(of: name, in: declarations) == value
            }
        }
        return match?.domain.resolved(under: options, of: declarations) ?? .real
    }
}

extension Signature {
    /// Real predictions and targets of the same shape.
    package static let realPair = Signature(
        .element,
        .init("predictions", .primary, .real, "predicted numbers"),
        .init("targets", .differentiable, .real, "true numbers")
    )

    /// Rows of scores of classes, and the class of each row.
    package static let scoresAndClasses = Signature(
        .row,
        .init("predictions", .primary, [.init("* K", .real)], "scores of classes, such as logits"),
        .init("targets", .constant, [.init("*", .classIndices(of: "K"))], "class indices")
    )

    /// Rows of scores of classes, and the class of each row, as an index or as a one-hot row.
    package static let scoresAndSingleClasses = Signature(
        .row,
        .init("predictions", .primary, [.init("* K", .real)], "scores of classes, such as logits"),
        .init(
            "targets",
            .constant,
            [.init("*", .classIndices(of: "K")), .init("* K", .oneHot)],
            "class indices, or one-hot rows"
        )
    )

    /// Rows of scores of classes, and the class or the distribution of each row.
    package static let scoresAndDistributions = Signature(
        .row,
        .init("predictions", .primary, [.init("* K", .real)], "scores of classes, such as logits"),
        .init(
            "targets",
            .differentiable,
            [
                .init("*", .classIndices(of: "K")),
                .init("* K", .distribution(inLogarithms: false)),
            ],
            "class indices, or distributions over the classes"
        )
    )

    /// Rows of probabilities or scores of classes, of which the option `from_logits` tells, and the class or the
    /// distribution of each row.
    ///
    /// - Parameter fromLogits: the default of the option.
    /// - Returns: the signature.
    package static func predictedDistributions(fromLogits: Bool) -> Signature {
        let domains = [
            ConditionalDomain(
                .distribution(inLogarithms: false),
                when: ["from_logits": .flag(false)]
            ),
            ConditionalDomain(.real, when: ["from_logits": .flag(true)]),
        ]
        return Signature(
            .row,
            .init(
                "predictions",
                .primary,
                [.init("* K", fromLogits ? domains.reversed() : domains)],
                fromLogits
                    ? "logits of classes, or probabilities" : "probabilities of classes, or logits"
            ),
            .init(
                "targets",
                .differentiable,
                [
                    .init("*", .classIndices(of: "K")),
                    .init("* K", .distribution(inLogarithms: false)),
                ],
                "class indices, or distributions over the classes"
            )
        )
    }

    /// Rows of logits of labels, and whether each applies.
    package static let logitsAndLabels = Signature(
        .row,
        .init("predictions", .primary, [.init("* K", .real)], "logits of labels"),
        .init(
            "targets",
            .constant,
            [.init("* K", .values([0, 1]))],
            "1 for labels that apply, 0 for others"
        )
    )
}
