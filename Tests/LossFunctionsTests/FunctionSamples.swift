// SPDX-License-Identifier: Apache-2.0

import Foundation
import LossFunctions
import Testing

/// The samples of a function in tables of Tests/Golden, whose lines have the name of the function, two arguments and
/// the result.
struct FunctionSamples {
    private(set) var x: [Double] = []
    /// The second argument; without a meaning for functions of one.
    private(set) var y: [Double] = []
    /// The results, each the sum of three doubles.
    private(set) var results: [[Double]] = []

    init(of name: String, in tables: [String]) throws {
        let texts = try tables.map {
            try String(contentsOf: Golden.folder.appending(path: $0), encoding: .utf8)
        }
        for line in texts.flatMap({ $0.split(separator: "\n") }) {
            let words = line.split(separator: " ")
            guard words[0] == name else { continue }
            let numbers = try words.dropFirst().map { try #require(Double($0), "\($0)") }
            x.append(numbers[0])
            y.append(numbers[1])
            results.append(Array(numbers.dropFirst(2)))
        }
    }

    /// The greatest error of unevaluated sums of heads and tails, relative to the result or to `least`, whichever is
    /// greater, and its place.
    func worstError(
        of heads: [Double],
        _ tails: [Double],
        least: Double
    ) -> (error: Double, place: String) {
        var worst = (error: 0.0, place: "nowhere")
        for (index, expected) in results.enumerated() {
            var sum = ExactSum()
            for term in [heads[index], tails[index]] + expected.map({ -$0 }) { sum.add(term) }
            let error = sum.value.magnitude / max(expected[0].magnitude, least)
            if !(error <= worst.error) { worst = (error, "\(x[index]), \(y[index])") }
        }
        return worst
    }
}
