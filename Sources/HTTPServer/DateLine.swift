// SPDX-License-Identifier: Apache-2.0

import HTTP

/// The Date field of answers, written once a second.
struct DateLine {
    private var text = ""
    private var validUntil = Instant(nanoseconds: .min)

    /// The date at an instant.
    mutating func text(at now: Instant) -> String {
        if now.nanoseconds >= validUntil.nanoseconds {
            let seconds = SystemCall.secondsSince1970()
            text = HTTPDate.format(secondsSince1970: seconds)
            validUntil = now.advanced(by: .milliseconds(250))
        }
        return text
    }
}
