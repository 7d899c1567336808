// SPDX-License-Identifier: Apache-2.0

/// Validates `uri-host [ ":" port ]`, RFC 9110 section 7.2, which must not be empty.
enum Host {
    /// Returns whether the bytes are a valid host with an optional port.
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

    /// The end of a `reg-name` or an IPv4 address; `nil` if it is invalid.
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

    /// The end of an IPv6 address in brackets; `nil` if it is invalid.
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

    /// Returns whether the bytes are empty, or a colon with an optional port number.
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
