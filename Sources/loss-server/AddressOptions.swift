// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// Where the service listens; the server and its health check read the same options.
struct AddressOptions: ParsableArguments {
    @Option(help: "The name or address to listen on; 0.0.0.0 or :: for all.")
    var host = "127.0.0.1"

    @Option(help: "The port; 0 takes any that is free.")
    var port = 8080

    func validate() throws {
        guard 0...65_535 ~= port else {
            throw ValidationError("--port must be from 0 to 65535, not \(port).")
        }
    }
}
