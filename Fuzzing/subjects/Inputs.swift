// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Inputs that are kept as files.
package struct Inputs {
    package let name: String
    package let bytes: [UInt8]

    /// The inputs of a folder.
    package static func all(in path: String) throws -> [Inputs] {
        try FileManager.default.contentsOfDirectory(atPath: path).sorted()
            .map { try Inputs(URL(filePath: path).appending(path: $0)) }
    }

    /// The inputs that this repository keeps for a subject.
    package static func kept(_ subject: String) throws -> [Inputs] {
        let fuzzing = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent()
        return try all(in: fuzzing.appending(path: "corpus/\(subject)").path)
    }

    private init(_ url: URL) throws {
        name = url.lastPathComponent
        bytes = Array(try Data(contentsOf: url))
    }
}

/// Runs a check, and stops the process where it fails: that is what a fuzzer takes note of.
package func runOrStop(_ bytes: [UInt8], _ check: ([UInt8]) throws(BrokenPromise) -> Void) {
    do { try check(bytes) } catch { fatalError("\(error)") }
}
