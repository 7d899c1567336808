// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The address of the service, for the server and its health check.
struct AddressOptions: ParsableArguments {
    @Option(help: "Host name or address to listen on; 0.0.0.0 or :: for all.")
    var host = "127.0.0.1"

    @Option(help: "Port to listen on; 0 for any free port.")
    var port = 8080

    func validate() throws {
        guard 0...65_535 ~= port else {
            throw ValidationError("--port must be from 0 to 65535, not \(port).")
        }
    }
}
