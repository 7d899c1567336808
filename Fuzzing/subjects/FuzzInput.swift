// SPDX-License-Identifier: Apache-2.0

/// A fuzzing input: a text, and a script that determines how it arrives.
///
/// The text comes first, then the script, and last a byte with the script's length. In this order,
/// fuzzers mutate the text like any other format, and most texts are valid inputs.
package struct FuzzInput {
    package let text: [UInt8]
    package let script: [UInt8]

    private static let lengthMask: UInt8 = 63

    package init(_ bytes: [UInt8]) {
        let end = max(0, bytes.count - 1)
        let length = min(Int((bytes.last ?? 0) & Self.lengthMask), end)
        text = Array(bytes[..<(end - length)])
        script = Array(bytes[(end - length)..<end])
    }

    package init(text: [UInt8], script: [UInt8]) {
        self.text = text
        self.script = script
    }
}
