// SPDX-License-Identifier: Apache-2.0

import LossFacts
import TensorJSON

/// A small JSON document: the catalogue, the API description, a problem.
///
/// Members keep their order. Requests and results of losses do not use this type: their numbers are
/// parsed into and serialized from arrays directly.
package indirect enum JSONValue: Equatable, Sendable {
    case null
    case boolean(Bool)
    case integer(Int)
    /// A number; null if it is not finite.
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([Member])
    /// A value that is JSON text already.
    case text([UInt8])

    package struct Member: Equatable, Sendable {
        package let key: String
        package let value: JSONValue
    }

    /// The value of a member; `nil` if this is not an object or has no such member.
    package subscript(_ key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    /// The number of elements; 0 if this is not an array.
    var count: Int {
        if case .array(let elements) = self { elements.count } else { 0 }
    }

    /// The members of two objects.
    static func + (one: JSONValue, other: JSONValue) -> JSONValue {
        guard case .object(let members) = one, case .object(let more) = other else { return one }
        return .object(members + more)
    }

    /// The object with another value for a member.
    func replacing(_ key: String, with value: JSONValue) -> JSONValue {
        guard case .object(let members) = self else { return self }
        return .object(members.map { $0.key == key ? Member(key: key, value: value) : $0 })
    }

    /// The scalar as part of a sentence or name.
    var word: String {
        if case .string(let text) = self { text } else { String(decoding: bytes, as: UTF8.self) }
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByStringInterpolation,
    ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(booleanLiteral value: Bool) { self = .boolean(value) }
    package init(integerLiteral value: Int) { self = .integer(value) }
    package init(floatLiteral value: Double) { self = .number(value) }
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }

    /// Creates an object whose members keep the order of the literal.
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(elements.map { Member(key: $0.0, value: $0.1) })
    }

    /// Creates an object of those members that have a value.
    package init(present members: [(String, JSONValue?)]) {
        self = .object(
            members.compactMap { key, value in value.map { Member(key: key, value: $0) } }
        )
    }

    /// Creates the text of an array, which takes less memory than its elements.
    static func text(of elements: some Sequence<JSONValue>) -> JSONValue {
        var writer = JSONWriter()
        writer.beginArray()
        for element in elements { element.write(to: &writer) }
        writer.endArray()
        return .text(writer.finish())
    }

    /// Creates an array of strings.
    package init(_ strings: [String]) {
        self = .array(strings.map { .string($0) })
    }
}

extension JSONValue {
    /// The serialized document.
    package var bytes: [UInt8] {
        var writer = JSONWriter()
        write(to: &writer)
        return writer.finish()
    }

    func write(to writer: inout JSONWriter) {
        switch self {
        case .null: writer.null()
        case .boolean(let value): writer.boolean(value)
        case .integer(let value): writer.integer(value)
        case .number(let value): value.isFinite ? writer.number(value) : writer.null()
        case .string(let value): writer.string(value)
        case .array(let elements):
            writer.beginArray()
            for element in elements { element.write(to: &writer) }
            writer.endArray()
        case .object(let members):
            writer.beginObject()
            for member in members {
                writer.key(member.key)
                member.value.write(to: &writer)
            }
            writer.endObject()
        case .text(let text): writer.text(text)
        }
    }
}

extension JSONValue {
    /// Creates the nested array of a small tensor.
    init(_ tensor: Tensor) {
        self.init(tensor.values[...], shape: tensor.shape[...])
    }

    private init(_ values: ArraySlice<Double>, shape: ArraySlice<Int>) {
        guard let count = shape.first else {
            self = .number(values.first ?? 0)
            return
        }
        let length = values.count / max(1, count)
        self = .array(
            (0..<count).map { index in
                let start = values.startIndex + index * length
                return JSONValue(values[start..<start + length], shape: shape.dropFirst())
            }
        )
    }
}
