// SPDX-License-Identifier: Apache-2.0

import TensorJSON

extension Problem {
    /// - Parameters:
    ///   - name: the field.
    ///   - base: the pointer to the object that contains it.
    ///   - known: the fields that the object may have.
    ///   - isOfOtherLosses: whether other losses have the field.
    ///   - place: where the field belongs, in a sentence; `nil` if it belongs nowhere.
    init(
        unknownField name: String,
        at base: String,
        known: [String],
        isOfOtherLosses: Bool = false,
        belongs place: String? = nil
    ) {
        self.init(
            .unknownField,
            "Unknown field \(name.quoted)."
                + (place.map { " " + $0 } ?? advice(onField: name, among: known, isOfOtherLosses))
                + " Allowed fields: \(known.joined(separator: ", ")).",
            pointer: base + "/" + name.pointerStep,
            allowed: known
        )
    }

    init(missingField name: String, at base: String, _ expected: String) {
        self.init(
            .missingField,
            "The field \(name.quoted) is missing: \(expected).",
            pointer: base + "/" + name,
            allowed: [name]
        )
    }

    init(notAllowed value: String, for field: String, at pointer: String?, allowed: [String]) {
        self.init(
            .notAllowed,
            "\(field) is \(value.quoted), but must be "
                + allowed.map { $0.quoted }.joined(separator: " or ") + "."
                + (ValueSynonyms.advice(for: value, of: field)
                    ?? suggestion(for: value, among: allowed)),
            pointer: pointer,
            allowed: allowed
        )
    }
}

/// The sentence that says what to do about an unknown field; empty if nothing is known about it.
private func advice(
    onField name: String,
    among known: [String],
    _ isOfOtherLosses: Bool
) -> String {
    if let sentence = FieldSynonyms.sentence(for: name, among: known) { return " " + sentence }
    let fields = FieldSynonyms.fields(for: name, among: known)
    guard fields.isEmpty else {
        return " Use \(fields.map { $0.quoted }.joined(separator: " and "))."
    }
    return isOfOtherLosses
        ? " Other losses have it, but not this one: omit it." : suggestion(for: name, among: known)
}

/// The sentence that suggests the nearest of the known names; empty if none is near.
private func suggestion(for name: String, among known: [String]) -> String {
    Suggestions(known).nearest(to: name).map { " Did you mean \($0.quoted)?" } ?? ""
}

extension [String] {
    /// The texts as alternatives in a sentence: "a, b or c".
    var alternatives: String { list(" or ") }

    /// The texts in a sentence, the last after a conjunction.
    func list(_ conjunction: String) -> String {
        guard let last, count > 1 else { return first ?? "" }
        return dropLast().joined(separator: ", ") + conjunction + last
    }
}

extension String {
    /// The string in quotes, cut to 60 Unicode scalars.
    ///
    /// Scalars are counted because one character may have any number of them.
    var quoted: String {
        let start = unicodeScalars.prefix(60)
        return start.endIndex < endIndex ? "\"\(Substring(start))…\"" : "\"\(self)\""
    }

    /// The string, cut to a number of bytes with an ellipsis at the end.
    func cut(to bytes: Int) -> String {
        guard utf8.count > bytes else { return self }
        var room = bytes - 3
        let start = unicodeScalars.prefix { scalar in
            room -= UTF8.width(scalar)
            return room >= 0
        }
        return String(Substring(start)) + "…"
    }
}
