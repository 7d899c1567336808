// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite("The command line") struct CommandLineTests {
    @Test("prints its version, which is that of the API description")
    func version() throws {
        let program = try Program(["--version"])
        let version = try Contract.current.document["info"]?["version"]?.string
        #expect(try program.output() == "\(version ?? "")\n")
        #expect(try program.exitCode() == 0)
    }

    @Test("explains itself", arguments: [["--help"], ["-h"], ["help"], ["serve", "--help"]])
    func help(arguments: [String]) throws {
        let program = try Program(arguments)
        #expect(try program.output().contains("USAGE: loss-server"))
        #expect(try program.exitCode() == 0)
    }

    @Test("names every limit in its help")
    func options() throws {
        let help = try Program(["serve", "--help"]).output()
        for option in ["--host", "--port", "--body-bytes", "--head-time", "--drain-time"] {
            #expect(help.contains("\(option) <"), "\(option)")
        }
    }

    @Test(
        "prints the API description and the description of the losses",
        arguments: [
            (["openapi"], "openapi.yaml"), (["docs"], "docs/losses.md"),
            (["docs", "conventions"], "docs/conventions.md"),
        ]
    )
    func documents(command: [String], file: String) throws {
        let program = try Program(command)
        let output = Array(try program.output().utf8)
        let difference = try Repository.difference(of: output, from: file)
        #expect(difference == [])
        #expect(try program.exitCode() == 0)
    }

    @Test(
        "rejects invalid arguments",
        arguments: [
            ["--prot", "0"], ["--port", "70000"], ["--port", "x"], ["--body-bytes", "0"],
        ]
    )
    func invalid(arguments: [String]) throws {
        let program = try Program(arguments)
        #expect(try program.output().isEmpty)
        // EX_USAGE of sysexits.h.
        #expect(try program.exitCode() == 64)
        #expect(program.errors.contains(arguments[0]))
    }

    @Test("reports a port in use")
    func portInUse() throws {
        let port = try ServerProcess.shared.port
        let program = try Program(["--port", "\(port)"])
        #expect(try program.output().isEmpty)
        #expect(try program.exitCode() == 1)
        #expect(program.errors.contains("\(port)"))
    }

    @Test("has a health check that detects a server")
    func healthy() throws {
        let port = try ServerProcess.shared.port
        let program = try Program(["healthcheck", "--port", "\(port)"])
        #expect(try program.exitCode() == 0)
    }

    @Test(
        "has a health check that detects a server at an IPv6 address",
        .enabled(if: Self.hasIPv6),
        arguments: ["::1", "[::1]", "::"]
    )
    func healthyIPv6(host: String) throws {
        let server = try ServerProcess("--host", host)
        #expect(server.url == "http://[\(host == "::" ? "::" : "::1")]:\(server.port)")
        #expect(try server.client().send(.get("/livez")).status == 200)
        let program = try Program(["healthcheck", "--host", host, "--port", "\(server.port)"])
        #expect(try program.exitCode() == 0)
    }

    /// Whether this machine has the loopback address of IPv6.
    private static var hasIPv6: Bool {
        // Without IPv6, the file does not exist.
        (try? String(contentsOfFile: "/proc/net/if_inet6", encoding: .utf8))?
            .contains("00000000000000000000000000000001 ") ?? false
    }

    @Test("has a health check that reports a missing server")
    func unhealthy() throws {
        let server = try ServerProcess()
        server.program.signal(15)
        #expect(try server.program.exitCode() == 0)
        let program = try Program(["healthcheck", "--port", "\(server.port)"])
        #expect(try program.exitCode() == 1)
        #expect(program.errors.contains("\(server.port)"))
    }
}
