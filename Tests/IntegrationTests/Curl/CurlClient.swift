// SPDX-License-Identifier: Apache-2.0

/// A client that asks one question at a time and keeps its connection.
final class CurlClient {
    private let server: String
    private let handle: CurlHandle

    /// A client of the server with that scheme, host and port.
    init(_ server: String) throws {
        self.server = server
        handle = try CurlHandle()
    }

    func ask(_ question: Question) throws -> Answer {
        let transfer = CurlTransfer(question)
        defer { handle.reset() }
        try transfer.prepare(handle, server: server)
        try handle.perform()
        return try withExtendedLifetime(transfer) { try transfer.answer(from: handle) }
    }
}
