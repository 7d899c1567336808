// SPDX-License-Identifier: Apache-2.0

import Foundation

/// An input stored in a file.
package struct StoredInput {
    package let name: String
    package let bytes: [UInt8]

    /// The inputs in a directory.
    package static func all(in path: String) throws -> [StoredInput] {
        try FileManager.default.contentsOfDirectory(atPath: path).sorted()
            .map { try StoredInput(URL(filePath: path).appending(path: $0)) }
    }

    /// The corpus of a subject.
    package static func corpus(of subject: String) throws -> [StoredInput] {
        let fuzzing = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent()
        return try all(in: fuzzing.appending(path: "corpus/\(subject)").path)
    }

    private init(_ url: URL) throws {
        name = url.lastPathComponent
        bytes = Array(try Data(contentsOf: url))
    }
}

/// Runs a check and aborts the process if it fails, which is how a fuzzer detects failures.
package func runOrAbort(_ bytes: [UInt8], _ check: ([UInt8]) throws(InvariantViolation) -> Void) {
    do { try check(bytes) } catch { fatalError("\(error)") }
}
