// SPDX-License-Identifier: Apache-2.0

/// A complete request.
package struct Request: Sendable {
    package let head: RequestHead
    /// The content, its transfer coding taken off.
    package let body: [UInt8]

    package init(head: RequestHead, body: [UInt8] = []) {
        self.head = head
        self.body = body
    }
}
