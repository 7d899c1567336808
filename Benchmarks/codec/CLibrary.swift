// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Reads the number at the start of a text with `strtod`; a byte that ends the number must follow.
func strictDouble(_ text: Span<UInt8>) -> Double {
    unsafe text.withUnsafeBytes { bytes in
        guard let start = bytes.baseAddress else { return .nan }
        return unsafe strtod(start.assumingMemoryBound(to: CChar.self), nil)
    }
}

/// Reads a number with `strtod`.
func strictDouble(_ text: String) -> Double {
    unsafe strtod(text, nil)
}

/// Calls a closure with the text that `snprintf` writes for a double with a number of digits.
func withPrinted<Result>(
    _ format: String,
    _ digits: Int32,
    _ value: Double,
    _ use: (Span<UInt8>) -> Result
) -> Result {
    var text = InlineArray<1500, UInt8>(repeating: 0)
    var target = text.mutableSpan
    let length = unsafe target.withUnsafeMutableBytes { bytes in
        unsafe withVaList([digits, value]) {
            unsafe vsnprintf(
                bytes.baseAddress?.assumingMemoryBound(to: CChar.self),
                1500,
                format,
                $0
            )
        }
    }
    return use(text.span.extracting(..<Int(length)))
}
