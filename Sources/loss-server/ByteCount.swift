// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// Parses a number of bytes, as a plain number or with a binary unit: `65536` or `64KiB`.
enum ByteCount {
    private static let units = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)]

    /// Returns the number of bytes, or `Int.max` if it does not fit.
    ///
    /// - Throws: `ValidationError` for other units: a megabyte has 10^6 bytes to some, and 2^20 to
    ///   others.
    static func parse(_ text: String) throws(ValidationError) -> Int {
        let unit = units.first { text.hasSuffix($0.0) }
        guard let count = Int(text.dropLast(unit?.0.count ?? 0)) else {
            throw ValidationError(
                "give a whole number of bytes, or of KiB (1024 bytes), MiB or GiB, such as 65536 or "
                    + "64KiB."
            )
        }
        let (bytes, overflow) = count.multipliedReportingOverflow(by: unit?.1 ?? 1)
        return overflow ? .max : bytes
    }
}
