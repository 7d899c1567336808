// SPDX-License-Identifier: Apache-2.0

/// Which connection of a loop something is about: a place, and the number of its tenant.
///
/// Events and answers that come late find another tenant, or none, and are dropped.
struct ConnectionKey: Sendable, Hashable {
    let place: Int
    let tenant: UInt32

    init(place: Int, tenant: UInt32) {
        self.place = place
        self.tenant = tenant
    }

    init(rawValue: UInt64) {
        place = Int(rawValue & 0xFFFF_FFFF)
        tenant = UInt32(rawValue >> 32)
    }

    var rawValue: UInt64 { UInt64(tenant) << 32 | UInt64(place) }
}
