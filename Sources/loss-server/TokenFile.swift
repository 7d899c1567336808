// SPDX-License-Identifier: Apache-2.0

import Glibc
import HTTPServer
import LossAPI

/// A file with one bearer token a line.
struct TokenFile {
    let path: String

    /// The longest file that is read: more than a thousand tokens of the usual length.
    static let mostBytes = 64 * 1_024

    /// Reads the tokens.
    ///
    /// - Throws: What is wrong with the file, in words for its owner.
    func read() throws(Fault) -> Tokens {
        let text: [UInt8]
        do throws(FileError) {
            text = try SmallFile.read(path, upTo: Self.mostBytes)
        } catch {
            throw Fault(description: "--token-file \(path) \(error)")
        }
        do throws(Tokens.Fault) {
            return try Tokens(text)
        } catch {
            throw Fault(description: "--token-file \(path)\(Self.sentence(error))")
        }
    }

    /// What is wrong with the list, as the end of a sentence that begins with the path.
    private static func sentence(_ fault: Tokens.Fault) -> String {
        switch fault {
        case .none:
            return " has no token in it."
        case .byte(let byte, let line):
            let hexadecimal = String(byte, radix: 16, uppercase: true)
            return ", line \(line): a token has visible ASCII characters only, not the byte "
                + "0x\(byte < 16 ? "0" : "")\(hexadecimal)."
        }
    }

    struct Fault: Error, CustomStringConvertible {
        let description: String
    }
}
