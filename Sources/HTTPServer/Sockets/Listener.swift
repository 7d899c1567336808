// SPDX-License-Identifier: Apache-2.0

/// A listening socket.
final class Listener {
    let socket: Descriptor
    /// Whether connections are left waiting because descriptors or memory ran out.
    var isPaused = false
    /// Whether connections are left waiting because the turn has ended.
    var isPostponed = false

    init(socket: consuming Descriptor) {
        self.socket = socket
    }
}
