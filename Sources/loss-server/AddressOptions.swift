// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The address of the service, for the server and its health check.
struct AddressOptions: ParsableArguments {
    @Option(help: "Host name or address to listen on; 0.0.0.0 or :: for all.")
    var host = "127.0.0.1"

    @Option(parsing: .unconditional, help: "Port to listen on; 0 for any free port.")
    var port = 8080

    mutating func validate() throws {
        // The brackets of an IPv6 address belong to URLs.
        if host.hasPrefix("["), host.hasSuffix("]"), host.contains(":") {
            host = String(host.dropFirst().dropLast())
        }
        guard 0...65_535 ~= port else {
            throw ValidationError("--port must be from 0 to 65535, not \(port).")
        }
    }
}
