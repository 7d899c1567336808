// SPDX-License-Identifier: Apache-2.0

/// A listening socket.
final class Listener {
    let socket: Descriptor
    /// Whether connections have been left waiting because there was no room for them.
    var isPaused = false

    init(socket: consuming Descriptor) {
        self.socket = socket
    }
}
