// SPDX-License-Identifier: Apache-2.0

/// The replacement of a DEL in a text, with which a short input can have long content.
enum Padding {
    case none
    case spaces
    /// Numbers with commas, enough for a response that is sent in parts.
    case numbers
    /// Spaces, enough for a body that is processed in pieces.
    case manySpaces

    /// The padding selected by the first byte of a script.
    init(_ byte: UInt8) {
        switch byte & 0x60 {
        case 0x20: self = .spaces
        case 0x40: self = .numbers
        case 0x60: self = .manySpaces
        default: self = .none
        }
    }

    private static let delete: UInt8 = 0x7F

    private var bytes: [UInt8] {
        switch self {
        case .none: [Self.delete]
        case .spaces: [UInt8](repeating: 0x20, count: 8 * 1_024)
        case .numbers: (0..<4 * 1_024).flatMap { _ in "0,".utf8 }
        case .manySpaces: [UInt8](repeating: 0x20, count: 256 * 1_024)
        }
    }

    /// The maximum number of replacements.
    private var maximumCount: Int { self == .manySpaces ? 3 : 6 }

    func applied(to text: [UInt8]) -> [UInt8] {
        guard self != .none else { return text }
        let bytes = bytes
        var count = 0
        var padded: [UInt8] = []
        for byte in text {
            if byte == Self.delete, count < maximumCount {
                padded += bytes
                count += 1
            } else {
                padded.append(byte)
            }
        }
        return padded
    }
}
