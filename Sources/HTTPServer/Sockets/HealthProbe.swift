// SPDX-License-Identifier: Apache-2.0

/// Checks the health of a server, for container images without an HTTP client.
package enum HealthProbe {
    /// The status of the response, or the reason that there is none.
    package enum Outcome: Hashable, Sendable {
        case status(Int)
        case unreachable(String)
    }

    /// Sends `GET path` and returns the status of the response.
    ///
    /// Blocks the calling thread, for up to `seconds` in each step.
    package static func check(host: String, port: Int, path: String, seconds: Int) -> Outcome {
        // A server that listens on all addresses is reachable on the loopback address.
        let name = host == "0.0.0.0" ? "127.0.0.1" : host == "::" ? "::1" : host
        var reason = "\(host) is not an address of this machine"
        for address in SystemCall.addresses(of: name) {
            do throws(SystemError) {
                let socket = try SystemCall.connect(address.with(port: port), seconds: seconds)
                return try check(socket, name, path)
            } catch {
                reason = error.description
            }
        }
        return .unreachable(reason)
    }

    private static func check(
        _ socket: borrowing Descriptor,
        _ host: String,
        _ path: String
    )
        throws(SystemError) -> Outcome
    {
        let request = "GET \(path) HTTP/1.1\r\nHost: \(host.urlHost)\r\nConnection: close\r\n\r\n"
        try SystemCall.sendAll(socket, Array(request.utf8))
        var head: [UInt8] = []
        // The status line begins like "HTTP/1.1 200".
        while head.count < 12 {
            var bytes = [UInt8](repeating: 0, count: 512)
            switch SystemCall.receive(socket, into: &bytes, bytes.indices) {
            case .bytes(let count): head += bytes[..<count]
            case .end: return .unreachable("the response is not HTTP")
            case .wouldBlock: return .unreachable("no response in time")
            case .failed(let error): throw error
            }
        }
        let line = String(decoding: head.prefix(12), as: UTF8.self)
        guard line.hasPrefix("HTTP/1."), let status = Int(line.suffix(3)) else {
            return .unreachable("the response is not HTTP")
        }
        return .status(status)
    }
}
