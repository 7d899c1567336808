// SPDX-License-Identifier: Apache-2.0

/// An object or an array that has begun and not ended.
struct OpenContainer {
    let opening: JSONError.Opening
    /// How many elements or members have begun.
    var count = 0
    /// The key of the last member that has begun.
    var key = ""
    /// All keys so far, of an object.
    var keys = KeyNames()

    init(_ opening: JSONError.Opening) {
        self.opening = opening
    }

    /// The step of a JSON Pointer from here to the element or member that has begun last.
    var step: String {
        guard count > 0 else { return "" }
        guard opening == .object else { return "/\(count - 1)" }
        // RFC 6901, section 3.
        var step = "/"
        for character in key.unicodeScalars {
            switch character {
            case "~": step += "~0"
            case "/": step += "~1"
            default: step.unicodeScalars.append(character)
            }
        }
        return step
    }
}
