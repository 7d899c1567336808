// SPDX-License-Identifier: Apache-2.0

/// A running server on a free port.
final class ServerProcess: Sendable {
    struct UnexpectedLine: Error {
        let line: String
        let errors: String
    }

    let program: Program
    let url: String
    let port: UInt16

    /// The server shared by all tests that need no options and send no signals.
    static var shared: ServerProcess { get throws { try started.get() } }

    private static let started = Result { try ServerProcess() }

    convenience init(_ options: String...) throws {
        try self.init(options)
    }

    /// Starts a server and waits until it listens.
    init(_ options: [String], environment: [String: String] = [:]) throws {
        program = try Program(["--port", "0"] + options, environment: environment)
        let line = try program.line()
        let start = "loss-server listening on "
        guard line.hasPrefix(start + "http://"), line.hasSuffix("\n"),
            let port = line.dropLast().split(separator: ":").last.flatMap({ UInt16($0) })
        else { throw UnexpectedLine(line: line, errors: program.errors) }
        url = String(line.dropFirst(start.count).dropLast())
        self.port = port
    }

    func client() throws -> CurlClient { try CurlClient(url) }

    func connection() throws -> RawConnection { try RawConnection(port: port) }
}
