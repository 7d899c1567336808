// SPDX-License-Identifier: Apache-2.0

package import HTTP

extension ClientAddress {
    /// The address in text form: `192.0.2.1` or `2001:db8::1`.
    package var text: String {
        guard high == 0, low >> 32 == 0xFFFF else {
            return SystemCall.text(high: high, low: low)
        }
        return [24, 16, 8, 0].map { String(low >> $0 & 0xFF) }.joined(separator: ".")
    }
}
