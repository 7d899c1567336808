// SPDX-License-Identifier: Apache-2.0

/// What came back.
struct Answer: Sendable {
    let status: Int
    let fields: Fields
    let body: [UInt8]
    /// The statuses before the final one: 100 Continue.
    var interim: [Int] = []
    /// How many connections libcurl had to open for it.
    var newConnections = 0
    /// The client's port; equal ports mean the same connection.
    var localPort = 0

    var text: String { String(decoding: body, as: UTF8.self) }

    var contentType: String? { fields["Content-Type"] }

    func json() throws -> JSON { try JSON(parsing: body) }
}
