// SPDX-License-Identifier: Apache-2.0

import LossAPI
import LossFunctions
import Testing

@Suite("The README")
struct ReadmeTests {
    private let readme: String

    init() throws {
        readme = try text("README.md")
    }

    /// Those of some names that the README does not have as code; a failure shows them alone.
    private func missing(_ names: [String]) -> [String] {
        names.map { "`\($0)`" }.filter { !readme.contains($0) }
    }

    @Test("names every loss and penalty with its aliases and options")
    func catalogue() {
        let entries = Catalogue.losses.map { $0.facts } + Catalogue.penalties.map { $0.facts }
        let names = entries.flatMap { facts in
            [facts.name] + facts.aliases.map { $0.name } + facts.parameters.map { $0.name }
        }
        #expect(missing(names) == [])
    }

    @Test("names every reduction and output")
    func words() {
        let names =
            Reduction.allCases.map { $0.rawValue } + Reduction.spellings.keys
            + ["loss", "gradient", "hessian", "elements", "value"]
        #expect(missing(names) == [])
    }

    @Test("names every kind of problem")
    func problems() {
        #expect(missing(ProblemKind.all.map { $0.slug }) == [])
    }
}
