// SPDX-License-Identifier: Apache-2.0

import HTTP

/// The Date field of responses, updated four times a second.
struct DateLine {
    private var field = DateField("")
    private var validUntil = Instant(nanoseconds: .min)

    /// Returns the field for an instant.
    mutating func field(at now: Instant) -> DateField {
        if now.nanoseconds >= validUntil.nanoseconds {
            let seconds = SystemCall.secondsSince1970()
            field = DateField(HTTPDate.format(secondsSince1970: seconds))
            validUntil = now.advanced(by: .milliseconds(250))
        }
        return field
    }
}
