// SPDX-License-Identifier: Apache-2.0

import LossFacts

extension Domain {
    /// The kind of the numbers of a domain, as named in the catalogue.
    enum Kind: String, CaseIterable {
        case interval
        case values
        case classIndices = "class_indices"
        case integers
        case counts
        case ranks
        case oneHot = "one_hot"
        case distribution
        case logDistribution = "log_distribution"
        case levels
    }

    var kind: Kind {
        switch self {
        case .interval, .between: .interval
        case .values: .values
        case .classIndices: .classIndices
        case .integers: .integers
        case .counts: .counts
        case .ranks: .ranks
        case .oneHot: .oneHot
        case .distribution(let inLogarithms): inLogarithms ? .logDistribution : .distribution
        case .levels: .levels
        }
    }

    /// The JSON Schema of one number, without the conditions on several or on lengths.
    var numberSchema: JSONValue {
        switch self {
        case .interval(let interval): return FieldSchemas.number(nil, interval)
        case .values(let values): return ["enum": .array(values.map { .number($0) })]
        case .between: return FieldSchemas.number(nil, .real)
        case .levels, .oneHot: return ["enum": [0, 1]]
        case .classIndices, .counts, .ranks:
            return [
                "type": "integer", "minimum": 0, "maximum": .number(Interval.integers.upper),
            ]
        case .integers(let interval):
            return [
                "type": "integer", "minimum": .number(interval.lower),
                "maximum": .number(interval.upper),
            ]
        case .distribution(let inLogarithms):
            return FieldSchemas.number(nil, inLogarithms ? .through(0) : .unit)
        }
    }
}
