// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Ends a process when this one ends, however that comes about.
///
/// A shell waits for a word on its input. When the tests crash, or are killed, it reads the end of
/// the input instead and kills the one process it was told of.
final class Watchdog: Sendable {
    private let shell = Process()
    private let input = Pipe()

    init(over process: Int32) throws {
        shell.executableURL = URL(filePath: "/bin/sh")
        shell.arguments = ["-c", "read -r word || kill -KILL \"$0\"", "\(process)"]
        shell.standardInput = input
        shell.standardOutput = FileHandle.nullDevice
        shell.standardError = FileHandle.nullDevice
        try shell.run()
    }

    /// Says that the process has ended by itself.
    func dismiss() {
        // A shell that is gone has nothing left to do.
        try? input.fileHandleForWriting.write(contentsOf: Data("over\n".utf8))
        try? input.fileHandleForWriting.close()
    }
}
