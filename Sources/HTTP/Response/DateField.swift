// SPDX-License-Identifier: Apache-2.0

/// The Date field of responses, formatted once a second.
///
/// A class, so that passing it with each response copies only a reference.
package final class DateField: Sendable {
    /// `CR LF "Date: " date`.
    let line: [UInt8]
    /// The beginning of almost every response: the status line, this field and `"Content-Length:
    /// "`.
    let success: [UInt8]

    /// Formats the lines.
    ///
    /// - Parameter date: The date; see ``HTTPDate``.
    package init(_ date: String) {
        line = Array("\r\nDate: \(date)".utf8)
        success = Array("HTTP/1.1 200 OK\r\nDate: \(date)\r\nContent-Length: ".utf8)
    }
}
