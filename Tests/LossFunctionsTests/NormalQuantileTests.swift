// SPDX-License-Identifier: Apache-2.0

import LossFunctions
import Testing

@Suite("The bound of the magnitude of a normal variable")
struct NormalQuantileTests {
    /// The values of sqrt(2) erfinv(confidence) by mpmath with 400 bits, rounded.
    private static let values = [
        (0.95, 1.9599639845400538), (0.5, 0.6744897501960817), (0.99, 2.5758293035489004),
        (0.8499999999999999, 1.4395314709384555), (0.85, 1.439531470938456),
        (0.9999, 3.890591886413121), (1 - 1e-12, 7.130509892879273),
        (1.0.nextDown, 8.292361075813595), (1e-17, 1.2533141373155003e-17),
    ]

    @Test("is accurate for every confidence, however near 0 or 1", arguments: values)
    func magnitude(confidence: Double, expected: Double) {
        // Algorithm AS 241 has a relative error of about 1e-16, to which roundings are added.
        let error = abs(NormalQuantile.magnitude(confidence) - expected)
        #expect(error <= 4 * expected.ulp)
    }
}
