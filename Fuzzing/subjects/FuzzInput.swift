// SPDX-License-Identifier: Apache-2.0

/// An input: a text, and a script that says in what way it comes.
///
/// The script stands behind the text, and its length in the last byte, so that a fuzzer finds the
/// text where it would expect it, and that most texts are inputs as they are.
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
