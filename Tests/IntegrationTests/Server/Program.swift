// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc

/// A running process of the real binary.
final class Program: Sendable {
    enum Failure: Error {
        case noOutput(within: Duration, errors: String)
        case noExit(within: Duration, errors: String)
    }

    private let process: ChildProcess
    private let standardOutput: OwnDescriptor
    private let errorFile: String
    private let watchdog: Watchdog

    /// The path of the binary: next to the tests, unless TESTED_BINARY is set.
    static let binary: URL = {
        if let path = ProcessInfo.processInfo.environment["TESTED_BINARY"] {
            return URL(filePath: path)
        }
        return URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().appending(path: "loss-server")
    }()

    init(_ arguments: [String], environment: [String: String] = [:]) throws {
        errorFile =
            FileManager.default.temporaryDirectory
            .appending(path: "loss-server-\(UUID().uuidString).log").path
        let input = try OwnDescriptor.open("/dev/null", O_RDONLY)
        let output = try OwnDescriptor.pipe()
        let errors = try OwnDescriptor.open(errorFile, O_WRONLY | O_CREAT)
        standardOutput = output.reading
        process = try ChildProcess(
            Self.binary.path,
            arguments,
            environment: ProcessInfo.processInfo.environment
                .filter { !$0.key.hasPrefix("LOSS_SERVER_") }
                .merging(environment) { $1 },
            descriptors: [input, output.writing, errors]
        )
        do {
            watchdog = try Watchdog(over: process.identifier)
        } catch {
            process.signal(SIGKILL)
            throw error
        }
    }

    deinit {
        process.signal(SIGKILL)
        watchdog.dismiss()
        // The system eventually clears the folder of temporary files.
        try? FileManager.default.removeItem(atPath: errorFile)
    }

    /// Its output on standard error so far.
    var errors: String {
        // It is only shown after another failure.
        (try? String(contentsOfFile: errorFile, encoding: .utf8)) ?? ""
    }

    func signal(_ number: Int32) { process.signal(number) }

    /// The next line of its standard output, or the rest at its end.
    func line(within time: Duration = .seconds(20)) throws -> String {
        try read(within: time) { $0.last == UInt8(ascii: "\n") }
    }

    /// The rest of its standard output.
    func output(within time: Duration = .seconds(20)) throws -> String {
        try read(within: time) { _ in false }
    }

    /// Its exit code; minus the number of the signal that ended it.
    func exitCode(within time: Duration = .seconds(20)) throws -> Int32 {
        guard let code = process.exitCode(within: time) else {
            throw Failure.noExit(within: time, errors: errors)
        }
        return code
    }

    private func read(within time: Duration, until isEnough: ([UInt8]) -> Bool) throws -> String {
        let end = ContinuousClock.now + time
        var bytes: [UInt8] = []
        while !isEnough(bytes) {
            guard Wait.forInput(on: standardOutput.number, until: end) else {
                throw Failure.noOutput(within: time, errors: errors)
            }
            // One byte at a time, so that the next line is not consumed.
            var byte: UInt8 = 0
            // Safe: there is room for the one byte.
            guard unsafe Glibc.read(standardOutput.number, &byte, 1) > 0 else { break }
            bytes.append(byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
