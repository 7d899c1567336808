// SPDX-License-Identifier: Apache-2.0

/// `uri-host [ ":" port ]`, RFC 9110 section 7.2, never empty.
enum Host {
    /// Whether these bytes name one host.
    static func isValid(_ bytes: Span<UInt8>) -> Bool {
        guard !bytes.isEmpty else { return false }
        let end: Int?
        if bytes[0] == UInt8(ascii: "[") {
            end = endOfAddress(bytes)
        } else {
            end = endOfName(bytes)
        }
        guard let end else { return false }
        return isPort(bytes.extracting(end..<bytes.count))
    }

    /// The end of a `reg-name` or an IPv4 address, nil where there is none.
    private static func endOfName(_ bytes: Span<UInt8>) -> Int? {
        var index = 0
        while index < bytes.count, bytes[index] != UInt8(ascii: ":") {
            guard bytes[index].isHostCharacter else { return nil }
            if bytes[index] == UInt8(ascii: "%") {
                guard index + 2 < bytes.count, bytes[index + 1].hexadecimalValue != nil,
                    bytes[index + 2].hexadecimalValue != nil
                else { return nil }
            }
            index += 1
        }
        return index == 0 ? nil : index
    }

    /// The end of an IPv6 address in brackets, nil where there is none.
    private static func endOfAddress(_ bytes: Span<UInt8>) -> Int? {
        var colons = 0
        for index in 1..<bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "]"): return colons >= 2 ? index + 1 : nil
            case UInt8(ascii: ":"): colons += 1
            case UInt8(ascii: "."): break
            default:
                guard bytes[index].hexadecimalValue != nil else { return nil }
            }
        }
        return nil
    }

    /// Whether these bytes are nothing, or a colon and a port number, which may be missing.
    private static func isPort(_ bytes: Span<UInt8>) -> Bool {
        guard !bytes.isEmpty else { return true }
        guard bytes[0] == UInt8(ascii: ":") else { return false }
        var port = 0
        for index in 1..<bytes.count {
            guard bytes[index].isDigit else { return false }
            port = port * 10 + Int(bytes[index] - UInt8(ascii: "0"))
            guard port <= 65_535 else { return false }
        }
        return true
    }
}
