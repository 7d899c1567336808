// SPDX-License-Identifier: Apache-2.0

extension String {
    /// The string as a step of a JSON Pointer (RFC 6901 section 3), cut where it is too long to be
    /// repeated; a cut one ends with an ellipsis.
    ///
    /// By scalars, since a slash and a mark that combines with it are one character, and no slash.
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
