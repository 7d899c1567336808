// SPDX-License-Identifier: Apache-2.0

/// The six kinds of JSON value: those of RFC 8259, section 3, with `true` and `false` as one.
package enum JSONKind: String, Sendable {
    case object
    case array
    case string
    case number
    case boolean
    case null
}
