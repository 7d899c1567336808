// SPDX-License-Identifier: Apache-2.0

/// The host of an origin.
enum OriginHost {
    /// Returns the serialization of a host in ASCII (URL Standard, "host parsing").
    ///
    /// - Parameters:
    ///   - host: The host, an IPv6 address in brackets.
    ///   - origin: The origin in quotes, for messages.
    /// - Returns: The host as browsers write it.
    /// - Throws: The reason that no page has this host.
    static func canonical(_ host: Substring, of origin: String) throws(Origin.Fault) -> String {
        guard !host.isEmpty else { throw Origin.Fault("\(origin) has no host.") }
        if host.first == "[" {
            guard host.last == "]", let address = ipv6(host.dropFirst().dropLast()) else {
                throw Origin.Fault("the host of \(origin) is not an IPv6 address in brackets.")
            }
            return "[\(address)]"
        }
        guard !host.contains("*") else {
            throw Origin.Fault(
                "\(origin) has a *, which is not supported within an origin: list each origin, or "
                    + "use * alone for all."
            )
        }
        guard host.allSatisfy({ $0.isLetter || $0.isNumber || "-_.".contains($0) }) else {
            throw Origin.Fault(
                "the host of \(origin) may contain letters, digits, hyphens, underscores and dots "
                    + "only."
            )
        }
        let name = host.lowercased()
        // A dot at the end marks a name as absolute.
        let absolute = name.last == "." ? name.dropLast() : name[...]
        let labels = absolute.split(separator: ".", omittingEmptySubsequences: false)
        if isNumber(labels.last ?? "") {
            guard let address = ipv4(labels) else {
                throw Origin.Fault(
                    "the host of \(origin) ends with a number, but is not an IPv4 address: four "
                        + "numbers from 0 to 255 in decimal digits, separated by dots."
                )
            }
            return address.map { String($0) }.joined(separator: ".")
        }
        guard labels.allSatisfy({ 1...63 ~= $0.count }), absolute.count <= 253 else {
            throw Origin.Fault(
                "the host of \(origin) must have labels of 1 to 63 characters, separated by dots, "
                    + "and up to 253 characters in total."
            )
        }
        return name
    }

    /// Whether the URL Standard treats the last label of a host as a number, in decimal or
    /// hexadecimal digits.
    private static func isNumber(_ label: Substring) -> Bool {
        let isHexadecimal = label.hasPrefix("0x") && label.dropFirst(2).allSatisfy { $0.isHexDigit }
        return isHexadecimal || !label.isEmpty && label.allSatisfy { $0.isNumber }
    }

    /// The numbers of an IPv4 address in its usual form; `nil` for anything else.
    private static func ipv4(_ parts: [Substring]) -> [UInt8]? {
        let numbers = parts.compactMap { part in
            UInt8(part).flatMap { String($0) == part ? $0 : nil }
        }
        return parts.count == 4 && numbers.count == 4 ? numbers : nil
    }

    /// The serialization of an IPv6 address; `nil` if the text is not such an address.
    private static func ipv6(_ text: Substring) -> String? {
        let halves = text.split(separator: "::", omittingEmptySubsequences: false)
        guard halves.count <= 2, let before = ipv6Pieces(halves[0], isLast: halves.count == 1)
        else { return nil }
        guard halves.count == 2 else { return before.count == 8 ? serialization(before) : nil }
        guard let after = ipv6Pieces(halves[1], isLast: true) else { return nil }
        let zeros = 8 - before.count - after.count
        guard zeros > 0 else { return nil }
        return serialization(before + Array(repeating: 0, count: zeros) + after)
    }

    /// The pieces of 16 bits on one side of the `::` in an IPv6 address.
    private static func ipv6Pieces(_ text: Substring, isLast: Bool) -> [UInt16]? {
        guard !text.isEmpty else { return [] }
        let words = text.split(separator: ":", omittingEmptySubsequences: false)
        var pieces: [UInt16] = []
        for (index, word) in words.enumerated() {
            if isLast, index == words.count - 1, word.contains(".") {
                let parts = word.split(separator: ".", omittingEmptySubsequences: false)
                guard let numbers = ipv4(parts) else { return nil }
                pieces.append(UInt16(numbers[0]) << 8 | UInt16(numbers[1]))
                pieces.append(UInt16(numbers[2]) << 8 | UInt16(numbers[3]))
            } else {
                guard word.count <= 4, word.allSatisfy({ $0.isHexDigit }),
                    let piece = UInt16(word, radix: 16)
                else { return nil }
                pieces.append(piece)
            }
        }
        return pieces
    }

    /// Hexadecimal digits in lower case, with the first of the longest runs of two or more zeros
    /// compressed (RFC 5952 section 4).
    private static func serialization(_ pieces: [UInt16]) -> String {
        var longest = 0..<0
        var start = 0
        for (index, piece) in pieces.enumerated() {
            if piece != 0 { start = index + 1 }
            if index + 1 - start > longest.count { longest = start..<index + 1 }
        }
        func text(_ part: ArraySlice<UInt16>) -> String {
            part.map { String($0, radix: 16) }.joined(separator: ":")
        }
        guard longest.count > 1 else { return text(pieces[...]) }
        return text(pieces[..<longest.lowerBound]) + "::" + text(pieces[longest.upperBound...])
    }
}
