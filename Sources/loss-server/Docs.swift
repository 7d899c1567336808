// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import LossAPI

/// Prints the description of all losses, which is stored as docs/losses.md.
struct Docs: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "docs",
        abstract: "Print the description of all losses and penalties, as Markdown."
    )

    func run() {
        StandardStream.output.write(LossesPage.markdown)
    }
}
