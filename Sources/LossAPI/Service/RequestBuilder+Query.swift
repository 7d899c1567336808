// SPDX-License-Identifier: Apache-2.0

import LossFacts
import LossFunctions
import Requests
import TensorJSON

extension RequestBuilder {
    /// Creates a builder with the options in the query of a request, if there is one.
    ///
    /// - Parameters:
    ///   - found: The loss.
    ///   - query: The query.
    ///   - formats: The formats of the request and its result, which the query may select; `nil` for the
    ///     Open Inference Protocol, in which it may not.
    ///   - limits: The limits of the computation.
    /// - Returns: The builder.
    /// - Throws: A problem with a field of the query or its value.
    static func make(
        for found: Catalogue.Found,
        _ query: String?,
        _ formats: ContentFormats?,
        limits: ComputationLimits
    ) throws(Problem) -> RequestBuilder {
        // Derivatives would be as long as the rows.
        let isTable = formats?.request.isTable == true
        let outputs: Outputs = isTable ? [.loss, .statistics] : .lossAndGradient
        guard let query else {
            return RequestBuilder(for: found, limits: limits, outputs: outputs)
        }
        var builder = RequestBuilder(for: found, limits: limits, outputs: outputs)
        try builder.read(query: query, formats)
        return builder
    }

    /// Sets the options in the query of a request: `name=value`, separated by `&`.
    ///
    /// Lists are separated by commas, numbers are those of JSON, and flags are `true` or `false`. Inputs
    /// and penalties belong in the body.
    ///
    /// - Throws: A problem with a field or its value.
    private mutating func read(query: String, _ formats: ContentFormats?) throws(Problem) {
        for (name, text) in try QueryFields(query).fields {
            if formats?.ownQueryFields.contains(name) == true { continue }
            if formats == nil, ContentFormats.queryFields.contains(name) {
                throw Problem(
                    .unknownField,
                    "\(name) in the query selects formats at \(CatalogueList.losses.template). Here "
                        + "the parameter output_datatype is FP64 or FP32, and binary_data_output is "
                        + "true or false."
                )
            }
            try set(name, text: text, in: "the query", besides: formats?.ownQueryFields ?? [])
            noteOutside(name)
        }
    }

    /// Sets an option to the value of a text in a part of the request that has texts only.
    ///
    /// - Parameters:
    ///   - name: The name of the option.
    ///   - text: Its value.
    ///   - part: The part of the request, in a sentence.
    ///   - others: The names that the part may have besides options.
    /// - Throws: A problem with the field or its value.
    mutating func set(
        _ name: String,
        text: String,
        in part: String,
        besides others: [String] = []
    ) throws(Problem) {
        do {
            let field = try field(name)
            try set(field, try Self.value(text, of: field, named: name, in: part))
        } catch RequestError.unknownField(let name, let known) {
            let allowed = known.filter {
                RequestField.named($0, of: facts)?.mayBeInQuery == true
            }
            throw Problem(RequestError.unknownField(name, known: allowed + others), at: nil)
        } catch let error as RequestError {
            throw Problem(error, at: nil)
        } catch let problem as Problem {
            throw problem
        } catch {
            throw Problem(explaining: error)
        }
    }

    private static func value(
        _ text: String,
        of field: RequestField,
        named name: String,
        in part: String
    ) throws(Problem) -> FieldValue {
        func wrong(_ expected: String) -> Problem {
            Problem(
                .wrongKind,
                "\(name) in \(part) is \(text.quoted), but must be \(expected).",
                allowed: [expected]
            )
        }
        let words = text.split(separator: ",", omittingEmptySubsequences: false)
        switch field.kind {
        case .text: return .text(text)
        case .texts: return .texts(words.map(String.init))
        case .flag:
            guard let flag = Bool(text) else { throw wrong("true or false") }
            return .flag(flag)
        case .number:
            guard let number = text.jsonNumber else {
                throw wrong("a number as in JSON, such as 0.5 or 1e-3")
            }
            return .number(number)
        case .list:
            let numbers = words.compactMap { String($0).jsonNumber }
            guard numbers.count == words.count else {
                throw wrong("numbers as in JSON, such as 0.5 or 1e-3, separated by commas")
            }
            let shape = numbers.count == 1 ? [] : [numbers.count]
            return .numbers(Tensor(shape: shape, values: numbers))
        case .numbers, .labels, .penalties:
            throw Problem(
                .unknownField,
                "\(name) belongs in the body: \(part) may contain options only."
            )
        }
    }
}

extension RequestField {
    /// Whether the field may be in a query: inputs, weights, masks, groups and penalties may not.
    fileprivate var mayBeInQuery: Bool {
        switch kind {
        case .numbers, .labels, .penalties: false
        case .number, .flag, .text, .texts, .list: true
        }
    }
}

extension String {
    /// The value of the text as a JSON number; `nil` if it is not one.
    var jsonNumber: Double? {
        var reader = JSONReader(Array(utf8))
        guard let number = try? reader.readNumber(), (try? reader.finish()) != nil else {
            return nil
        }
        return number
    }
}
