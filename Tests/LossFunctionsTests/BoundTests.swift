// SPDX-License-Identifier: Apache-2.0

import Foundation
import LossFacts
import LossFunctions
import SeededRandom
import TestSupport
import Testing

/// The stated bounds of losses and their derivatives, at difficult and random points.
@Suite("The stated bounds")
struct BoundTests {
    private static let entries = Catalogue.losses + Catalogue.penalties
    private static let names = entries.map { $0.facts.name }
    private static let bounded = entries.filter { !$0.facts.bounds.areEmpty }.map { $0.facts.name }

    private func entry(_ name: String) throws -> Catalogue.Entry {
        try #require(Catalogue.loss(named: name) ?? Catalogue.penalty(named: name)).entry
    }

    @Test("include a Lipschitz constant, if there is one", arguments: names)
    func constants(name: String) throws {
        let facts = try entry(name).facts
        if facts.properties.contains(.lipschitz) {
            #expect(facts.bounds.gradient != nil)
            // It holds with the defaults.
            for (name, value) in facts.bounds.when {
                #expect(OptionValues.none.value(of: name, in: facts.options) == value)
            }
        }
    }

    @Test("are not exceeded, and approached, whatever the options are", arguments: bounded)
    func bounds(name: String) throws {
        let entry = try entry(name)
        let facts = entry.facts
        var outputs: Outputs = [.elements]
        if facts.bounds.gradient != nil { outputs.insert(.gradient) }
        if facts.bounds.hessian != nil { outputs.insert(.hessian) }
        for (changed, options) in try variants(of: entry) {
            let loss = try entry.loss(options)
            var points = Points(loss, seed: 31)
            var greatest = Greatest()
            for _ in 0..<points.batchCount {
                let result = try loss.evaluate(points.request(outputs))
                greatest.add(result)
            }
            for (bound, value) in [
                (facts.bounds.loss, greatest.loss), (facts.bounds.gradient, greatest.gradient),
                (facts.bounds.hessian, greatest.hessian),
            ] {
                guard let bound else { continue }
                let limit = bound.value(options, of: facts, points.lengths)
                let comment = Comment(rawValue: "\(changed ?? ""): \(bound), \(limit), \(value)")
                #expect(value <= limit * (1 + 0x1p-50), comment)
                // Options that a bound does not name may make the loss smaller.
                guard changed.map({ bound.names($0) }) ?? true else { continue }
                #expect(value >= bound.reach * limit, comment)
            }
        }
    }

    /// The options with which the bounds hold, alone and with another value of each other option in turn.
    private func variants(of entry: Catalogue.Entry) throws -> [(String?, OptionValues)] {
        let facts = entry.facts
        let needed = facts.bounds.when
        var variants: [(String?, OptionValues)] = [
            (nil, try OptionValues(needed, for: facts.options))
        ]
        for option in facts.options where needed[option.name] == nil {
            for value in option.otherValues(of: facts.signature) {
                var options = needed
                options[option.name] = value
                guard let values = try? OptionValues(options, for: facts.options),
                    (try? entry.loss(values)) != nil
                else { continue }
                variants.append((option.name, values))
            }
        }
        return variants
    }

    /// The greatest magnitudes in results.
    private struct Greatest {
        var loss = 0.0
        var gradient = 0.0
        var hessian = 0.0

        mutating func add(_ result: LossResult) {
            func greatest(_ tensors: [Tensor]) -> Double {
                tensors.flatMap { $0.values }.map { $0.magnitude }.max() ?? 0
            }
            loss = max(loss, greatest([result.elements].compactMap { $0 }))
            gradient = max(gradient, greatest(result.gradients.map { $0.tensor }))
            hessian = max(hessian, greatest(result.hessians.map { $0.tensor }))
        }
    }
}

extension OptionDeclaration {
    /// Values other than the default, some of which may not be allowed.
    fileprivate func otherValues(of signature: Signature) -> [OptionValue] {
        switch kind {
        case .number(0, _): [.number(0.25)]
        case .number(let number, _): [.number(1.5 * number), .number(0.25 * number)]
        case .integer: []
        case .flag(let flag): [.flag(!flag)]
        case .choice(let choice, let all): all.filter { $0 != choice }.map { .choice($0) }
        case .numbers where signature.unit == .element: [.number(2), .number(0.8)]
        // Ranks have one more class than levels.
        case .numbers where signature.classes?.areRanks == true:
            [.list([2, 1, 0.5, 1.5]), .list([0.2, 0.5, 0.9, 0.3])]
        case .numbers: [.list([2, 1, 0.5]), .list([0.2, 0.5, 0.9])]
        }
    }
}

extension Bound {
    /// The share of the bound that is reached at least.
    fileprivate var reach: Double {
        if case .above = self { 0.5 } else { 0.999 }
    }

    fileprivate func names(_ option: String) -> Bool {
        description.split { " ()^,/".contains($0) }.contains { $0 == option || $0 == "-" + option }
    }

    /// The bound under some options.
    fileprivate func value(
        _ options: OptionValues,
        of facts: Facts,
        _ lengths: [String: Int]
    ) -> Double {
        func value(_ bound: Bound) -> Double { bound.value(options, of: facts, lengths) }
        func numbers(_ option: OptionDeclaration) -> [Double]? {
            switch options.value(of: option.name, in: facts.options) {
            case .number(let number): [number]
            case .list(let numbers): numbers
            default: nil
            }
        }
        switch self {
        case .number(let number): return number
        case .value(let option): return numbers(option)?.first ?? .nan
        case .greatest(let option, or: let other): return numbers(option)?.max() ?? value(other)
        case .least(let option, or: let other): return numbers(option)?.min() ?? value(other)
        case .length(let name): return lengths[name].map { Double($0) } ?? .nan
        case .choice(let option, is: let chosen, let bound, or: let other):
            let isChosen = options.value(of: option.name, in: facts.options) == chosen
            return value(isChosen ? bound : other)
        case .opposite(let bound): return -value(bound)
        case .sum(let left, let right): return value(left) + value(right)
        case .difference(let left, let right): return value(left) - value(right)
        case .product(let left, let right): return value(left) * value(right)
        case .quotient(let left, let right): return value(left) / value(right)
        case .power(let base, let exponent): return pow(value(base), value(exponent))
        case .maximum(let left, let right): return max(value(left), value(right))
        case .logarithm(let bound): return log(value(bound))
        case .above(let bound): return value(bound)
        }
    }
}

/// Inputs at which losses and derivatives are extreme: dense near 0, with numbers far from each other.
private struct Points {
    private let loss: Loss
    private var random: SplitMix
    /// The lengths of named dimensions.
    let lengths: [String: Int]
    /// The number of units of a batch.
    private let count: Int
    /// The number of batches.
    let batchCount: Int

    init(_ loss: Loss, seed: UInt64) {
        self.loss = loss
        random = SplitMix(state: seed)
        let signature = loss.facts.signature
        let symbols = signature.inputs[0].forms[0].shape.dimensions
        var lengths = ["K": 3, "M": 3, "N": 4, "R": 3, "C": 3]
        // The coordinates of a vector are derivatives of its length, the greatest of which is along one axis.
        if symbols.contains(.named("M")) { lengths["K"] = 1 }
        self.lengths = lengths
        count = signature.unit == .batch ? 1 : signature.unit == .element ? 6 * 8_001 : 6_000
        batchCount = signature.unit == .batch ? 500 : 1
    }

    mutating func request(_ outputs: Outputs) -> LossRequest {
        let signature = loss.facts.signature
        let inputs = signature.inputs.indices.map { input -> Tensor? in
            signature.inputs[input].isOptional ? nil : tensor(input)
        }
        var request = LossRequest(inputs: inputs)
        request.outputs = outputs
        request.reduction = .sum
        return request
    }

    private mutating func tensor(_ input: Int) -> Tensor {
        let form = loss.facts.signature.inputs[input].forms[0]
        let shape = form.shape.dimensions.map { symbol in
            if case .named(let name) = symbol { lengths[name] ?? count } else { count }
        }
        let domain = loss.domain(input)
        let length = shape.count > 1 ? shape[shape.count - 1] : 1
        let isRow = shape.count > 1
        let rows = shape.reduce(1, *) / length
        let values = (0..<rows).flatMap { row -> [Double] in
            isRow ? self.row(length, domain) : [number(domain, input, row)]
        }
        return Tensor(shape: shape, values: values)
    }

    /// A number of a domain; those of the first input lie on a fine grid and on both sides of a coarse one, with some far from it.
    private mutating func number(_ domain: Domain, _ input: Int, _ row: Int) -> Double {
        if case .classIndices = domain { return Double(Int.random(in: 0..<3, using: &random)) }
        if case .values(let values) = domain { return one(of: values) }
        if input == 0, loss.facts.signature.unit == .element {
            let place = Double(row % 8_001 - 4_000)
            let number =
                row % 16 == 0
                ? [-1e7, -1e3, 1e3, 1e7, 1e-9, -1e-9][row / 16 % 6]
                : row < 16_002
                    ? place / 200 + (row < 8_001 ? 0 : 0.0025)
                    : place / 20 + (row / 8_001 % 2 == 0 ? 1e-7 : -1e-7)
            if domain.contains(number) { return number }
        }
        return one(of: [0, 0, 1e4, -1e4, 1, 2, 0.01, 100, -0.99].filter { domain.contains($0) })
    }

    /// One of some numbers; 0 if there are none.
    private mutating func one(of numbers: [Double]) -> Double {
        numbers.randomElement(using: &random) ?? 0
    }

    /// A row of a domain, with its numbers in any order.
    private mutating func row(_ length: Int, _ domain: Domain) -> [Double] {
        let share = Double.random(in: 0...1, using: &random)
        let corner = one(of: [0, 0.5, 1, share])
        let rest = length - 1
        switch domain {
        case .levels:
            let rank = Int.random(in: 0...length, using: &random)
            return (0..<length).map { $0 < rank ? 1 : 0 }
        case .values(let values):
            return (0..<length).map { _ in one(of: values) }
        case .classIndices, .distribution(inLogarithms: false):
            let row = [corner, 1 - corner] + [Double](repeating: 0, count: max(rest - 1, 0))
            return row.prefix(length).shuffled(using: &random)
        case .interval(.unit):
            guard Bool.random(using: &random) else {
                return [Double](repeating: corner, count: length)
            }
            return (0..<length).map { _ in one(of: [0, 0.5, 1, share]) }
        default:
            let own = Double.random(in: -20...20, using: &random)
            let others = (0..<rest).map { _ in one(of: [0, 0, 1e4, -1e4]) }
            return ([own] + others).shuffled(using: &random)
        }
    }
}
