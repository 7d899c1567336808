// SPDX-License-Identifier: Apache-2.0

extension String {
    /// The string as a reference token of a JSON Pointer (RFC 6901, section 3), truncated to 60
    /// scalars.
    ///
    /// An ellipsis marks a truncated token. The string is escaped by scalars: a slash followed by a
    /// combining mark is a single character that differs from the slash.
    package var pointerStep: String {
        let start = unicodeScalars.prefix(60)
        var step = ""
        for scalar in start {
            switch scalar {
            case "~": step += "~0"
            case "/": step += "~1"
            default: step.unicodeScalars.append(scalar)
            }
        }
        return start.endIndex < endIndex ? step + "…" : step
    }
}
