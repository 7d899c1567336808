// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Kills a process when this one ends for any reason.
///
/// A shell waits for a word on its input. If the tests crash or are killed, it reaches the end of the
/// input instead and kills that process.
final class Watchdog: Sendable {
    private let input: OwnDescriptor

    init(over process: pid_t) throws {
        let (reading, writing) = try OwnDescriptor.pipe()
        let null = try OwnDescriptor.open("/dev/null", O_WRONLY)
        _ = try ChildProcess(
            "/bin/sh",
            ["-c", "read -r word || kill -KILL \"$0\"", "\(process)"],
            environment: [:],
            descriptors: [reading, null, null]
        )
        input = writing
    }

    /// Reports that the process has ended by itself.
    func dismiss() {
        let word = Array("over\n".utf8)
        // Safe: the array is valid for the call and its length is passed with it. The shell is still
        // reading, and the five bytes fit into the pipe.
        _ = unsafe write(input.number, word, word.count)
    }
}
