// SPDX-License-Identifier: Apache-2.0

import LossFacts
import LossFunctions
import TestSupport
import Testing

@Suite("The catalogue")
struct CatalogueTests {
    private let facts = Catalogue.losses.map { $0.facts } + Catalogue.penalties.map { $0.facts }

    @Test("has names in snake case and complete facts")
    func completeness() {
        for facts in facts {
            #expect(facts.name.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "_" })
            #expect(facts.summary.hasSuffix("."), "\(facts.name)")
            #expect(!facts.formula.plain.isEmpty && !facts.formula.tex.isEmpty, "\(facts.name)")
            #expect(!facts.formula.gradient.isEmpty && !facts.references.isEmpty, "\(facts.name)")
            #expect(facts.options.allSatisfy { $0.summary.hasSuffix(".") }, "\(facts.name)")
            #expect(Set(facts.options.map { $0.name }).count == facts.options.count)
        }
    }

    @Test("has no loss with a name for which there is advice", arguments: OtherNames.names)
    func otherNames(name: String) {
        #expect(Catalogue.loss(named: name) == nil)
        #expect(Catalogue.penalty(named: name) == nil)
        #expect(OtherNames.advice(for: name)?.hasSuffix(".") == true)
    }

    @Test("finds each loss by its name and by every alias, in any spelling")
    func lookup() throws {
        for loss in Catalogue.losses {
            #expect(Catalogue.loss(named: loss.facts.name)?.facts == loss.facts)
            for alias in loss.facts.aliases {
                let found = try #require(Catalogue.loss(named: alias.name))
                #expect(found.facts == loss.facts, "\(alias.name)")
                #expect(found.presets == alias.options)
                #expect(Catalogue.loss(named: alias.name.uppercased())?.facts == loss.facts)
            }
        }
        for penalty in Catalogue.penalties {
            #expect(Catalogue.penalty(named: penalty.facts.name)?.facts == penalty.facts)
        }
        #expect(Catalogue.loss(named: "no-such-loss") == nil)
    }

    @Test("has unique names")
    func uniqueness() {
        for names in [Catalogue.losses.map { $0.facts }, Catalogue.penalties.map { $0.facts }] {
            let spellings = names.flatMap { facts in [facts.name] + facts.aliases.map { $0.name } }
                .map { $0.lowercased().filter { !"-_:".contains($0) } }
            #expect(Set(spellings).count == spellings.count, "\(spellings.sorted())")
        }
    }

    @Test("states a domain for every input under any options")
    func domains() throws {
        for entry in Catalogue.losses + Catalogue.penalties {
            let inputs = entry.facts.signature.inputs
            #expect(!inputs.isEmpty && inputs[0].role == .primary, "\(entry.facts.name)")
            for form in inputs.flatMap({ $0.forms }) {
                #expect(!form.domains.isEmpty, "\(entry.facts.name)")
            }
        }
    }

    @Test("has aliases whose options the loss accepts")
    func presets() throws {
        for loss in Catalogue.losses {
            for alias in loss.facts.aliases {
                _ = try loss.loss(OptionValues(alias.options, for: loss.facts.options))
            }
        }
    }
}
