// SPDX-License-Identifier: Apache-2.0

import LossFacts
import LossFunctions
import Requests

extension Problem {
    /// Describes a request that is refused; `base` is the JSON Pointer to its object, and `nil` for
    /// the query.
    init(_ error: RequestError, at base: String?) {
        switch error {
        case .unknownField(let name, let known):
            self.init(
                unknownField: name,
                at: base ?? "",
                known: known,
                isOfOtherLosses: RequestBuilder.mayOmit(name)
            )
        case .unknownMember(let name, let object, let known):
            self.init(unknownField: name, at: (base ?? "") + "/" + object, known: known)
        case .repeatedField(let name):
            self.init(
                .conflictingOptions,
                "\(name.quoted) is given in the query and in the body: omit one of them.",
                pointer: (base ?? "") + "/" + name
            )
        case .missingField(let name, let expected):
            self.init(missingField: name, at: base ?? "", expected)
        case .wrongKind(let name, let expected):
            self.init(
                .wrongKind,
                "\(name) must be \(expected).",
                pointer: (base ?? "") + "/" + name,
                allowed: [expected]
            )
        case .wrongElement(let field, let place, let expected):
            self.init(
                .wrongKind,
                "\(field)[\(place)] must be \(expected).",
                pointer: (base ?? "") + "/\(field)/\(place)",
                allowed: [expected]
            )
        case .notAllowed(let value, let field, let place, let allowed):
            self.init(
                notAllowed: value,
                for: field + place.writtenUnlessEmpty,
                at: (base ?? "") + "/" + field + place.map { "/\($0)" }.joined(),
                allowed: allowed
            )
        case .noOutputs(let field, let allowed):
            self.init(
                .notAllowed,
                "\(field) is empty: name at least one of \(allowed.joined(separator: ", ")), or "
                    + "omit the field.",
                pointer: (base ?? "") + "/" + field,
                allowed: allowed
            )
        case .contradictsName(let option, let preset, let loss):
            self.init(
                .conflictingOptions,
                "The given name stands for \(loss) with \(option.quoted): \(preset.json): "
                    + "use the name \(loss) to change it.",
                pointer: (base ?? "") + "/" + option,
                allowed: [preset.json]
            )
        case .missingChoice(let first, let second):
            self.init(
                .missingField,
                "Either \(first.quoted) or \(second.quoted) is required.",
                pointer: (base ?? "") + "/" + first,
                allowed: [first, second]
            )
        case .conflict(let field, let reason):
            self.init(
                .conflictingOptions,
                reason.sentence,
                pointer: (base ?? "") + "/" + field
            )
        case .tooManyGroups(let limit):
            self.init(
                .tooManyGroups,
                "groups has more than \(limit) different keys (--groups): send the data set in parts "
                    + "whose groups differ, or raise the limit of the server.",
                pointer: (base ?? "") + "/groups",
                allowed: ["at most \(limit) groups"]
            )
        case .tooManyTerms(let first, let second, let limit):
            self.init(
                .wrongLength,
                "\(first) and \(second) have more than \(limit) elements in all: send several requests.",
                pointer: (base ?? "") + "/" + first,
                allowed: ["at most \(limit) in all"]
            )
        case .loss(let error, let context):
            self.init(error, at: base ?? "", known: context?.known ?? [])
            if let context { addHints(to: error, context) }
            // The field is not in the body.
            if context?.outside.contains(where: { pointer == "/" + $0 }) == true { pointer = nil }
        }
        if base == nil { pointer = nil }
    }

    /// Adds the options under which an error of a loss would not occur.
    private mutating func addHints(to error: LossError, _ context: RequestError.Context) {
        let (facts, given) = (context.facts, context.given)
        switch error {
        case .outsideDomain(let input, _, let value, _):
            let accepting = facts.options(accepting: value, as: input, given: given)
            let free = accepting.filter { context.presets[$0.name] == nil }
            let bound = accepting.filter { context.presets[$0.name] != nil }
            if !free.isEmpty {
                detail += " It would be accepted with \(Self.texts(free).alternatives)."
            } else if !bound.isEmpty {
                detail +=
                    " At /v1/losses/\(facts.name) it would be accepted with "
                    + "\(Self.texts(bound).alternatives)."
            }
        case .notAClassIndex(_, _, let value, let classes, let ignored):
            if value == Double(classes) {
                detail += " Classes are counted from 0."
            } else if ignored == nil, value < 0, let index = Int(exactly: value),
                facts.options.contains(where: { $0.name == "ignore_index" })
            {
                detail += " With \"ignore_index\": \(index), rows of that class are ignored."
            }
        case .notADistribution(let input, _, _, let sum, _):
            if input == facts.signature.inputs[0].name {
                detail += " With \"check_sums\": false, they are used as they are."
            } else if sum >= 2, sum == sum.rounded() {
                detail += " For several classes at once, use binary_cross_entropy."
            }
        case .shapes(let input, let shape, _, let referenceShape, _):
            if facts.options.contains(where: { $0.name == "tau" }), input == "targets",
                shape == Array(referenceShape.dropLast())
            {
                detail +=
                    " For several levels, repeat each target for every one; the loss quantile_grid takes "
                    + "predictions with an axis of levels, and targets without."
            }
        case .undefined(_, _, .tooFewFrames), .undefined(_, _, .noAlignment):
            detail += " With \"zero_infinity\": true, its loss and gradient are 0."
        case .notFinite(.loss, _, _), .notFinite(.gradient, _, _), .notFinite(.hessian, _, _):
            let names = facts.options.map { $0.name }
            let fromLogits = facts.options.first { $0.name == "from_logits" }?.defaultOptionValue
            if names.contains("epsilon"), let fromLogits,
                given["from_logits"] ?? fromLogits == .flag(false)
            {
                detail +=
                    " Keep probabilities away from 0 and 1 (epsilon), or send logits (from_logits)."
            }
        default: break
        }
    }

    private static func texts(_ options: [(name: String, value: OptionValue)]) -> [String] {
        options.map { "\($0.name.quoted): \($0.value.json)" }
    }
}

extension RequestError.Conflict {
    /// The fields that cannot be combined, and the alternatives.
    fileprivate var sentence: String {
        switch self {
        case .penaltyOfManyLosses:
            "regularization is added to a single loss, but reduction \"none\" returns many: choose "
                + "another reduction, or request the penalty separately."
        case .normalizerOf(let reduction):
            "normalizer replaces the denominator of reduction \"mean\" or "
                + "\"mean_of_sums\", but the reduction is \(reduction.rawValue.quoted)."
        case .emptyRowsOf(let reduction):
            "empty_rows applies to reduction \"mean_of_means\" or \"mean_of_sums\", but the "
                + "reduction is \(reduction.rawValue.quoted)."
        case .surrogateOfExactHessian:
            "hessian_scale and hessian_floor need \"hessian_kind\": \"positive\"."
        case .noPartial:
            "offset and groups are for partial sums: add \"partial\" to outputs. Results by group are "
                + "computed at /v1/evaluations."
        case .noTokens:
            "Masks and lengths of tokens need \"log_probability\": \"sum\" or \"mean\". To leave out whole "
                + "responses, use mask."
        case .sameName(let name):
            "Two elements have the name \(name.quoted), but results are told apart by their names: give one of "
                + "them another name."
        case .otherLoss(let advice): advice
        }
    }
}

extension OptionValue {
    /// The value as JSON text.
    fileprivate var json: String { String(decoding: JSONValue(self).bytes, as: UTF8.self) }
}
