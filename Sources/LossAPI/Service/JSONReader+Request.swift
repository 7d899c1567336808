// SPDX-License-Identifier: Apache-2.0

import LossFacts
import LossFunctions
import Requests
import TensorJSON

extension Tensor {
    init(_ numbers: NumberArray) {
        self.init(shape: numbers.shape, values: numbers.values, hasMissing: numbers.hasNull)
    }
}

extension OtherElements {
    init(_ elements: RequestField.Elements) {
        let null = elements.includeMissing ? Self.null.rawValue : 0
        let booleans = elements.includeFlags ? Self.booleans.rawValue : 0
        self.init(rawValue: null | booleans)
    }

    /// The elements of an input of losses that are not known yet.
    static func ofInputs(_ name: String) -> OtherElements {
        RequestField.containsFlags(name) ? [.null, .booleans] : .null
    }
}

extension JSONReader {
    /// Reads the value of a field that is not long, and sets it unless it is null.
    mutating func read(
        _ field: RequestField,
        into builder: inout RequestBuilder
    ) throws {
        guard try !readNull() else { return }
        switch field.kind {
        case .penalties: return builder.set(try readPenalties())
        case .labels:
            return try builder.set(field, .labels(try readLabels(limit: builder.groupLimit)))
        default: break
        }
        try builder.set(field, try readValue(field.kind))
    }

    /// Reads a value of a kind.
    private mutating func readValue(_ kind: RequestField.Kind) throws(JSONError) -> FieldValue {
        switch kind {
        case .number: return .number(try readNumber())
        case .flag: return .flag(try readBoolean())
        case .text: return .text(try readString())
        case .texts: return .texts(try readStrings())
        case .list, .numbers, .labels, .penalties: return .numbers(Tensor(try readNumbers()))
        }
    }

    /// Reads a list of strings.
    mutating func readStrings() throws(JSONError) -> [String] {
        var texts: [String] = []
        try beginArray()
        while try nextElement() { texts.append(try readString()) }
        return texts
    }

    /// Reads the groups of items: all strings, or all integers.
    ///
    /// - Parameter limit: The maximum number of groups.
    /// - Returns: The groups.
    /// - Throws: A `JSONError` in the text, or a `Problem` or `RequestError` with a group.
    mutating func readLabels(limit: Int) throws -> GroupLabels {
        var labels = GroupLabels.Builder(limit: limit)
        var kind: JSONKind?
        try beginArray()
        while try nextElement() {
            let next = try peekKind()
            guard next == .string || next == .number else {
                throw Problem(wrongKind: "groups", "strings or integers", at: pointer)
            }
            if let kind, kind != next {
                throw Problem(
                    .wrongKind,
                    "groups are of unlike kinds: \(pointer) is a \(next.rawValue), but the elements "
                        + "before it are \(kind.rawValue)s. Use strings only, or integers only.",
                    pointer: pointer,
                    allowed: ["\(kind.rawValue)s"]
                )
            }
            kind = next
            try takeMemory(4)
            let count = labels.groupCount
            var length = 0
            if next == .string {
                let key = try readString()
                length = key.utf8.count
                labels.append(key)
            } else {
                let number = try readNumber()
                guard abs(number) < 0x1p53, let integer = Int(exactly: number) else {
                    let range = GroupLabels.integerRange
                    throw Problem(wrongKind: "groups", "strings, or each \(range)", at: pointer)
                }
                labels.append(integer)
            }
            guard !labels.isOverLimit else { throw RequestError.tooManyGroups(limit: limit) }
            if labels.groupCount > count { try takeMemory(GroupLabels.keyBytes + length) }
        }
        return labels.finish()
    }

    /// Consumes a null, which means that the field is omitted; returns `false` for other values.
    private mutating func readNull() throws(JSONError) -> Bool {
        guard try peekKind() == .null else { return false }
        try skipValue()
        return true
    }

    private mutating func readPenalties() throws -> [RequestBuilder.Penalty] {
        var penalties: [RequestBuilder.Penalty] = []
        try beginArray()
        while try nextElement() { penalties.append(try readPenalty()) }
        return penalties
    }

    /// Reads one object, whose options are checked once the name of the penalty is known.
    private mutating func readPenalty() throws -> RequestBuilder.Penalty {
        try takeMemory(RequestBuilder.Penalty.ownBytes)
        let pointer = pointer
        var builder = PenaltyBuilder()
        try beginObject()
        while let field = try nextKey() {
            switch field {
            case "penalty": builder.set(name: try readString())
            case "parameters": builder.set(parameters: Tensor(try readNumbers()))
            default:
                if try readNull() { continue }
                guard PenaltyBuilder.allFields.contains(field) else {
                    throw Problem(
                        RequestError.unknownField(field, known: PenaltyBuilder.allFields),
                        at: pointer
                    )
                }
                builder.set(option: field, try readOption())
            }
        }
        do {
            return try builder.build()
        } catch {
            throw Problem(error, at: pointer)
        }
    }

    /// Reads the value of an option whose kind is not known yet.
    mutating func readOption() throws(JSONError) -> FieldValue {
        switch try peekKind() {
        case .boolean: return .flag(try readBoolean())
        case .string: return .text(try readString())
        case .null, .number, .array, .object: return .numbers(Tensor(try readNumbers()))
        }
    }
}
