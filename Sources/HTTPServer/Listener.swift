// SPDX-License-Identifier: Apache-2.0

/// A listening socket.
final class Listener {
    let socket: Descriptor
    /// Whether connections have been left waiting because there was no room for them.
    var isPaused = false
    /// Whether connections have been left waiting because others have to have their turn.
    var isPostponed = false

    init(socket: consuming Descriptor) {
        self.socket = socket
    }
}
