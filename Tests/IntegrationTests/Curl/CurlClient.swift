// SPDX-License-Identifier: Apache-2.0

/// A client that sends one request at a time on a persistent connection.
final class CurlClient {
    private let server: String
    private let handle: CurlHandle

    /// Creates a client of the server with a scheme, host and port.
    init(_ server: String) throws {
        self.server = server
        handle = try CurlHandle()
    }

    func send(_ request: Request) throws -> Response {
        let transfer = CurlTransfer(request)
        defer { handle.reset() }
        try transfer.prepare(handle, server: server)
        try handle.perform()
        return try withExtendedLifetime(transfer) { try transfer.response(from: handle) }
    }
}
