// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import LossAPI

/// Options for access control and responses.
struct AccessOptions: ParsableArguments {
    @Option(
        help:
            "File with one bearer token per line; requests without one get 401. (default: none)"
    )
    var tokenFile = ""

    @Option(
        help: """
            Origins allowed by CORS, as browsers send them, separated by commas; * for all. \
            (default: none)
            """
    )
    var corsOrigin = ""

    @Option(
        help: """
            Responses to compress if the client accepts it; short means up to 16384 numbers.
            """
    )
    var compression = ServiceOptions.Compression.short

    @Option(help: "Serve the explorer page to browsers.")
    var page = PageSetting.on

    @Flag(help: "Echo bodies at POST / and heads at /echo, for HTTP conformance tests.")
    var diagnostics = false

    /// The options of the service.
    ///
    /// - Throws: `TokenFile.Fault` if the token file is invalid, or `ValidationError`.
    func options() throws -> ServiceOptions {
        var options = ServiceOptions()
        options.compression = compression
        options.hasPage = page == .on
        options.echoes = diagnostics
        options.crossOrigin = try crossOrigin
        options.tokens = try tokens.map { TokenList(try $0.read()) }
        return options
    }

    func validate() throws { _ = try crossOrigin }

    /// The origins allowed by CORS; `nil` if none are.
    private var crossOrigin: CrossOrigin? {
        get throws(ValidationError) {
            guard !corsOrigin.isEmpty else { return nil }
            do throws(Origin.Fault) {
                return try CrossOrigin(corsOrigin)
            } catch {
                throw ValidationError("--cors-origin is invalid: \(error)")
            }
        }
    }

    /// The token file; `nil` if no token is required.
    var tokens: TokenFile? { tokenFile.isEmpty ? nil : TokenFile(path: tokenFile) }
}

extension ServiceOptions.Compression: ExpressibleByArgument {}

/// Whether browsers get the explorer page.
enum PageSetting: String, ExpressibleByArgument, CaseIterable {
    case on
    case off
}
