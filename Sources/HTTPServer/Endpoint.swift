// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The addresses that a server listens on, and the port they share.
struct Endpoint {
    private let host: String
    private var addresses: [Address]
    /// Whether the addresses have been bound once, so that further sockets share them.
    private var isBound = false

    /// The port; until the first sockets are bound it may be 0.
    var port: Int { addresses.first?.port ?? 0 }

    init(host: String, port: Int) throws(StartError) {
        guard 0...65_535 ~= port else { throw .portOutOfRange(port) }
        self.host = host
        addresses = SystemCall.addresses(of: host).map { $0.with(port: port) }
        guard !addresses.isEmpty else { throw .unknownHost(host) }
    }

    /// Listening sockets for one loop, one for each address.
    mutating func listen() throws(StartError) -> [Listener] {
        var listeners: [Listener] = []
        var bound: [Address] = []
        for address in addresses {
            do throws(SystemError) {
                let wanted = port == 0 ? address.with(port: bound.first?.port ?? 0) : address
                let socket = try SystemCall.bind(wanted, shared: isBound)
                try SystemCall.listen(socket)
                bound.append(try SystemCall.address(of: socket))
                listeners.append(Listener(socket: socket))
            } catch {
                // A name may have addresses of a kind that this machine does without.
                if !isBound, error.code == EADDRNOTAVAIL || error.code == EAFNOSUPPORT { continue }
                throw startError(error)
            }
        }
        guard !listeners.isEmpty else { throw .unknownHost(host) }
        addresses = bound
        isBound = true
        return listeners
    }

    private func startError(_ error: SystemError) -> StartError {
        switch error.code {
        case EADDRINUSE: .portInUse(host: host, port: port)
        case EACCES: .portForbidden(port: port)
        default: .system(error)
        }
    }
}
