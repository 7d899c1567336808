// SPDX-License-Identifier: Apache-2.0

import Foundation
import LossFacts
import LossFunctions
import TestSupport

/// Reference values computed by Tests/Golden/make_golden.py with mpmath.
struct Golden: Decodable {
    struct Group: Decodable {
        let options: [String: Option]
        let points: [Point]?
        let rows: [Row]?
        let inputs: [Inputs]?
        let cases: [PenaltyCase]?

        private enum CodingKeys: String, CodingKey {
            case options
            case points
            case rows
            case inputs = "samples"
            case cases
        }

        /// The points, rows or inputs, depending on the kind.
        var samples: [any Sample] { points ?? rows ?? inputs ?? [] }

        func isOn(_ flag: String) -> Bool { options[flag]?.optionValue == .flag(true) }
    }

    /// A batch of one loss with its reference values.
    protocol Sample {
        var batch: Batch { get }
        var loss: [String] { get }
        /// The gradients and Hessians with respect to the first inputs.
        var gradients: [[String]] { get }
        var hessians: [[String]] { get }
        /// The largest terms of the loss, gradients and Hessians, where terms of both signs meet.
        var terms: Terms? { get }
    }

    struct Terms {
        let loss: Double
        let gradients: [Double]
        let hessians: [Double]

        init(loss: Double, gradients: [Double], hessians: [Double]) {
            (self.loss, self.gradients, self.hessians) = (loss, gradients, hessians)
        }

        /// The terms of a point or a row, by quantity.
        init(_ terms: [String: Double]) {
            loss = terms["loss"] ?? 0
            gradients = [terms["gradient"] ?? 0]
            hessians = [terms["hessian"] ?? 0]
        }
    }

    struct Point: Decodable, Sample {
        let prediction: Double
        let target: Double
        let loss: [String]
        let gradients: [[String]]
        let hessians: [[String]]
        let terms: Terms?

        var batch: Batch { Batch(predictions: Tensor(prediction), targets: Tensor(target)) }

        private enum Key: CodingKey {
            case prediction
            case target
            case loss
            case gradient
            case hessian
            case terms
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            terms = try container.decodeIfPresent([String: Double].self, forKey: .terms)
                .map { Terms($0) }
            prediction = try container.decode(Double.self, forKey: .prediction)
            target = try container.decode(Double.self, forKey: .target)
            loss = [try container.decode(String.self, forKey: .loss)]
            gradients = [[try container.decode(String.self, forKey: .gradient)]]
            hessians = [[try container.decode(String.self, forKey: .hessian)]]
        }
    }

    struct Row: Decodable, Sample {
        let predictions: [Double]
        let target: Target
        let loss: [String]
        let gradients: [[String]]
        let hessians: [[String]]
        let terms: Terms?

        var batch: Batch {
            Batch(
                predictions: Tensor(shape: [1, predictions.count], values: predictions),
                targets: target.tensor
            )
        }

        private enum Key: CodingKey {
            case predictions
            case target
            case loss
            case gradient
            case hessian
            case terms
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            terms = try container.decodeIfPresent([String: Double].self, forKey: .terms)
                .map { Terms($0) }
            predictions = try container.decode([Double].self, forKey: .predictions)
            target = try container.decode(Target.self, forKey: .target)
            loss = [try container.decode(String.self, forKey: .loss)]
            gradients = [try container.decode([String].self, forKey: .gradient)]
            hessians = [try container.decode([String].self, forKey: .hessian)]
        }
    }

    /// The numbers or rows of any number of inputs.
    struct Inputs: Decodable, Sample {
        let batch: Batch
        let loss: [String]
        let gradients: [[String]]
        let hessians: [[String]]
        let terms: Terms?

        private enum Key: CodingKey {
            case inputs
            case arrays
            case loss
            case gradients
            case hessians
            case terms
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            if let arrays = try container.decodeIfPresent([Array?].self, forKey: .arrays) {
                batch = Batch(
                    arrays.map { $0?.tensor ?? Tensor(0) },
                    omitted: Set(arrays.indices.filter { arrays[$0] == nil })
                )
            } else {
                let inputs = try container.decode([NumberOrRow].self, forKey: .inputs)
                batch = Batch(inputs.map { $0.tensor })
            }
            loss = [try container.decode(String.self, forKey: .loss)]
            gradients = try container.decode([[String]].self, forKey: .gradients)
            hessians = try container.decode([[String]].self, forKey: .hessians)
            let count = gradients.count
            terms = try container.decodeIfPresent([Double].self, forKey: .terms).map {
                Terms(
                    loss: $0[0],
                    gradients: Swift.Array($0[1...count]),
                    hessians: Swift.Array($0[(count + 1)...(2 * count)])
                )
            }
        }
    }

    enum NumberOrRow: Decodable {
        case number(Double)
        case row([Double])

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Double.self) {
                self = .number(number)
            } else {
                self = .row(try container.decode([Double].self))
            }
        }

        var tensor: Tensor {
            switch self {
            case .number(let number): Tensor(number)
            case .row(let row): Tensor(shape: [1, row.count], values: row)
            }
        }
    }

    /// An array of any depth.
    struct Array: Decodable, Equatable {
        let tensor: Tensor

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Double.self) {
                tensor = Tensor(number)
            } else {
                let parts = try container.decode([Array].self).map { $0.tensor }
                tensor = Tensor(
                    shape: [parts.count] + (parts.first?.shape ?? []),
                    values: parts.flatMap { $0.values }
                )
            }
        }
    }

    struct PenaltyCase: Decodable {
        let parameters: [Double]
        let value: String
        let gradient: [String]
        let hessian: [String]
    }

    enum Target: Decodable {
        case index(Double)
        case distribution([Double])

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let index = try? container.decode(Double.self) {
                self = .index(index)
            } else {
                self = .distribution(try container.decode([Double].self))
            }
        }

        /// The targets of a batch of one row, with their shape.
        var tensor: Tensor {
            switch self {
            case .index(let index): Tensor(shape: [1], values: [index])
            case .distribution(let row): Tensor(shape: [1, row.count], values: row)
            }
        }
    }

    /// An option as written in JSON.
    struct Option: Decodable {
        let optionValue: OptionValue?

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                optionValue = nil
            } else if let flag = try? container.decode(Bool.self) {
                optionValue = .flag(flag)
            } else if let number = try? container.decode(Double.self) {
                optionValue = .number(number)
            } else if let list = try? container.decode([Double].self) {
                optionValue = .list(list)
            } else {
                optionValue = .choice(try container.decode(String.self))
            }
        }
    }

    let groups: [Group]

    static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Golden")

    /// The golden file of a loss or penalty, which must exist for each in the catalogue.
    static func of(_ name: String) throws -> Golden {
        try decode(Golden.self, name)
    }

    static func decode<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value {
        let file = folder.appending(path: "\(name).json")
        guard let data = try? Data(contentsOf: file) else { throw Missing(name: name) }
        return try JSONDecoder().decode(type, from: data)
    }

    struct Missing: Error, CustomStringConvertible {
        let name: String
        var description: String {
            "Tests/Golden/\(name).json is missing: describe the loss in Tests/Golden and run "
                + "python3 Tests/Golden/make_golden.py \(name)"
        }
    }
}

extension [String: Golden.Option] {
    func optionValues(for options: [OptionDeclaration]) throws -> OptionValues {
        try OptionValues(compactMapValues { $0.optionValue }, for: options)
    }
}
