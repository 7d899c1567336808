// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Foundation
import Glibc

/// The real binary at work.
final class Program: Sendable {
    enum Failure: Error {
        case noOutput(within: Duration, errors: String)
        case noExit(within: Duration, errors: String)
    }

    private let process = Process()
    private let pipe = Pipe()
    private let errorFile: URL
    private let watchdog: Watchdog
    private let ended = DispatchSemaphore(value: 0)

    /// Where the binary is: beside the tests, unless LOSS_SERVER_BINARY says otherwise.
    static let binary: URL = {
        if let path = ProcessInfo.processInfo.environment["LOSS_SERVER_BINARY"] {
            return URL(filePath: path)
        }
        return URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().appending(path: "loss-server")
    }()

    init(_ arguments: [String], environment: [String: String] = [:]) throws {
        errorFile = FileManager.default.temporaryDirectory
            .appending(path: "loss-server-\(UUID().uuidString).log")
        try Data().write(to: errorFile)
        process.executableURL = Self.binary
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment
            .filter { !$0.key.hasPrefix("LOSS_SERVER_") }
            .merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = pipe
        process.standardError = try FileHandle(forWritingTo: errorFile)
        process.terminationHandler = { [ended] _ in ended.signal() }
        try process.run()
        do {
            watchdog = try Watchdog(over: process.processIdentifier)
        } catch {
            kill(process.processIdentifier, SIGKILL)
            throw error
        }
    }

    deinit {
        // Only while it is not reaped does the number stand for this process.
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        watchdog.dismiss()
        // The system clears the folder of temporary files in the end.
        try? FileManager.default.removeItem(at: errorFile)
    }

    /// What it has said on its standard error so far.
    var errors: String {
        // It is shown where something else has failed already.
        (try? String(contentsOf: errorFile, encoding: .utf8)) ?? ""
    }

    func signal(_ number: Int32) {
        if process.isRunning { kill(process.processIdentifier, number) }
    }

    /// The next line of its standard output, or what is left of it when it ends.
    func line(within time: Duration = .seconds(20)) throws -> String {
        try read(within: time) { $0.last == UInt8(ascii: "\n") }
    }

    /// All the rest of its standard output.
    func output(within time: Duration = .seconds(20)) throws -> String {
        try read(within: time) { _ in false }
    }

    /// Its exit code; minus the number of the signal that ended it.
    func exitCode(within time: Duration = .seconds(20)) throws -> Int32 {
        guard ended.wait(timeout: .now() + time.dispatched) == .success else {
            throw Failure.noExit(within: time, errors: errors)
        }
        ended.signal()
        return process.terminationReason == .exit
            ? process.terminationStatus : -process.terminationStatus
    }

    private func read(within time: Duration, until isEnough: ([UInt8]) -> Bool) throws -> String {
        let end = ContinuousClock.now + time
        let descriptor = pipe.fileHandleForReading.fileDescriptor
        var bytes: [UInt8] = []
        while !isEnough(bytes) {
            guard Wait.forInput(on: descriptor, until: end) else {
                throw Failure.noOutput(within: time, errors: errors)
            }
            // A byte at a time, so that the next line stays where it is.
            guard let byte = try pipe.fileHandleForReading.read(upToCount: 1)?.first else { break }
            bytes.append(byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension Duration {
    fileprivate var dispatched: DispatchTimeInterval {
        .milliseconds(Int(components.seconds) * 1_000)
    }
}
