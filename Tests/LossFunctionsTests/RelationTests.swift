// SPDX-License-Identifier: Apache-2.0

import LossFacts
import LossFunctions
import TestSupport
import Testing

/// The stated relations between losses.
@Suite("A loss that is stated to equal another")
struct RelationTests {
    private static let stated = (Catalogue.losses + Catalogue.penalties)
        .filter { !$0.facts.relations.isEmpty }.map { $0.facts.name }

    @Test("has its values and derivatives to the last bit", arguments: stated)
    func equality(name: String) throws {
        let entry = try #require(Catalogue.loss(named: name)).entry
        for relation in entry.facts.relations {
            let other = try #require(Catalogue.loss(named: relation.other)).entry
            #expect(relation.factor.significand == 1, "only powers of two are exact")
            let loss = try entry.loss(OptionValues(relation.options, for: entry.facts.options))
            let twin = try other.loss(OptionValues(relation.otherOptions, for: other.facts.options))
            var samples = Samples(seed: 31)
            for _ in 0..<50 {
                let batch = samples.batch(for: loss)
                let outputs: Outputs = [.loss, .gradient, .hessian, .elements]
                let own = try loss.evaluate(batch, outputs, .sum)
                let theirs = try twin.evaluate(batch, outputs, .sum)
                let factor = relation.factor
                func scaled(_ tensor: Tensor?) -> [Double]? { tensor?.values.map { factor * $0 } }
                #expect(own.elements?.values == scaled(theirs.elements))
                #expect(own.reduced == theirs.reduced.map { factor * $0 })
                for (one, two) in zip(own.derivatives, theirs.derivatives) {
                    #expect(one.tensor.values == scaled(two.tensor))
                }
            }
        }
    }
}
