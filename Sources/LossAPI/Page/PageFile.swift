// SPDX-License-Identifier: Apache-2.0

import CPage

/// A file of the explorer page, which the executable contains as it is in `Sources/CPage/site`, or
/// `docs/accuracy.md`.
package struct PageFile: Sendable {
    package let name: String
    private let index: Int

    /// All files, in alphabetical order.
    package static let all: [PageFile] = (0..<page_file_count()).map { index in
        PageFile(name: unsafe String(cString: page_file_at(index).name), index: index)
    }

    /// The file with a name; `nil` if there is none.
    static func named(_ name: String) -> PageFile? { all.first { $0.name == name } }

    /// A copy of the content, which is mapped into memory with the executable.
    package var bytes: [UInt8] {
        let file = unsafe page_file_at(index)
        return unsafe Array(UnsafeBufferPointer(start: file.bytes, count: file.length))
    }

    var mediaType: String {
        switch name.split(separator: ".").last {
        case "html": "text/html; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "js": "text/javascript; charset=utf-8"
        case "svg": "image/svg+xml"
        case "md": "text/markdown; charset=utf-8"
        default: "application/octet-stream"
        }
    }
}
