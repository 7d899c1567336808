// SPDX-License-Identifier: Apache-2.0

import SeededRandom
import TensorJSON

/// A kind of body that clients send.
struct Sample {
    let name: String
    let predictions: NumberArray
    let targets: NumberArray

    /// The body, with numbers as Swift describes them: the shortest digits, as in most languages.
    var body: [UInt8] {
        Array(
            #"{"predictions":\#(text(predictions)),"targets":\#(text(targets))}"#.utf8
        )
    }

    /// All kinds, seeded, with `count` numbers in each of the two fields.
    static func all(_ count: Int) -> [Self] {
        [
            Self("16 to 18 digits", [count]) { $0.unit() },
            Self("normal, rows of 4", [count / 4, 4]) { $0.normal() },
            Self("labels 0 and 1", [count]) { $0.unit() < 0.5 ? 0 : 1 },
            Self("two decimals", [count]) { ($0.unit() * 1000).rounded() / 100 },
            Self("small gradients", [count]) { ($0.unit() - 0.5) * 2e-6 },
            Self("any bits", [count]) { $0.anyDouble() },
        ]
    }

    private init(_ name: String, _ shape: [Int], _ next: (inout SplitMix) -> Double) {
        self.name = name
        var random = SplitMix(state: 7)
        let count = shape.reduce(1, *)
        predictions = NumberArray(shape: shape, values: (0..<count).map { _ in next(&random) })
        targets = NumberArray(shape: shape, values: (0..<count).map { _ in next(&random) })
    }

    private func text(_ array: NumberArray) -> String {
        guard array.shape.count == 2 else { return list(array.values[...]) }
        let rows = stride(from: 0, to: array.values.count, by: array.shape[1]).map {
            list(array.values[$0..<$0 + array.shape[1]])
        }
        return "[\(rows.joined(separator: ","))]"
    }

    private func list(_ values: ArraySlice<Double>) -> String {
        "[\(values.map { $0.description }.joined(separator: ","))]"
    }
}
