// SPDX-License-Identifier: Apache-2.0

/// A response as received by libcurl.
struct Response: Sendable {
    let status: Int
    let fields: Fields
    let body: [UInt8]
    /// The interim statuses, such as 100 Continue.
    var interim: [Int] = []
    /// The number of connections that libcurl opened for it.
    var newConnections = 0
    /// The client's port; equal ports mean the same connection.
    var localPort = 0

    var text: String { String(decoding: body, as: UTF8.self) }

    var contentType: String? { fields["Content-Type"] }

    func json() throws -> JSON { try JSON(parsing: body) }
}
