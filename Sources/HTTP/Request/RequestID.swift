// SPDX-License-Identifier: Apache-2.0

/// The ID of a request in its response and in the logs: `X-Request-Id`.
package enum RequestID: Sendable, Hashable, CustomStringConvertible {
    /// An ID provided by the client or an intermediary.
    case provided(String)
    /// An ID generated from the connection ID and the number of the request on its connection.
    case generated(connection: UInt64, ordinal: Int)

    package var description: String {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The end of the field before it, and the name of its own.
    static let label = Array("\r\nX-Request-Id: ".utf8)

    /// The maximum length in bytes of an ID that is adopted.
    private static let maximumLength = 128

    /// Returns the ID in a head if it is safe to echo: letters, digits and common punctuation of
    /// identifiers.
    static func provided(in fields: RequestFields) -> RequestID? {
        guard let name = fields.single(.requestID), name.utf8.count <= maximumLength,
            name.utf8.allSatisfy({ $0.isRequestIDCharacter })
        else { return nil }
        return .provided(name)
    }

    /// Appends the ID as text.
    func append(to bytes: inout [UInt8]) {
        switch self {
        case .provided(let name):
            bytes.append(contentsOf: name.utf8)
        case .generated(let connection, let ordinal):
            bytes.append(hexadecimal: connection)
            bytes.append(UInt8(ascii: "-"))
            bytes.append(decimal: ordinal)
        }
    }
}

extension UInt8 {
    /// `ALPHA / DIGIT / one of -._~+/=:@`.
    fileprivate var isRequestIDCharacter: Bool {
        switch self {
        case 0x2B, 0x2D...0x3A, 0x3D, 0x40...0x5A, 0x5F, 0x61...0x7A, 0x7E: true
        default: false
        }
    }
}
