// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import LossAPI
import LossFacts
import LossFunctions
import Requests
import Testing

@Suite("The README")
struct ReadmeTests {
    private let readme: String

    init() throws {
        readme = try text("README.md")
    }

    /// The names that do not occur as code in the README; keeps failure messages short.
    private func missing(_ names: [String]) -> [String] {
        names.map { "`\($0)`" }.filter { !readme.contains($0) }
    }

    @Test("names every loss and penalty with its aliases and options")
    func catalogue() {
        let entries = Catalogue.losses.map { $0.facts } + Catalogue.penalties.map { $0.facts }
        let names = entries.flatMap { facts in
            [facts.name] + facts.aliases.map { $0.name } + facts.options.map { $0.name }
        }
        #expect(missing(names) == [])
    }

    @Test("names every reduction and output")
    func words() {
        let names =
            Reduction.names
            + Outputs.names.map { $0.name } + RequestField.common.map { $0.name }
        #expect(missing(names) == [])
    }

    @Test("explains every kind of problem as the service does")
    func problems() throws {
        let client = Client()
        let rows = try ProblemKind.all.map { kind in
            let document = try client.json(client.send(.get, kind.type))
            let explanation = try #require(document["explanation"] as? String)
            let text = explanation.replacing("|", with: "\\|")
            return "| `\(kind.slug)` | \(kind.status.code) | \(text) |\n"
        }
        #expect(rows.filter { !readme.contains($0) } == [])
    }

    @Test("describes every option of losses and penalties as the catalogue does")
    func options() {
        let entries = Catalogue.losses.map { $0.facts } + Catalogue.penalties.map { $0.facts }
        let cells = entries.flatMap { $0.options.map { " \($0.summary) |" } }
        #expect(cells.filter { !readme.contains($0) } == [])
    }
}
