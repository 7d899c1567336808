// SPDX-License-Identifier: Apache-2.0

/// Why a file cannot be read, as the end of a sentence that begins with its path.
package enum FileError: Error, Hashable, Sendable {
    case missing
    case directory
    /// A pipe, a socket or a device, which may never end.
    case special
    case tooLong(limit: Int)
    case system(SystemError)
}

extension FileError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .missing: "does not exist."
        case .directory: "is a directory, but must be a file."
        case .special: "is a pipe, a socket or a device, but must be a regular file."
        case .tooLong(let limit): "is too large: it may have \(limit) bytes."
        case .system(let error): "cannot be read: \(error.reason)."
        }
    }
}

/// Reads files of a bounded length, never waiting for what is none.
package enum SmallFile {
    /// The content of a regular file.
    package static func read(_ path: String, upTo limit: Int) throws(FileError) -> [UInt8] {
        try SystemCall.read(path, upTo: limit)
    }

    /// The text of a file that the kernel makes up, such as those below `/proc` and `/sys`; nil
    /// where there is none.
    static func text(_ path: String) -> String? {
        (try? SystemCall.read(path, upTo: 64 * 1_024)).map { String(decoding: $0, as: UTF8.self) }
    }
}
