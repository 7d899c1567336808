// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import HTTP
import LossAPI
import Testing

@testable import loss_server

@Suite("The command line")
struct OptionTests {
    private static let repository = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private func serve(
        _ commandLine: [String] = [],
        _ environment: [String: String] = [:]
    ) throws
        -> Serve
    {
        let arguments = try Environment.arguments(commandLine, environment)
        return try #require(LossServer.parseAsRoot(arguments) as? Serve)
    }

    @Test("has the limits of the HTTP layer as its defaults")
    func defaults() throws {
        #expect(try serve().limitOptions.limits == Limits())
        #expect(try serve().address.host == "127.0.0.1")
        #expect(try serve().address.port == 8080)
    }

    @Test("accepts every option from the environment; the command line wins")
    func environment() throws {
        let names = Environment.names(of: Serve.self)
        #expect(names.count > 18)
        let words = [
            "host", "log-level", "compression", "diagnostics", "access-log", "access-log-probes",
            "cors-origin", "page",
        ]
        for name in names where !words.contains(name) {
            let variable = Environment.variable(for: name)
            let value = name == "memory-bytes" ? "70000000" : "7"
            let arguments = try Environment.arguments([], [variable: value])
            #expect(arguments == ["serve", "--\(name)=\(value)"])
        }
        let environment = ["LOSS_SERVER_BODY_BYTES": "7", "LOSS_SERVER_IDLE_TIME": "0.5"]
        let limits = try serve([], environment).limitOptions.limits
        #expect(limits.bodyBytes == 7 && limits.idleTime == .milliseconds(500))
        let overridden = try serve(["--body-bytes", "8"], environment).limitOptions.limits
        #expect(overridden.bodyBytes == 8 && overridden.idleTime == .milliseconds(500))
    }

    @Test("accepts an option without a value from the environment if it is on")
    func flags() throws {
        let variable = "LOSS_SERVER_DIAGNOSTICS"
        for value in ["1", "true", "YES", "on"] {
            #expect(try serve([], [variable: value]).accessOptions.diagnostics)
        }
        for value in ["0", "false", "No", "off", ""] {
            #expect(try !serve([], [variable: value]).accessOptions.diagnostics)
        }
        #expect(throws: (any Error).self) { try serve([], [variable: "perhaps"]) }
    }

    @Test("allows no origins, requires no tokens and echoes nothing by default")
    func access() throws {
        let closed = try serve().accessOptions.options()
        #expect(closed.crossOrigin == nil && closed.tokens == nil && !closed.echoes)
        let origins = ["--cors-origin", "https://a.example,http://localhost:3000"]
        let opened = try serve(origins + ["--diagnostics", "--compression", "all"])
            .accessOptions.options()
        #expect(opened.crossOrigin != nil && opened.echoes && opened.compression == .all)
    }

    @Test(
        "reads tokens from a file, and reports its errors",
        arguments: [
            ("sesame\n", nil), ("# one\n\n  sesame \r\n", nil), ("# none\n", "no token"),
            ("sesame\nopen sesame", "line 2: a token may have only visible ASCII characters"),
            ("s\u{e9}same", "line 1: a token may have only visible ASCII characters"),
            ("s\u{e9}same", "not the byte 0xC3"),
            (String(repeating: "a", count: 65_537), "too large: the limit is 65536 bytes"),
        ] as [(String, String?)]
    )
    func tokens(text: String, fault: String?) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try Data(text.utf8).write(to: file)
        // Failure to remove a temporary file is harmless.
        defer { try? FileManager.default.removeItem(at: file) }
        let options = try serve(["--token-file", file.path]).accessOptions
        guard let fault else {
            #expect(try options.options().tokens != nil)
            return
        }
        let error = #expect(throws: (any Error).self) { try options.options() }
        #expect(error.map { "\($0)" }?.contains(fault) == true)
    }

    @Test(
        "reports that a token file is not a regular file, without waiting for it",
        arguments: [
            ("/nowhere/tokens", "does not exist"), ("/", "is a directory"),
            ("/dev/zero", "is a pipe, a socket or a device"),
        ]
    )
    func noFile(path: String, fault: String) throws {
        let options = try serve(["--token-file", path]).accessOptions
        let error = #expect(throws: (any Error).self) { try options.options() }
        #expect(error.map { "\($0)" }?.contains(fault) == true)
    }

    @Test("has an option for each limit")
    func everyLimit() throws {
        let others = Environment.names(of: Serve.self).filter { name in
            ["host", "port", "log-level", "access-log", "access-log-probes"].contains(name)
                || ["json-depth", "steps", "groups"].contains(name)
                || ["token-file", "cors-origin", "compression", "page", "diagnostics"]
                    .contains(name)
        }
        for name in Environment.names(of: Serve.self) where !others.contains(name) {
            let value = name == "memory-bytes" ? "30000000" : "3"
            #expect(try serve(["--\(name)", value]).limitOptions.limits != Limits(), "\(name)")
        }
        // The depth of JSON and the limits of computations are options, but not limits of the HTTP layer.
        let limits = Mirror(reflecting: Limits()).children.count
        #expect(Mirror(reflecting: LimitOptions()).children.count == limits + 3)
    }

    @Test("ignores variables that Kubernetes sets for a service of its name")
    func kubernetes() throws {
        let environment = [
            "LOSS_SERVER_PORT": "tcp://10.0.0.1:8080", "LOSS_SERVER_SERVICE_HOST": "10.0.0.1",
            "LOSS_SERVER_PORT_8080_TCP_ADDR": "10.0.0.1", "LOSS_SERVER_PORT_8080_TCP_PORT": "8080",
            "LOSS_SERVER_SERVICE_PORT": "8080", "LOSS_SERVER_SERVICE_PORT_HTTP": "8080",
            "LOSS_SERVER_CANARY_PORT": "tcp://10.0.0.2:8080",
            "LOSS_SERVER_CANARY_SERVICE_HOST": "10.0.0.2",
            "LOSS_SERVER_CANARY_PORT_8080_TCP_PROTO": "tcp",
        ]
        #expect(try serve([], environment).address.port == 8080)
    }

    @Test(
        "rejects an unknown variable by name, with a suggestion",
        arguments: [
            ("BODY_BYTES", "many", ["LOSS_SERVER_BODY_BYTES", "many"]),
            ("IDLE_TIME", "-1", ["LOSS_SERVER_IDLE_TIME", "from 0 to"]),
            ("DIAGNOSTICS", "perhaps", ["LOSS_SERVER_DIAGNOSTICS", "yes or on", "perhaps"]),
            ("LOG_LEVEL", "loud", ["LOSS_SERVER_LOG_LEVEL", "warning"]),
            ("BODY_BYTE", "7", ["LOSS_SERVER_BODY_BYTE.", "Did you mean LOSS_SERVER_BODY_BYTES?"]),
            (
                "body_bytes", "7",
                ["LOSS_SERVER_body_bytes.", "Did you mean LOSS_SERVER_BODY_BYTES?"]
            ),
            ("", "7", ["LOSS_SERVER_.", "--help"]),
            ("TEMPERATURE", "7", ["LOSS_SERVER_TEMPERATURE.", "--help"]),
        ]
    )
    func badVariables(name: String, value: String, parts: [String]) {
        let error = #expect(throws: ValidationError.self) {
            try Environment.arguments([], ["LOSS_SERVER_" + name: value])
        }
        let message = error.map { LossServer.message(for: $0) } ?? ""
        for part in parts { #expect(message.contains(part), "\(message)") }
    }

    @Test("names every unknown variable at once")
    func unknownVariables() {
        let variables = ["LOSS_SERVER_TEMPERATURE": "7", "LOSS_SERVER_BODY_BYTE": "7"]
        let error = #expect(throws: ValidationError.self) {
            try Environment.arguments([], variables)
        }
        let message = error.map { LossServer.message(for: $0) } ?? ""
        for name in variables.keys { #expect(message.contains(name + "."), "\(message)") }
    }

    @Test("shares its address with the health check, which ignores other variables")
    func healthCheck() throws {
        let environment = ["LOSS_SERVER_PORT": "9000", "LOSS_SERVER_BODY_BYTES": "7"]
        let arguments = try Environment.arguments(["healthcheck", "--host", "::1"], environment)
        let command = try #require(LossServer.parseAsRoot(arguments) as? HealthCheck)
        #expect(command.address.port == 9000 && command.address.host == "::1")
        #expect(try Environment.arguments(["openapi"], environment) == ["openapi"])
        #expect(try Environment.arguments(["--help"], environment) == ["--help"])
    }

    @Test(
        "rejects invalid values by the name of the option",
        arguments: [
            ["--port", "65536"], ["--port", "-1"], ["--body-bytes", "0"], ["--json-depth", "0"],
            ["--steps", "0"],
            ["--idle-time", "-1"], ["--idle-time", "nan"], ["--idle-time", "1e300"],
            ["--workers", "-2"], ["--head-bytes", "9223372036854775807"],
            ["--memory-bytes", "1000"], ["--connections", "many"], ["--log-level", "loud"],
            ["--compression", "most"],
            ["--body-bytes", "-1"], ["--body-bytes", "64MB"], ["--idle-time", "soon"],
            ["--cors-origin", "example.org"], ["--cors-origin", "https://a.example:443"],
            ["--cors-origin", "https://a.example, https://b.example"], ["--cors-origin", "null"],
        ]
    )
    func refusals(commandLine: [String]) {
        let error = #expect(throws: (any Error).self) {
            try LossServer.parseAsRoot(Environment.arguments(["serve"] + commandLine, [:]))
        }
        let message = error.map { LossServer.message(for: $0) } ?? ""
        #expect(message.contains(commandLine[0]), "\(message)")
    }

    @Test(
        "states in each error what would be accepted",
        arguments: [
            (["--port", "-1"], "--port must be from 0 to 65535, not -1."),
            (["--port", "--body-bytes", "7"], "'--body-bytes' is invalid for '--port <port>'"),
            (["--workers", "-2"], "--workers must be at least 0, not -2."),
            (["--workers", "257"], "--workers must be at most 256, not 257."),
            (["--body-bytes", "-1"], "--body-bytes must be at least 1, not -1."),
            (["--body-bytes", "1025GiB"], "--body-bytes must be at most 1099511627776, not"),
            (["--body-bytes", "9223372036854775807GiB"], "at most 1099511627776, not"),
            (
                ["--body-bytes", "64MB"],
                "a whole number of bytes, or of KiB (1024 bytes), MiB or GiB"
            ),
            (["--idle-time", "-1"], "a number of seconds from 0 to 3000000000, not -1.0."),
            (["--idle-time", "3000000001"], "a number of seconds from 0 to 3000000000, not 3"),
            (["--idle-time", "nan"], "a number of seconds from 0 to 3000000000, not nan."),
            (
                ["--cors-origin", "https://x:443"],
                "browsers send the origin \"https://x:443\" as https://x."
            ),
        ]
    )
    func helpfulRefusals(commandLine: [String], part: String) {
        let error = #expect(throws: (any Error).self) {
            try LossServer.parseAsRoot(Environment.arguments(["serve"] + commandLine, [:]))
        }
        let message = error.map { LossServer.message(for: $0) } ?? ""
        #expect(message.contains(part), "\(message)")
    }

    @Test(
        "accepts sizes with binary units",
        arguments: [
            ("100", 100), ("1KiB", 1_024), ("64MiB", 67_108_864), ("3GiB", 3_221_225_472),
        ]
    )
    func units(text: String, bytes: Int) throws {
        #expect(try serve(["--body-bytes", text]).limitOptions.limits.bodyBytes == bytes)
        let limits = try serve([], ["LOSS_SERVER_BODY_BYTES": text]).limitOptions.limits
        #expect(limits.bodyBytes == bytes)
    }

    @Test(
        "accepts no other form of a size",
        arguments: [
            "", "KiB", "64MB", "64M", "64k", "64Mi", "64mib", "64 MiB", "1.5MiB", "1e6", "0x10",
            "64MiBs", "64KiBMiB", "64B", " 64", "64\n",
        ]
    )
    func noSizes(text: String) {
        #expect(throws: (any Error).self) { try serve(["--body-bytes=\(text)"]) }
    }

    @Test(
        "accepts an IPv6 address as in a URL, in brackets",
        arguments: [("[::1]", "::1"), ("::1", "::1"), ("[a]", "[a]"), ("127.0.0.1", "127.0.0.1")]
    )
    func brackets(text: String, host: String) throws {
        #expect(try serve(["--host", text]).address.host == host)
        let arguments = try Environment.arguments(["healthcheck", "--host", text], [:])
        let command = try #require(LossServer.parseAsRoot(arguments) as? HealthCheck)
        #expect(command.address.host == host)
    }

    @Test("states the bounds of limits in docs/operating.md and in --help")
    func bounds() throws {
        let page = try String(
            contentsOf: Self.repository.appending(path: "docs/operating.md"),
            encoding: .utf8
        )
        let words = page.split { $0.isWhitespace }.joined(separator: " ")
        #expect(words.contains(LimitOptions.bounds))
        let help = LossServer.helpMessage(for: Serve.self, columns: 10_000)
        #expect(help.contains(LimitOptions.bounds))
    }

    @Test("is described in docs/operating.md: every option, its variable and its default")
    func readme() throws {
        let page = try String(
            contentsOf: Self.repository.appending(path: "docs/operating.md"),
            encoding: .utf8
        )
        let missing = Environment.names(of: Serve.self)
            .flatMap { ["`--\($0)`", "`\(Environment.variable(for: $0))`"] }
            .filter { !page.contains($0) }
        #expect(missing == [])
    }

    @Test("is described in docs/operating.md in the words of --help")
    func readmeHelp() throws {
        let page = try String(
            contentsOf: Self.repository.appending(path: "docs/operating.md"),
            encoding: .utf8
        )
        let help = LossServer.helpMessage(for: Serve.self, columns: 10_000)
        let missing = try Environment.names(of: Serve.self).filter { name in
            let start = try #require(help.range(of: "  --\(name) "), "\(name)")
            // A long name and its placeholder are on a line of their own.
            let rest = help[start.upperBound...].drop { $0.isWhitespace }
            let text = rest.hasPrefix("<") ? rest.drop { $0 != ">" }.dropFirst() : rest
            let line = text.drop { $0.isWhitespace }.prefix { $0 != "\n" }
            let sentence = try #require(line.split(separator: " (default:").first, "\(name)")
            return !page.contains("| \(sentence) |")
        }
        #expect(missing == [])
    }
}
