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

    @Test("names every loss and penalty with its aliases and options")
    func catalogue() {
        let entries = Catalogue.losses.map { $0.facts } + Catalogue.penalties.map { $0.facts }
        for facts in entries {
            for name in [facts.name] + facts.aliases.map({ $0.name })
                + facts.parameters.map({ $0.name })
            {
                #expect(readme.contains("`\(name)`"), "`\(name)` is missing in README.md")
            }
        }
    }

    @Test("names every reduction and output")
    func words() {
        let names =
            Reduction.allCases.map { $0.rawValue } + Reduction.spellings.keys
            + ["loss", "gradient", "hessian", "elements", "value"]
        for name in names {
            #expect(readme.contains("`\(name)`"), "`\(name)` is missing in README.md")
        }
    }

    @Test("names every kind of problem")
    func problems() {
        for kind in ProblemKind.all {
            #expect(readme.contains("`\(kind.slug)`"), "`\(kind.slug)` is missing in README.md")
        }
    }
}
