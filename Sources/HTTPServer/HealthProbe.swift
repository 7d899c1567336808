// SPDX-License-Identifier: Apache-2.0

/// Asks a server how it is, for container engines whose images hold no other client.
package enum HealthProbe {
    /// What a server answered, or why there is no answer.
    package enum Outcome: Hashable, Sendable {
        case status(Int)
        case unreachable(String)
    }

    /// Sends `GET path` to a server and reads the status of its answer.
    ///
    /// Blocks its thread, for up to `seconds` a step.
    package static func ask(host: String, port: Int, path: String, seconds: Int) -> Outcome {
        // A server on all addresses answers on this machine's own.
        let name = host == "0.0.0.0" ? "127.0.0.1" : host == "::" ? "::1" : host
        var reason = "\(host) is no address of this machine"
        for address in SystemCall.addresses(of: name) {
            do throws(SystemError) {
                let socket = try SystemCall.connect(address.with(port: port), seconds: seconds)
                return try ask(socket, name, path)
            } catch {
                reason = error.description
            }
        }
        return .unreachable(reason)
    }

    private static func ask(
        _ socket: borrowing Descriptor,
        _ host: String,
        _ path: String
    )
        throws(SystemError) -> Outcome
    {
        let request = "GET \(path) HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n"
        try SystemCall.sendAll(socket, Array(request.utf8))
        var head: [UInt8] = []
        // The status line is "HTTP/1.1 200 OK".
        while head.count < 12 {
            var bytes = [UInt8](repeating: 0, count: 512)
            switch SystemCall.receive(socket, into: &bytes, bytes.indices) {
            case .bytes(let count): head += bytes[..<count]
            case .end: return .unreachable("the answer is no HTTP")
            case .wouldBlock: return .unreachable("no answer in time")
            case .failed(let error): throw error
            }
        }
        let line = String(decoding: head.prefix(12), as: UTF8.self)
        guard line.hasPrefix("HTTP/1."), let status = Int(line.suffix(3)) else {
            return .unreachable("the answer is no HTTP")
        }
        return .status(status)
    }
}
