// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The files of this repository that tests compare with the service.
enum Repository {
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    static func bytes(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: root.appending(path: path)))
    }

    /// The first pair of lines in which a text and a file differ, or an empty array.
    static func difference(of text: [UInt8], from path: String) throws -> [String] {
        let file = try bytes(path)
        guard text != file else { return [] }
        let texts = [text, file].map {
            $0.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        }
        let same = zip(texts[0], texts[1]).prefix { $0 == $1 }.count
        return texts.map {
            $0.dropFirst(same).first.map { String(decoding: $0, as: UTF8.self) } ?? "the end"
        }
    }

    static func json(_ path: String) throws -> JSON {
        try JSON(parsing: bytes(path))
    }

    /// The names of the files in a folder with an extension, without the extension.
    static func names(in folder: String, ending: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path)
            .filter { $0.hasSuffix(ending) }.map { String($0.dropLast(ending.count)) }.sorted()
    }
}
