// SPDX-License-Identifier: Apache-2.0

/// One of the words `true`, `false` and `null`.
enum WordToken {
    case yes
    case no
    case null

    /// How many bytes the word takes.
    var length: Int { self == .no ? 5 : 4 }

    var kind: JSONKind { self == .null ? .null : .boolean }

    /// Reads the word that starts at a position.
    static func read(_ text: Span<UInt8>, _ start: Int) throws(Fault) -> WordToken {
        switch letters(text, start) {
        case "true": return .yes
        case "false": return .no
        case "null": return .null
        default: throw fault(text, start, sign: "", start: start)
        }
    }

    /// What is wrong with a word that is none of the three.
    ///
    /// - Parameters:
    ///   - text: the whole text.
    ///   - position: where the letters start.
    ///   - sign: the sign before the letters, if any.
    ///   - start: where the sign or, without one, the letters start.
    /// - Returns: the fault and its position.
    static func fault(
        _ text: Span<UInt8>,
        _ position: Int,
        sign: String,
        start: Int
    ) -> Fault {
        let word = letters(text, position)
        if ["nan", "inf", "infinity"].contains(word.lowercased()) {
            return Fault(.nanToken(sign + word), at: start)
        }
        let isCut = position + word.utf8.count == text.count
        if isCut, sign.isEmpty, ["true", "false", "null"].contains(where: { $0.hasPrefix(word) }) {
            return Fault(.unexpectedEnd(inside: .word), at: text.count)
        }
        return sign.isEmpty
            ? Fault(.unknownWord(word), at: start) : Fault(.missingIntegerDigits, at: start)
    }

    /// The letters and digits from a position on.
    static func letters(_ text: Span<UInt8>, _ start: Int) -> String {
        var end = start
        while text.byte(at: end).startsWord || text.byte(at: end).isDigit { end += 1 }
        return text.excerpt(start..<end)
    }
}
