// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import LossAPI

/// Prints the contract, which is kept as openapi.yaml at the top of the repository.
struct OpenAPI: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "openapi",
        abstract: "Print the contract of the service in OpenAPI 3.1, as YAML."
    )

    func run() {
        StandardStream.output.write(Contract.yaml)
    }
}
