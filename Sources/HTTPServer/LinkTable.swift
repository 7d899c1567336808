// SPDX-License-Identifier: Apache-2.0

import HTTP

/// The connections of a loop by their keys.
struct LinkTable: ~Copyable {
    private var places: [Link?] = []
    private var vacant: [Int] = []
    private var tenants: UInt32 = 0

    /// How many connections there are.
    var count: Int { places.count - vacant.count }

    var isEmpty: Bool { count == 0 }

    /// All of them at this moment.
    var all: [Link] { places.compactMap { $0 } }

    /// The connection of a key, nil if it has ended.
    subscript(key: ConnectionKey) -> Link? {
        guard key.place < places.count, let link = places[key.place], link.key == key else {
            return nil
        }
        return link
    }

    /// Gives a connection a place.
    mutating func add(
        _ socket: consuming Descriptor,
        _ connection: consuming Connection
    ) -> Link {
        tenants = (tenants + 1) & 0x7FFF_FFFF
        let place = vacant.popLast() ?? places.count
        let key = ConnectionKey(place: place, tenant: tenants)
        let link = Link(socket: socket, key: key, connection: connection)
        if place == places.count { places.append(link) } else { places[place] = link }
        return link
    }

    mutating func remove(_ link: Link) {
        places[link.key.place] = nil
        vacant.append(link.key.place)
    }
}
