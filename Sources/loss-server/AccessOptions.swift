// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import LossAPI

/// Who may ask, and what they are told beside the answer.
struct AccessOptions: ParsableArguments {
    @Option(
        help:
            "A file with one bearer token a line; who brings none of them gets 401. (default: none)"
    )
    var tokenFile = ""

    @Option(
        help: "Origins whose pages may ask, separated by commas; * for all. (default: none)"
    )
    var corsOrigin = ""

    @Option(
        help: """
            Which answers are compressed for clients that accept it: none, short (up to 16384 \
            numbers) or all.
            """
    )
    var compression = ServiceOptions.Compression.short

    @Flag(help: "Echo bodies at POST / and heads at /echo, for tests of the HTTP from outside.")
    var diagnostics = false

    /// What they say.
    ///
    /// - Throws: What is wrong with the file of tokens.
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
            guard !origin.hasSuffix("/"), origin.contains("://"), !origin.contains(" ") else {
                throw ValidationError(
                    "--cors-origin must be origins like https://example.org, without a path, or *; "
                        + "not \(origin)."
                )
            }
        }
    }

    /// The file of tokens; nil where everybody may ask.
    var tokens: TokenFile? { tokenFile.isEmpty ? nil : TokenFile(path: tokenFile) }

    private var origins: [String] { corsOrigin.split(separator: ",").map(String.init) }
}

extension ServiceOptions.Compression: ExpressibleByArgument {}
