// SPDX-License-Identifier: Apache-2.0

import TensorJSON

extension Problem {
    init(unknownField name: String, at base: String, known: [String]) {
        self.init(
            .unknownField,
            "There is no field \(name.quoted)."
                + (Suggestions(known).nearest(to: name).map { " Is \($0.quoted) meant?" } ?? "")
                + " Known: \(known.joined(separator: ", ")).",
            pointer: base + "/" + name.pointerStep,
            allowed: known
        )
    }

    init(missingField name: String, at base: String, _ what: String) {
        self.init(
            .missingField,
            "The field \(name.quoted) is missing: \(what).",
            pointer: base + "/" + name,
            allowed: [name]
        )
    }

    init(notAllowed value: String, for field: String, at pointer: String, allowed: [String]) {
        self.init(
            .notAllowed,
            "\(field) is \(value.quoted), but must be "
                + allowed.map { $0.quoted }.joined(separator: " or ") + "."
                + (Suggestions(allowed).nearest(to: value).map { " Is \($0.quoted) meant?" } ?? ""),
            pointer: pointer,
            allowed: allowed
        )
    }
}

extension String {
    /// In quotes, and cut where a client's text is too long to repeat.
    ///
    /// By scalars, since any number of them can make one character.
    var quoted: String {
        let start = unicodeScalars.prefix(60)
        return start.endIndex < endIndex ? "\"\(Substring(start))…\"" : "\"\(self)\""
    }

    /// The string, or as much of it as so many bytes hold, with an ellipsis behind.
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
