// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// The bodies of the `Corpus` directory.
enum Corpus {
    /// The error codes that have a file.
    static func codes() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder().path)
            .map { $0.replacing(".txt", with: "") }
            .filter { !$0.hasPrefix("accept") }.sorted()
    }

    /// The bodies in a file, one per line; lines that start with `# ` are comments.
    ///
    /// `<hex>` stands for a byte, and `<hex*count>` for `count` copies of it.
    static func bodies(_ name: String) throws -> [[UInt8]] {
        let file = try folder().appending(path: name + ".txt")
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        return try lines.filter { !$0.hasPrefix("# ") }.map { try body($0) }
    }

    private static func folder() throws -> URL {
        try #require(Bundle.module.url(forResource: "Corpus", withExtension: nil))
    }

    private static func body(_ line: Substring) throws -> [UInt8] {
        var body: [UInt8] = []
        var rest = line.utf8[...]
        while let byte = rest.popFirst() {
            let mark = rest.dropFirst(2).first
            if byte == UInt8(ascii: "<"), mark == UInt8(ascii: ">") || mark == UInt8(ascii: "*") {
                let digits = String(decoding: rest.prefix(2), as: UTF8.self)
                let end = try #require(rest.firstIndex(of: UInt8(ascii: ">")))
                let count = Int(String(decoding: rest[..<end].dropFirst(3), as: UTF8.self)) ?? 1
                let repeated = try #require(UInt8(digits, radix: 16))
                body += repeatElement(repeated, count: count)
                rest = rest[end...].dropFirst()
            } else {
                body.append(byte)
            }
        }
        return body
    }
}
