// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import LossAPI

/// Prints a page that is generated from the facts of the losses, as it is stored in docs.
struct Docs: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "docs",
        abstract: "Print the description of all losses, conventions or metrics, as Markdown."
    )

    /// A page, by the name of its file.
    enum Page: String, ExpressibleByArgument, CaseIterable {
        case losses
        case conventions
        case metrics

        var markdown: String {
            switch self {
            case .losses: LossesPage.markdown
            case .conventions: ConventionsPage.markdown
            case .metrics: MetricsPage.markdown
            }
        }
    }

    @Argument(help: "The page: the losses, the conventions of other libraries, or the metrics.")
    var page = Page.losses

    func run() {
        StandardStream.output.write(page.markdown)
    }
}
