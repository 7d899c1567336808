// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The addresses that a server listens on, with their common port.
struct Endpoint {
    private let host: String
    private var addresses: [Address]
    /// Whether the addresses were bound before, so that further sockets share them.
    private var isBound = false

    /// The port; may be 0 until the first sockets are bound.
    var port: Int { addresses.first?.port ?? 0 }

    init(host: String, port: Int) throws(StartError) {
        guard 0...65_535 ~= port else { throw .portOutOfRange(port) }
        self.host = host
        addresses = SystemCall.addresses(of: host).map { $0.with(port: port) }
        guard !addresses.isEmpty else { throw .unknownHost(host) }
    }

    /// Creates the listening sockets of one loop, one for each address.
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
                // A name may resolve to addresses of a family that this machine does not support.
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
