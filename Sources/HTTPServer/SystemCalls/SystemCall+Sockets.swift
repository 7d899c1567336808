// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc
import HTTP

/// Listening sockets and the connections they accept.
extension SystemCall {
    /// The result of accepting a connection.
    enum Acceptance: ~Copyable {
        case connection(Descriptor, ClientAddress?)
        /// No connection is waiting.
        case wouldBlock
        /// The waiting connection was aborted.
        case aborted
        /// The process or the machine is out of descriptors or memory.
        case exhausted(SystemError)
    }

    /// The maximum number of response bytes that the kernel buffers beyond those in flight.
    ///
    /// By default it buffers megabytes for a client that reads nothing, which no limit of this
    /// server covers and which would count as sent.
    private static let unsentBytes: Int32 = 256 * 1_024

    /// Creates a socket bound to an address.
    ///
    /// The corresponding C functions are `socket`, `setsockopt` and `bind`.
    ///
    /// - Parameters:
    ///   - address: The address to listen on.
    ///   - shared: Whether another socket of this process is already bound to it.
    /// - Returns: The socket, which does not listen yet.
    /// - Throws: The error of the system call.
    static func bind(_ address: Address, shared: Bool) throws(SystemError) -> Descriptor {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let number = try check("socket") { Glibc.socket(address.family, type, 0) }
        let socket = Descriptor(number: number)
        // Permits a port whose recent connections are in TIME_WAIT.
        try set(socket, SOL_SOCKET, SO_REUSEADDR)
        // Accepted connections inherit these two options.
        try set(socket, Int32(IPPROTO_TCP), TCP_NODELAY)
        try set(socket, Int32(IPPROTO_TCP), TCP_NOTSENT_LOWAT, to: unsentBytes)
        if address.isSingleIPv6 { try set(socket, Int32(IPPROTO_IPV6), IPV6_V6ONLY) }
        if shared { try set(socket, SOL_SOCKET, SO_REUSEPORT) }
        // Safe: the pointer and its length are valid for the call.
        _ = try check("bind") {
            unsafe address.bytes.withUnsafeBytes { bytes in
                let pointer = unsafe bytes.assumingMemoryBound(to: sockaddr.self).baseAddress
                return unsafe Glibc.bind(number, pointer, socklen_t(bytes.count))
            }
        }
        // The first socket is bound exclusively, so that a port in use by another process, even
        // another instance of this server, is an error; then it is shared with further sockets.
        if !shared { try set(socket, SOL_SOCKET, SO_REUSEPORT) }
        return socket
    }

    /// Lets the kernel drop the first packet of new connections.
    ///
    /// Handshakes in progress are completed. The corresponding C function is `setsockopt`, with a
    /// filter that rejects every SYN.
    static func dropNewConnections(at socket: borrowing Descriptor) {
        // If filters are not supported, last-moment connections are reset, as without the filter.
        _ = drop_new_connections(socket.number)
    }

    /// Starts listening.
    ///
    /// The corresponding C function is `listen`.
    static func listen(_ socket: borrowing Descriptor) throws(SystemError) {
        let number = socket.number
        // The kernel reduces this to its own limit, net.core.somaxconn.
        _ = try check("listen") { Glibc.listen(number, 65_535) }
    }

    /// Returns the address that a socket is bound to.
    ///
    /// The corresponding C function is `getsockname`.
    static func address(of socket: borrowing Descriptor) throws(SystemError) -> Address {
        let number = socket.number
        var bytes = [UInt8](repeating: 0, count: MemoryLayout<sockaddr_storage>.size)
        var length = socklen_t(bytes.count)
        // Safe: the kernel writes as many bytes as it is told there are.
        _ = try check("getsockname") {
            unsafe bytes.withUnsafeMutableBytes { bytes in
                let pointer = unsafe bytes.assumingMemoryBound(to: sockaddr.self).baseAddress
                return unsafe getsockname(number, pointer, &length)
            }
        }
        return Address(bytes: Array(bytes.prefix(Int(length))))
    }

    /// Resolves a host name.
    ///
    /// The corresponding C function is `getaddrinfo`.
    ///
    /// `localhost` is resolved here, because a static executable may have no working resolver.
    static func addresses(of host: String) -> [Address] {
        if host == "localhost" { return addresses(of: "127.0.0.1") + addresses(of: "::1") }
        let numeric = resolve(host, flags: AI_PASSIVE | AI_NUMERICHOST)
        return numeric.isEmpty ? resolve(host, flags: AI_PASSIVE | AI_ADDRCONFIG) : numeric
    }

    private static func resolve(_ host: String, flags: Int32) -> [Address] {
        var hints = unsafe addrinfo()
        unsafe hints.ai_flags = flags
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var first: UnsafeMutablePointer<addrinfo>?
        // Safe: the list is only used between the call that allocates it and the one that frees it,
        // and each address has the length stored beside it.
        guard unsafe getaddrinfo(host, nil, &hints, &first) == 0 else { return [] }
        defer { unsafe freeaddrinfo(first) }
        var found: [Address] = []
        var next = unsafe first
        while let entry = unsafe next {
            let bytes = unsafe UnsafeRawBufferPointer(
                start: entry.pointee.ai_addr,
                count: Int(entry.pointee.ai_addrlen)
            )
            found.append(Address(bytes: unsafe Array(bytes)))
            unsafe next = entry.pointee.ai_next
        }
        return found
    }

    /// Accepts the next connection.
    ///
    /// The corresponding C function is `accept4`.
    static func accept(_ socket: borrowing Descriptor) -> Acceptance {
        let number = socket.number
        let flags = Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        var address = sockaddr_in6()
        do throws(SystemError) {
            // Safe: the kernel writes as many bytes as it is told there are.
            let accepted = try check("accept4") {
                var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
                return unsafe withUnsafeMutableBytes(of: &address) { bytes in
                    let pointer = unsafe bytes.assumingMemoryBound(to: sockaddr.self).baseAddress
                    return unsafe accept4(number, pointer, &length, flags)
                }
            }
            return .connection(Descriptor(number: accepted), client(address))
        } catch {
            switch error.code {
            case EAGAIN: return .wouldBlock
            case EMFILE, ENFILE, ENOBUFS, ENOMEM: return .exhausted(error)
            // Network errors concern the new connection, see accept(2).
            default: return .aborted
            }
        }
    }

    /// Formats an IPv6 address (RFC 5952).
    ///
    /// The corresponding C function is `inet_ntop`.
    static func text(high: UInt64, low: UInt64) -> String {
        let halves = [high.bigEndian, low.bigEndian]
        var text = [UInt8](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        // Safe: the function reads 16 bytes, and writes no more than the given length.
        unsafe text.withUnsafeMutableBytes { text in
            let room = unsafe text.assumingMemoryBound(to: CChar.self).baseAddress
            _ = unsafe inet_ntop(AF_INET6, halves, room, socklen_t(text.count))
        }
        return String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
    }

    /// Returns the client's address; `nil` if it is neither IPv4 nor IPv6.
    ///
    /// A `sockaddr_in` has its address where a `sockaddr_in6` has its flow label.
    private static func client(_ address: sockaddr_in6) -> ClientAddress? {
        let port = UInt16(bigEndian: address.sin6_port)
        switch Int32(address.sin6_family) {
        case AF_INET:
            return ClientAddress(ipv4: UInt32(bigEndian: address.sin6_flowinfo), port: port)
        case AF_INET6:
            // Safe: an address is 16 bytes without invalid representations.
            let (high, low) = unsafe withUnsafeBytes(of: address.sin6_addr) { bytes in
                unsafe (
                    bytes.loadUnaligned(as: UInt64.self),
                    bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
                )
            }
            return ClientAddress(
                high: UInt64(bigEndian: high),
                low: UInt64(bigEndian: low),
                port: port
            )
        default:
            return nil
        }
    }

    /// Sets an integer option, by default to 1.
    ///
    /// The corresponding C function is `setsockopt`.
    private static func set(
        _ socket: borrowing Descriptor,
        _ level: Int32,
        _ option: Int32,
        to value: Int32 = 1
    ) throws(SystemError) {
        let number = socket.number
        var value = value
        // Safe: the pointer is to a local variable, and its size is passed with it.
        _ = try check("setsockopt") {
            unsafe setsockopt(number, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
        }
    }
}
