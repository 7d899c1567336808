// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTPTypes
import LossAPI
import LossFacts
import LossFunctions
import Requests
import Testing

@Suite("The documentation")
struct DocumentationTests {
    @Test("describes the losses as the catalogue does; after a change run `make contract`")
    func losses() throws {
        #expect(difference(try text("docs/losses.md"), LossesPage.markdown) == [])
    }

    @Test("states the errors of every loss and penalty; run `Tests/Golden/accuracy.py`")
    func accuracy() throws {
        let page = try text("docs/accuracy.md")
        let names = (Catalogue.losses + Catalogue.penalties).map { $0.facts.name }
        #expect(names.filter { !page.contains("| [`\($0)`](losses.md#\($0)) |") } == [])
    }

    @Test("lists the conventions that the catalogue has; after a change run `make contract`")
    func conventions() throws {
        #expect(difference(try text("docs/conventions.md"), ConventionsPage.markdown) == [])
    }

    @Test("describes the metrics as the service does; after a change run `make contract`")
    func metrics() throws {
        #expect(difference(try text("docs/metrics.md"), MetricsPage.markdown) == [])
    }

    @Test("lists each family of losses in the README, which has at most 250 lines")
    func families() throws {
        let lines = try text("README.md").split(separator: "\n", omittingEmptySubsequences: false)
        #expect(LossesPage.families.filter { !lines.contains(Substring($0)) } == [])
        #expect(
            LossesPage.families.count == Set(Catalogue.losses.map { $0.facts.family }).count + 1
        )
        #expect(lines.count <= 250)
    }

    @Test("names every field, reduction and output")
    func words() throws {
        let page = try text("docs/requests.md")
        let names =
            Reduction.names
            + Outputs.names.map { $0.name } + RequestField.common.map { $0.name }
        #expect(names.map { "`\($0)`" }.filter { !page.contains($0) } == [])
    }

    @Test("explains every kind of problem as the service does")
    func problems() throws {
        let page = try text("docs/requests.md")
        let client = Client()
        let rows = try ProblemKind.all.map { kind in
            let document = try client.json(client.send(.get, kind.type))
            let explanation = try #require(document["explanation"] as? String)
            let text = explanation.replacing("|", with: "\\|")
            return "| `\(kind.slug)` | \(kind.status.code) | \(text) |\n"
        }
        #expect(rows.filter { !page.contains($0) } == [])
    }

    @Test("has no link to a file or heading that does not exist")
    func links() throws {
        let pages = [
            "README.md", "docs/losses.md", "docs/accuracy.md", "docs/conventions.md",
            "docs/formats.md", "docs/requests.md", "docs/operating.md", "docs/performance.md",
            "docs/clients.md", "docs/decisions/README.md", "docs/decisions/clients.md",
            "clients/python/README.md",
            "examples/README.md", "examples/boosting/README.md", "CONTRIBUTING.md",
            "ARCHITECTURE.md", "SECURITY.md", "Tests/Golden/README.md", "Benchmarks/README.md",
            "Attacks/README.md",
        ]
        for page in pages {
            let folder = page.split(separator: "/").dropLast().map { $0 + "/" }.joined()
            for link in try text(page).matches(of: /\]\(([^)\s]+)\)/).map({ $0.output.1 })
            where !link.hasPrefix("https:") {
                let parts = link.split(
                    separator: "#",
                    maxSplits: 1,
                    omittingEmptySubsequences: false
                )
                let target = parts[0].isEmpty ? page : folder + parts[0]
                let path = repository.appending(path: target).path
                #expect(FileManager.default.fileExists(atPath: path), "\(page): \(link)")
                guard let heading = parts.dropFirst().first else { continue }
                let anchors = try text(target).split(separator: "\n").filter { $0.hasPrefix("#") }
                    .map { line in
                        line.drop { $0 == "#" || $0 == " " }.lowercased()
                            .filter { $0.isLetter || $0.isNumber || "-_ ".contains($0) }
                            .replacing(" ", with: "-")
                    }
                #expect(anchors.contains(String(heading)), "\(page): \(link)")
            }
        }
    }
}
