// SPDX-License-Identifier: Apache-2.0

/// What names one request in its answer and in the logs: `X-Request-Id`.
package enum RequestID: Sendable, Hashable, CustomStringConvertible {
    /// The client, or a proxy in front, has named it.
    case given(String)
    /// Nobody has: the number of its connection, and its own among the requests there.
    case made(connection: UInt64, ordinal: Int)

    package var description: String {
        var bytes: [UInt8] = []
        bytes.append(addingCapacity: capacity) { append(to: &$0) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The longest name that is taken over.
    private static let lengthLimit = 128

    /// The name that a head gives, if it is one that can be repeated anywhere without harm: letters,
    /// digits and some of the punctuation that identifiers are written with.
    static func given(in fields: RequestFields) -> RequestID? {
        guard let name = fields.single(.requestID), name.utf8.count <= lengthLimit,
            name.utf8.allSatisfy({ $0.isIdentifierCharacter })
        else { return nil }
        return .given(name)
    }

    /// How many bytes it takes at the most.
    var capacity: Int {
        switch self {
        case .given(let name): name.utf8.count
        case .made: 16 + 1 + 19
        }
    }

    /// Appends it to bytes with room for ``capacity`` more.
    func append(to bytes: inout OutputSpan<UInt8>) {
        switch self {
        case .given(let name):
            bytes.append(name.utf8.span)
        case .made(let connection, let ordinal):
            for place in 0..<16 {
                let digit = UInt8(truncatingIfNeeded: connection &>> UInt64(60 - 4 * place)) & 15
                bytes.append(
                    digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
                )
            }
            bytes.append(UInt8(ascii: "-"))
            bytes.append(decimal: ordinal)
        }
    }
}

extension UInt8 {
    /// `ALPHA / DIGIT / one of -._~+/=:@`.
    fileprivate var isIdentifierCharacter: Bool {
        switch self {
        case 0x2B, 0x2D...0x3A, 0x3D, 0x40...0x5A, 0x5F, 0x61...0x7A, 0x7E: true
        default: false
        }
    }
}
