// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import LossAPI

/// Prints the API description, which is stored as openapi.yaml at the top of the repository.
struct OpenAPI: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "openapi",
        abstract: "Print the API description of the service in OpenAPI 3.1, as YAML."
    )

    func run() {
        StandardStream.output.write(Contract.yaml)
    }
}
