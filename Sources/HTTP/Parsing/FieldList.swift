// SPDX-License-Identifier: Apache-2.0

/// Iterates over a list-valued field: `#element`, RFC 9110 section 5.6.1.
enum FieldList {
    /// Calls `body` with each nonempty element, without surrounding white space, until it returns
    /// `false`.
    static func forEach(in bytes: Span<UInt8>, _ body: (Span<UInt8>) -> Bool) {
        var start = 0
        for index in 0...bytes.count
        where index == bytes.count || bytes[index] == UInt8(ascii: ",") {
            let element = bytes.trimming(start..<index)
            if !element.isEmpty, !body(bytes.extracting(element)) { return }
            start = index + 1
        }
    }
}
