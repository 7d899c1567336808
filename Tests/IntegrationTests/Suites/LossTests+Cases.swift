// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension LossTests {
    struct Known: Sendable, CustomTestStringConvertible {
        let loss: String
        let body: String
        let value: Double
        let gradient: [Double]

        var testDescription: String { "\(loss) \(body)" }
    }

    struct Refused: Sendable, CustomTestStringConvertible {
        let loss: String
        let body: String
        let type: String
        let pointer: String

        var testDescription: String { "\(loss) \(body)" }
    }

    /// Computed by hand; the logarithms are those of the C library, accurate to an ulp.
    static let known: [Known] = [
        Known(
            loss: "mse",
            body: #"{"predictions": [3, 1], "targets": [1, 2]}"#,
            value: 2.5,
            gradient: [2, -1]
        ),
        Known(
            loss: "mae",
            body: #"{"predictions": [3, 1, 5, 5], "targets": [1, 2, 5, 1]}"#,
            value: 1.75,
            gradient: [0.25, -0.25, 0, 0.25]
        ),
        Known(
            loss: "huber",
            body: #"{"predictions": [0.5, 4], "targets": [0, 1], "delta": 2}"#,
            value: 2.0625,
            gradient: [0.25, 1]
        ),
        Known(
            loss: "hinge",
            body: #"{"predictions": [0.5, -2, 3, 1], "targets": [1, 1, 1, 1]}"#,
            value: 0.875,
            gradient: [-0.25, -0.25, 0, 0]
        ),
        Known(
            loss: "squared_hinge",
            body: #"{"predictions": [0.5, 2], "targets": [1, -1], "reduction": "sum"}"#,
            value: 9.25,
            gradient: [-1, 6]
        ),
        Known(
            loss: "binary_cross_entropy",
            body: #"{"predictions": [0.5, 0.25], "targets": [1, 0]}"#,
            value: (log(2) + log(4.0 / 3)) / 2,
            gradient: [-1, 2.0 / 3]
        ),
        Known(
            loss: "binary_cross_entropy",
            body: #"{"predictions": [0, 0], "targets": [1, 0], "from_logits": true}"#,
            value: log(2),
            gradient: [-0.25, 0.25]
        ),
        Known(
            loss: "categorical_cross_entropy",
            body: #"{"predictions": [[0, 0], [0, 0]], "targets": [0, 1], "from_logits": true}"#,
            value: log(2),
            gradient: [-0.25, 0.25, 0.25, -0.25]
        ),
        Known(
            loss: "categorical_cross_entropy",
            body: #"{"predictions": [[0.25, 0.75]], "targets": [[0, 1]]}"#,
            value: log(4.0 / 3),
            gradient: [0, -4.0 / 3]
        ),
        Known(
            loss: "kl_divergence",
            body: #"{"predictions": [[0.5, 0.5]], "targets": [[0.25, 0.75]]}"#,
            value: 0.75 * log(3) - log(2),
            gradient: [-0.5, -1.5]
        ),
    ]

    static let refused: [Refused] = [
        Refused(
            loss: "mse",
            body: #"{"predictions": [1, 2], "targets": [[1, 2]]}"#,
            type: "shape-mismatch",
            pointer: "/targets"
        ),
        Refused(
            loss: "mae",
            body: #"{"predictions": [1], "targets": [1], "delta": 1}"#,
            type: "unknown-field",
            pointer: "/delta"
        ),
        Refused(
            loss: "huber",
            body: #"{"predictions": [1], "targets": [1], "delta": 0}"#,
            type: "out-of-range",
            pointer: "/delta"
        ),
        Refused(
            loss: "hinge",
            body: #"{"predictions": [1, 2], "targets": [1, 0.5]}"#,
            type: "outside-domain",
            pointer: "/targets/1"
        ),
        Refused(
            loss: "squared_hinge",
            body: #"{"predictions": [1], "targets": [2]}"#,
            type: "outside-domain",
            pointer: "/targets/0"
        ),
        Refused(
            loss: "binary_cross_entropy",
            body: #"{"predictions": [0.5, 1.5], "targets": [1, 0]}"#,
            type: "outside-domain",
            pointer: "/predictions/1"
        ),
        Refused(
            loss: "binary_cross_entropy",
            body: #"{"predictions": [0], "targets": [1], "epsilon": 0}"#,
            type: "not-finite",
            pointer: "/predictions/0"
        ),
        Refused(
            loss: "categorical_cross_entropy",
            body: #"{"predictions": [[1, 2], [3, 4]], "targets": [0, 2], "from_logits": true}"#,
            type: "outside-domain",
            pointer: "/targets/1"
        ),
        Refused(
            loss: "categorical_cross_entropy",
            body: #"""
                {"predictions": [[1, 2]], "targets": [0], "from_logits": true,
                 "class_weights": [1, 2, 3]}
                """#,
            type: "wrong-length",
            pointer: "/class_weights"
        ),
        Refused(
            loss: "kl_divergence",
            body: #"{"predictions": [[0.5, 0.5]], "targets": [[0.5, 0.4]]}"#,
            type: "not-a-distribution",
            pointer: "/targets/0"
        ),
    ]
}
