// SPDX-License-Identifier: Apache-2.0

import CLinux
import Dispatch
import Foundation
import Glibc
import Synchronization

/// A child process that inherits exactly three descriptors.
///
/// A child of Foundation's `Process` may inherit descriptors that another thread opens meanwhile. If
/// it outlives its sibling, Foundation never notices the end of the sibling and leaves it unreaped,
/// and Swift Testing, which waits for any child, sees no other: exit tests then never end.
final class ChildProcess: Sendable {
    struct Failure: Error {
        let call: String
        let errno: Int32
    }

    let identifier: pid_t
    /// Its exit status; `nil` until it is reaped.
    private let code = Mutex<Int32?>(nil)
    private let end = DispatchSemaphore(value: 0)

    /// Starts a program as the leader of a new process group.
    ///
    /// - Parameters:
    ///   - path: The path of the program.
    ///   - arguments: Its arguments, without its name.
    ///   - environment: Its complete environment.
    ///   - descriptors: Its standard input, output and error.
    /// - Throws: An error if it cannot be started.
    init(
        _ path: String,
        _ arguments: [String],
        environment: [String: String],
        descriptors: [OwnDescriptor]
    ) throws {
        identifier = try Self.spawn(path, arguments, environment, descriptors)
        Thread.detachNewThread { self.awaitEnd() }
    }

    /// Sends a signal, unless it has ended.
    func signal(_ number: Int32) {
        // The process ID is valid only until the process is reaped.
        code.withLock { if $0 == nil { kill(identifier, number) } }
    }

    /// Its exit code, or minus the number of the signal that ended it; `nil` while it runs.
    func exitCode(within time: Duration) -> Int32? {
        let seconds = DispatchTimeInterval.seconds(Int(time.components.seconds))
        guard end.wait(timeout: .now() + seconds) == .success else { return nil }
        end.signal()
        return code.withLock { $0 }
    }

    private func awaitEnd() {
        // The information is not used: this checks the process without reaping it.
        var information = unsafe siginfo_t()
        let flags = WEXITED | WNOWAIT
        // Safe: the pointer is to a local variable.
        while unsafe waitid(P_PID, id_t(identifier), &information, flags) != 0, errno == EINTR {}
        code.withLock { code in
            var status: Int32 = 0
            // Safe: as above. It does not block, for the process has ended.
            while unsafe waitpid(identifier, &status, 0) < 0, errno == EINTR {}
            let signal = status & 0x7F
            code = signal == 0 ? status >> 8 & 0xFF : -signal
        }
        end.signal()
    }

    private static func spawn(
        _ path: String,
        _ arguments: [String],
        _ environment: [String: String],
        _ descriptors: [OwnDescriptor]
    ) throws -> pid_t {
        // Safe: all values initialised here are destroyed here, the lists of strings end with null,
        // and the kernel copies them before the call returns.
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        for (number, descriptor) in descriptors.enumerated() {
            unsafe posix_spawn_file_actions_adddup2(&actions, descriptor.number, Int32(number))
        }
        unsafe posix_spawn_file_actions_addclosefrom_np(&actions, Int32(descriptors.count))
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var noSignals = sigset_t()
        unsafe sigemptyset(&noSignals)
        unsafe posix_spawnattr_setsigmask(&attributes, &noSignals)
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK
        unsafe posix_spawnattr_setflags(&attributes, Int16(flags))

        var argv = unsafe ([path] + arguments).map { unsafe strdup($0) } + [nil]
        var envp = unsafe environment.map { unsafe strdup("\($0.key)=\($0.value)") } + [nil]
        defer {
            for index in unsafe argv.indices { unsafe free(argv[index]) }
            for index in unsafe envp.indices { unsafe free(envp[index]) }
        }
        var identifier = pid_t()
        let code = withExtendedLifetime(descriptors) {
            unsafe posix_spawn(&identifier, path, &actions, &attributes, &argv, &envp)
        }
        guard code == 0 else { throw Failure(call: "posix_spawn", errno: code) }
        return identifier
    }
}

/// A descriptor that no child inherits, closed with its last reference.
final class OwnDescriptor: Sendable {
    let number: Int32

    private init(_ number: Int32) {
        self.number = number
    }

    deinit { close(number) }

    /// Opens a file.
    static func open(_ path: String, _ flags: Int32) throws -> OwnDescriptor {
        // Safe: the path ends with a zero.
        let number = unsafe Glibc.open(path, flags | O_CLOEXEC, 0o600)
        guard number >= 0 else { throw ChildProcess.Failure(call: "open", errno: errno) }
        return OwnDescriptor(number)
    }

    /// Both ends of a pipe.
    static func pipe() throws -> (reading: OwnDescriptor, writing: OwnDescriptor) {
        var numbers: [Int32] = [0, 0]
        // Safe: there is room for the two numbers that are written.
        guard unsafe pipe2(&numbers, O_CLOEXEC) == 0 else {
            throw ChildProcess.Failure(call: "pipe2", errno: errno)
        }
        return (OwnDescriptor(numbers[0]), OwnDescriptor(numbers[1]))
    }
}
