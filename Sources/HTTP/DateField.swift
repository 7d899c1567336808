// SPDX-License-Identifier: Apache-2.0

/// The Date field of answers, as bytes that are made once a second.
package struct DateField: Sendable {
    /// `CR LF "Date: " date`.
    let line: [UInt8]
    /// The status line of the answer that nearly all are, and the field behind it.
    let success: [UInt8]

    /// - Parameter date: The date; see ``HTTPDate``.
    package init(_ date: String) {
        line = Array("\r\nDate: \(date)".utf8)
        success = Array("HTTP/1.1 200 OK".utf8) + line
    }
}
