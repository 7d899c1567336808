// SPDX-License-Identifier: Apache-2.0

extension Problem {
    init(unknownField name: String, at base: String, known: [String]) {
        self.init(
            .unknownField,
            "There is no field \(name.quoted)."
                + (Suggestion.nearest(to: name, among: known).map { " Is \($0.quoted) meant?" }
                    ?? "")
                + " Known: \(known.joined(separator: ", ")).",
            pointer: base + "/" + name.pointerEscaped,
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
                + (Suggestion.nearest(to: value, among: allowed)
                    .map { " Is \($0.quoted) meant?" } ?? ""),
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

    /// As a part of a JSON Pointer (RFC 6901 section 3).
    ///
    /// By scalars, since a slash and a mark that combines with it are one character, and no slash.
    var pointerEscaped: String {
        var step = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "~": step += "~0"
            case "/": step += "~1"
            default: step.unicodeScalars.append(scalar)
            }
        }
        return step
    }
}
