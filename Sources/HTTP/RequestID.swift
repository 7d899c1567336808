// SPDX-License-Identifier: Apache-2.0

/// What names one request in its answer and in the logs: `X-Request-Id`.
package enum RequestID: Sendable, Hashable, CustomStringConvertible {
    /// The client, or a proxy in front, has named it.
    case given(String)
    /// Nobody has: the number of its connection, and its own among the requests there.
    case made(connection: UInt64, ordinal: Int)

    package var description: String {
        var bytes: [UInt8] = []
        append(to: &bytes)
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

    /// Appends it.
    func append(to bytes: inout [UInt8]) {
        switch self {
        case .given(let name):
            bytes.append(contentsOf: name.utf8)
        case .made(let connection, let ordinal):
            bytes.append(hexadecimal: connection)
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
