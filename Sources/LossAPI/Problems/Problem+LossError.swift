// SPDX-License-Identifier: Apache-2.0

import LossFacts

extension Problem {
    /// Describes an error of a loss or penalty; `base` is the JSON Pointer to its object.
    init(_ error: LossError, at base: String = "", known: [String] = []) {
        func pointer(_ name: String, _ place: [Int] = []) -> String {
            base + "/" + name + place.map { "/\($0)" }.joined()
        }
        switch error {
        case .unknownOption(let name):
            self.init(unknownField: name, at: base, known: known)
        case .wrongKind(let option, let expected):
            self.init(
                .wrongKind,
                "\(option) must be \(expected).",
                pointer: pointer(option),
                allowed: [expected]
            )
        case .outOfRange(let option, let place, let value, let allowed):
            self.init(
                .outOfRange,
                "\(option) is \(value.shortest), but must be \(allowed).",
                pointer: pointer(option, place),
                allowed: [allowed]
            )
        case .unknownChoice(let option, let value, let allowed):
            self.init(notAllowed: value, for: option, at: pointer(option), allowed: allowed)
        case .conflictingOptions(let first, let second):
            self.init(
                .conflictingOptions,
                "\(first) and \(second) cannot be combined: omit one of them.",
                pointer: pointer(second)
            )
        case .inapplicable(let option, let contents):
            self.init(
                .conflictingOptions,
                "\(option) does not apply to \(contents): omit it.",
                pointer: pointer(option)
            )
        case .optionOfOthers(let option, let choice, let chosen, let having):
            let names = having.map { $0.quoted }.alternatives
            self.init(
                .conflictingOptions,
                "\(option) is an option of \(choice) \(names), but \(choice) is \(chosen.quoted): omit "
                    + "\(option), or set \(choice) to \(names).",
                pointer: pointer(option)
            )
        case .wrongCount(let option, let count, let expected):
            self.init(
                .wrongLength,
                "\(option) has \(count) number\(count == 1 ? "" : "s"), but must have \(expected).",
                pointer: pointer(option),
                allowed: ["\(expected)"]
            )
        case .empty(let input):
            self.init(
                .emptyInput,
                "\(input) must contain at least one number.",
                pointer: pointer(input)
            )
        case .shapes(let input, let shape, let reference, let referenceShape, let allowed):
            let shapes = allowed.map { $0.description }
            guard allowed.map({ $0.description }) != ["[]"] || shape != referenceShape else {
                self.init(
                    .shapeMismatch,
                    "The shape of \(reference) is \(referenceShape.written), which is a single row. For "
                        + "\(input) of that shape, \(reference) must have a row of numbers for each of them.",
                    pointer: pointer(reference)
                )
                return
            }
            self.init(
                .shapeMismatch,
                "The shape of \(input) is \(shape.written), that of \(reference) "
                    + "\(referenceShape.written). Shapes are not broadcast; accepted: "
                    + "\(shapes.joined(separator: " or ")).",
                pointer: pointer(input),
                allowed: shapes
            )
        case .dimensions(let input, let shape, let form):
            self.init(
                .shapeMismatch,
                "The shape of \(input) is \(shape.written), but must be \(form)"
                    + (form.hasLeading ? ", in which * stands for any dimensions or none." : "."),
                pointer: pointer(input),
                allowed: [form.description]
            )
        case .tokenShape(let input, let shape, let form, areTokens: true):
            let allowed = form.tokenShape
            self.init(
                .shapeMismatch,
                "The shape of \(input) is \(shape.written), but with log_probability it must be "
                    + "\(allowed)"
                    + (allowed.hasLeading ? ", in which * stands for any dimensions or none" : "")
                    + " and T for the tokens of a response: omit log_probability if each response has "
                    + "one number.",
                pointer: pointer(input),
                allowed: [allowed.description]
            )
        case .tokenShape(let input, let shape, let form, areTokens: false):
            let allowed = form.shape.description.replacing("*", with: "B")
            self.init(
                .shapeMismatch,
                "The shape of \(input) is \(shape.written), but must be \(allowed), with one number for each "
                    + "response. With \"log_probability\": \"sum\" or \"mean\", the last dimension has "
                    + "the tokens of a response.",
                pointer: pointer(input),
                allowed: [allowed, form.tokenShape.description]
            )
        case .noAxis(let axis, let input, let shape):
            self.init(
                shape.isEmpty ? .shapeMismatch : .outOfRange,
                shape.isEmpty
                    ? "\(input) is a single number, but a row-wise loss, or an axis, needs arrays."
                    : "axis is \(axis), but the shape of \(input) is \(shape.written): axis must be an "
                        + "integer from \(-shape.count) to \(shape.count - 1).",
                pointer: shape.isEmpty ? pointer(input) : pointer("axis")
            )
        case .singleClass(let input, let shape):
            self.init(
                .shapeMismatch,
                "The shape of \(input) is \(shape.written): with one class, the loss is always 0. "
                    + "For two classes with one number each, use binary_cross_entropy.",
                pointer: pointer(input)
            )
        case .outsideDomain(let input, let place, let value, let allowed):
            let subject = input + place.writtenUnlessEmpty
            self.init(
                .outsideDomain,
                "\(subject) is \(value.shortest), but must be \(allowed).",
                pointer: pointer(input, place),
                allowed: [allowed]
            )
        case .tokensOutsideDomain(let operation, let input, let place, let value, let allowed):
            self.init(
                .outsideDomain,
                "The \(operation.rawValue) of the tokens of \(input)\(place.writtenUnlessEmpty) is "
                    + "\(value.shortest), but must be \(allowed).",
                pointer: pointer(input, place),
                allowed: [allowed]
            )
        case .notAClassIndex(let input, let place, let value, let classes, let ignored):
            let range =
                "a class index, which is an integer from 0 to \(classes - 1)"
                + (ignored.map { ", or the ignore_index \($0)" } ?? "")
            self.init(
                .outsideDomain,
                "\(input)\(place.writtenUnlessEmpty) is \(value.shortest), but must be \(range).",
                pointer: pointer(input, place),
                allowed: [range]
            )
        case .notADistribution(let input, let row, let axis, let sum, let inLogarithms):
            let written = row.written(along: axis)
            self.init(
                .notADistribution,
                "\(inLogarithms ? "The exponentials of" : "The probabilities") "
                    + "\(input)\(written.indices) sum to \(sum.shortest), but must "
                    + "sum to 1, to within 0.001.",
                pointer: pointer(input, written.place)
            )
        case .notOneHot(let input, let row, let axis, let ones):
            let written = row.written(along: axis)
            self.init(
                .outsideDomain,
                "\(input)\(written.indices) has \(ones == 0 ? "no 1" : "\(ones) ones"), but a one-hot row "
                    + "has a single 1, at its class; class indices are accepted too. For several labels at "
                    + "once, use multilabel_margin, multilabel_soft_margin or binary_cross_entropy.",
                pointer: pointer(input, written.place),
                allowed: [Domain.oneHot.description]
            )
        case .notALevel(let input, let place):
            self.init(
                .outsideDomain,
                "\(input)\(place.writtenUnlessEmpty) is 1 behind a 0, but a rank r is r ones, then zeros: for "
                    + "labels that are independent of each other, use binary_cross_entropy.",
                pointer: pointer(input, place),
                allowed: [Domain.levels.description]
            )
        case .leadingShape(let input, let shape, let allowed):
            let shapes = allowed.map { $0.isEmpty ? "a number" : "shape \($0.written)" }
            self.init(
                .shapeMismatch,
                "The shape of \(input) is \(shape.written); accepted: "
                    + "\(shapes.joined(separator: " or ")).",
                pointer: pointer(input),
                allowed: shapes
            )
        case .missingValue(let input, let place):
            self.init(
                .missingValue,
                "\(input)\(place.writtenUnlessEmpty) is null. With \"missing\": \"skip\", losses with "
                    + "missing values are skipped; a mask can also leave them out.",
                pointer: pointer(input, place)
            )
        case .nothingToAverage(let reason):
            self.init(
                .nothingToAverage,
                reason.sentence,
                pointer: reason.field.map { pointer($0) }
            )
        case .notFinite(let quantity, let input, let place):
            self.init(
                notFinite: quantity,
                at: "\(input)\(place.writtenUnlessEmpty)",
                pointer: pointer(input, place)
            )
        case .noLink(let option):
            self.init(
                .conflictingOptions,
                "The predictions do not estimate means with this \(option): leave out \(option), or the "
                    + "output \"link\".",
                pointer: pointer(option)
            )
        case .noDerivative(let input):
            self.init(
                .notAllowed,
                "The loss has no derivative with respect to \(input).",
                pointer: pointer("gradient_of")
            )
        case .undefined(let input, let place, let reason):
            self.init(
                reason == .noSegment ? .missingValue : .undefinedLoss,
                reason.sentence(about: input + place.writtenUnlessEmpty),
                pointer: pointer(input, place)
            )
        case .wrongTotal(let input, let total, let reference, let expected):
            self.init(
                .shapeMismatch,
                "The numbers of \(input) add up to \(total), but must add up to \(expected), the length of "
                    + "\(reference).",
                pointer: pointer(input),
                allowed: ["integers with the sum \(expected)"]
            )
        case .notInSequence(let input, let shape, let lengths, let allowed, let responses):
            let all = responses.map { [$0.written, allowed.description] } ?? [allowed.description]
            self.init(
                .shapeMismatch,
                "The shape of \(input) is \(shape.written), but "
                    + (responses.map {
                        "must be \($0.written), with one number for each response, or with \(lengths) "
                            + "\(allowed), with the tokens of all responses one after the other."
                    }
                        ?? "with \(lengths) it must be \(allowed), with the elements of all sequences one after the "
                        + "other. Omit \(lengths) if sequences are filled up to equal lengths, and leave "
                        + "the rest out with a mask."),
                pointer: pointer(input),
                allowed: all
            )
        case .sequencesOrElements(let input, let count):
            self.init(
                .shapeMismatch,
                "\(input) has \(count) numbers, which could be those of \(count) sequences or of their "
                    + "\(count) elements: leave out sequences without elements.",
                pointer: pointer(input)
            )
        case .tooManySteps(let steps, let limit):
            self.init(
                .tooManySteps,
                Self.sentence(onSteps: steps, limit)
                    + " The description of the loss states how the "
                    + "number of steps follows from the shapes."
            )
        // No client receives this: evaluations are cancelled when their client has gone.
        case .cancelled:
            self.init(.internalError, "The computation was cancelled.")
        }
    }

    /// The statement that a computation needs too many steps.
    static func sentence(onSteps steps: Int, _ limit: Int) -> String {
        "The computation needs \(steps == .max ? "more than \(steps)" : "\(steps)") steps, which exceeds "
            + "the limit of \(limit) (--steps): send less at once, or raise the limit of the server."
    }

    private init(notFinite quantity: Quantity, at place: String, pointer: String) {
        let (subject, advice) =
            switch quantity {
            case .normalizer: ("sum of the weights", "Use smaller weights")
            case .statistics:
                (
                    "variance of the losses",
                    "Leave statistics out of the outputs, or use less extreme \(place)"
                )
            case .loss, .gradient, .hessian, .link, .prox, .diagnostics:
                (
                    "\(quantity.rawValue) at \(place)",
                    "Use less extreme inputs, weights and options"
                )
            }
        self.init(
            .notFinite,
            "The \(subject), or a number from which it is computed, is infinite or too large for a "
                + "double (about 1.8e308). \(advice).",
            pointer: pointer
        )
    }
}

extension LossError.Undefined {
    /// The reason, in a sentence about a part of an input.
    fileprivate func sentence(about part: String) -> String {
        switch self {
        case .noPositivePair:
            "No two numbers of \(part) are equal, so that no two embeddings belong together: "
                + "at least one label must occur twice."
        case .zeroVector:
            "\(part) consists of zeros: it has no direction that could be compared with others."
        case .tooFewFrames(let count, let needed):
            "\(part) needs \(needed) frames, one for each class and one for a blank between two "
                + "equal classes, but there \(count == 1 ? "is" : "are") \(count)."
        case .noAlignment:
            "Every alignment of \(part) with the predictions has probability 0, so that the loss is "
                + "infinite."
        case .noSegment:
            "\(part) is null, but assigns elements to a group: only other inputs may have missing "
                + "values."
        case .noTokens:
            "No token of \(part) counts, so that there is no mean: leave the response out with mask, or set "
                + "log_probability to \"sum\"."
        case .noRest(let sum):
            "The probabilities of \(part) add up to \(sum.shortest), which leaves none for other tokens: "
                + "send logarithms of probabilities with a sum below 1, set tail_epsilon, or set tail to "
                + "\"drop\" or \"renormalize\"."
        }
    }
}

extension [Int] {
    /// A shape or index as JSON writes it, such as "[3, 2]".
    var written: String { "[" + map { "\($0)" }.joined(separator: ", ") + "]" }

    /// The indices of the numbers of a row, which follow each other along an axis, and the place of the row
    /// itself or, if its numbers are in several arrays, of the first of them.
    fileprivate func written(along axis: Int) -> (indices: String, place: [Int]) {
        var indices = map { "\($0)" }
        indices.insert(":", at: axis)
        var place = self
        if axis < count { place.insert(0, at: axis) }
        return ("[\(indices.joined(separator: ", "))]", place)
    }

    /// The index as JSON writes it; empty for a single number.
    var writtenUnlessEmpty: String { isEmpty ? "" : written }
}

extension LossError.Emptiness {
    /// The field at fault; `nil` if it may be any input.
    fileprivate var field: String? {
        switch self {
        case .weights: "weights"
        case .mask: "mask"
        case .targets: "targets"
        case .units: nil
        }
    }

    fileprivate var sentence: String {
        switch self {
        case .weights: "At least one weight must be greater than 0."
        case .mask:
            "The mask leaves no loss with a weight above 0, so there is nothing to average."
        case .targets:
            "Every target is an ignored class or has a weight of 0, so there is nothing to average."
        case .units:
            "Every loss with a weight above 0 is skipped because a number is null, so there is "
                + "nothing to average."
        }
    }
}
