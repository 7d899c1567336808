// SPDX-License-Identifier: Apache-2.0

import LossFacts
package import LossFunctions
import TensorJSON

extension LossPartial {
    /// Reads a document, in any order of its members.
    ///
    /// - Throws: a `JSONError` in the text, or a `Problem` with a member.
    package init(reading bytes: [UInt8], maximumDepth: Int = 32) throws {
        var reader = JSONReader(bytes, maximumDepth: maximumDepth)
        self = try PartialReader.read(&reader)
        try reader.finish()
    }
}

/// Collects the members of the document of a partial sum.
struct PartialReader {
    private var format: String?
    private var loss: String?
    private var options: [String: OptionValue] = [:]
    private var numerics: Int?
    private var groups: [LossPartial.Group]?

    private static let known = ["format", "loss", "options", "numerics", "groups"]

    /// Reads the object that follows.
    static func read(_ reader: inout JSONReader) throws -> LossPartial {
        let base = reader.pointer
        var members = PartialReader()
        try reader.beginObject()
        while let key = try reader.nextKey() { try members.read(key, &reader, at: base) }
        return try members.partial(at: base)
    }

    private mutating func read(_ key: String, _ reader: inout JSONReader, at base: String) throws {
        switch key {
        case "format": format = try reader.readString()
        case "loss": loss = try reader.readString()
        case "options": try readOptions(&reader)
        case "numerics":
            let number = try reader.readNumber()
            guard let revision = Int(exactly: number), revision > 0 else {
                throw Problem(wrongKind: key, "an integer above 0", at: reader.pointer)
            }
            numerics = revision
        case "groups":
            var groups: [LossPartial.Group] = []
            try reader.beginArray()
            while try reader.nextElement() { groups.append(try GroupReader.read(&reader)) }
            self.groups = groups
        default: throw Problem(unknownField: key, at: base, known: Self.known)
        }
    }

    private mutating func readOptions(_ reader: inout JSONReader) throws {
        try reader.beginObject()
        while let name = try reader.nextKey() {
            switch try reader.peekKind() {
            case .boolean: options[name] = .flag(try reader.readBoolean())
            case .string: options[name] = .choice(try reader.readString())
            default:
                let numbers = try reader.readNumbers()
                guard numbers.shape.count <= 1, !numbers.hasNull else {
                    throw Problem(
                        wrongKind: name,
                        "a number or a list of numbers",
                        at: reader.pointer
                    )
                }
                options[name] =
                    numbers.shape.isEmpty ? .number(numbers.values[0]) : .list(numbers.values)
            }
        }
    }

    private func partial(at base: String) throws -> LossPartial {
        guard let format else { throw Problem(missing: "format", at: base) }
        guard format == LossPartial.format else {
            throw Problem(
                notAllowed: format,
                for: "format",
                at: base + "/format",
                allowed: [LossPartial.format]
            )
        }
        guard let loss else { throw Problem(missing: "loss", at: base) }
        guard let numerics else { throw Problem(missing: "numerics", at: base) }
        guard let groups else { throw Problem(missing: "groups", at: base) }
        guard let entry = Catalogue.loss(named: loss)?.entry, entry.facts.name == loss else {
            throw Problem(
                notAllowed: loss,
                for: "loss",
                at: base + "/loss",
                allowed: Catalogue.losses.map { $0.facts.name }
            )
        }
        let partial: LossPartial
        do throws(LossError) {
            let values = try OptionValues(options, for: entry.facts.options)
            partial = LossPartial(try entry.loss(values), numerics: numerics, groups)
        } catch {
            let names = entry.facts.options.map { $0.name }
            throw Problem(error, at: base + "/options", known: names)
        }
        guard let repeated = partial.repeatedGroup else { return partial }
        throw Problem(
            .conflictingOptions,
            "The group \(repeated.key?.quoted ?? "null") occurs twice in one partial sum.",
            pointer: base + "/groups"
        )
    }
}

extension Problem {
    init(missing name: String, at base: String) {
        self.init(missingField: name, at: base, "a partial sum needs it")
    }

    init(wrongKind name: String, _ expected: String, at pointer: String) {
        self.init(
            .wrongKind,
            "\(name) must be \(expected).",
            pointer: pointer,
            allowed: [expected]
        )
    }
}
