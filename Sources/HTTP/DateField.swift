// SPDX-License-Identifier: Apache-2.0

/// The Date field of answers, as bytes that are made once a second.
///
/// A class, because each answer is handed it twice: as one reference.
package final class DateField: Sendable {
    /// `CR LF "Date: " date`.
    let line: [UInt8]
    /// How the answer begins that nearly all are: the status line, this field and
    /// `"Content-Length: "`.
    let success: [UInt8]

    /// - Parameter date: The date; see ``HTTPDate``.
    package init(_ date: String) {
        line = Array("\r\nDate: \(date)".utf8)
        success = Array("HTTP/1.1 200 OK\r\nDate: \(date)\r\nContent-Length: ".utf8)
    }
}
