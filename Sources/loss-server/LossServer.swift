// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import LossAPI

@main
struct LossServer: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "loss-server",
        abstract: "Machine-learning loss functions and their gradients over HTTP.",
        discussion: """
            Every option of serve and healthcheck can also be set in the environment: \
            --body-bytes as LOSS_SERVER_BODY_BYTES, and so on. The command line wins.
            """,
        version: Release.version,
        subcommands: [Serve.self, HealthCheck.self, Merge.self, OpenAPI.self, Docs.self],
        defaultSubcommand: Serve.self
    )

    static func main() {
        do throws(ValidationError) {
            main(try Environment.arguments(Array(CommandLine.arguments.dropFirst())))
        } catch {
            exit(withError: error)
        }
    }
}
