// SPDX-License-Identifier: Apache-2.0

import Glibc
import HTTPServer
import LossAPI

/// A file with one bearer token per line.
struct TokenFile {
    let path: String

    /// The maximum size of the file in bytes, enough for more than a thousand usual tokens.
    static let maximumBytes = 64 * 1_024

    /// Reads the tokens.
    ///
    /// - Throws: `Fault` with a message for the operator.
    func read() throws(Fault) -> Tokens {
        let text: [UInt8]
        do throws(FileError) {
            text = try SmallFile.read(path, upTo: Self.maximumBytes)
        } catch {
            throw Fault(description: "\(Self.option) \(path) \(error)")
        }
        do throws(Tokens.Fault) {
            return try Tokens(text)
        } catch {
            throw Fault(description: "\(Self.option) \(path)\(Self.sentence(error))")
        }
    }

    /// The option and its environment variable, whichever was set.
    private static var option: String {
        "--token-file (or \(Environment.variable(for: "token-file")))"
    }

    /// Describes an invalid list, as the end of a sentence that begins with the path.
    private static func sentence(_ fault: Tokens.Fault) -> String {
        switch fault {
        case .none:
            return " contains no token."
        case .byte(let byte, let line):
            let hexadecimal = String(byte, radix: 16, uppercase: true)
            return ", line \(line): a token may have only visible ASCII characters, not the byte "
                + "0x\(byte < 16 ? "0" : "")\(hexadecimal)."
        }
    }

    /// The reason that the file is rejected.
    struct Fault: Error, CustomStringConvertible {
        let description: String
    }
}
