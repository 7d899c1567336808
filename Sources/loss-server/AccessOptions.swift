// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FoundationEssentials
import LossAPI

/// Options for access control and responses.
struct AccessOptions: ParsableArguments {
    @Option(
        help:
            "File with one bearer token per line; requests without one get 401. (default: none)"
    )
    var tokenFile = ""

    @Option(
        help: "Origins allowed by CORS, separated by commas; * for all. (default: none)"
    )
    var corsOrigin = ""

    @Option(
        help: """
            Responses to compress if the client accepts it; short means up to 16384 numbers.
            """
    )
    var compression = ServiceOptions.Compression.short

    @Flag(help: "Echo bodies at POST / and heads at /echo, for HTTP conformance tests.")
    var diagnostics = false

    /// The options of the service.
    ///
    /// - Throws: `TokenFile.Fault` if the token file is invalid.
    func options() throws -> ServiceOptions {
        var options = ServiceOptions()
        options.compression = compression
        options.echoes = diagnostics
        if !corsOrigin.isEmpty { options.crossOrigin = CrossOrigin(origins) }
        options.tokens = try tokens.map { TokenList(try $0.read()) }
        return options
    }

    func validate() throws {
        for origin in origins where origin != "*" {
            guard Self.isOrigin(origin) else {
                throw ValidationError(
                    "--cors-origin must be origins like https://example.org or "
                        + "http://localhost:3000, in lower case and without a path, or *; "
                        + "not \(origin)."
                )
            }
        }
    }

    /// Whether a browser sends this origin: in lower case, without a path, a user or the default
    /// port (URL Standard, "serialization of an origin").
    private static func isOrigin(_ text: String) -> Bool {
        guard let url = URLComponents(string: text), let scheme = url.scheme,
            let host = url.encodedHost, !host.isEmpty, !host.contains("*"),
            let defaultPort = ["http": 80, "https": 443][scheme], url.port != defaultPort
        else { return false }
        let port = url.port.map { ":\($0)" } ?? ""
        return text == "\(scheme)://\(host.lowercased())\(port)"
    }

    /// The token file; `nil` if no token is required.
    var tokens: TokenFile? { tokenFile.isEmpty ? nil : TokenFile(path: tokenFile) }

    private var origins: [String] { corsOrigin.split(separator: ",").map(String.init) }
}

extension ServiceOptions.Compression: ExpressibleByArgument {}
