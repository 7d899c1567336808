// SPDX-License-Identifier: Apache-2.0

import Testing

/// The error of a result in units in the last place of the true value, or of `scale` if larger.
///
/// A unit is at least 2^-100 of `term`, the largest term of the result, so that 4 units are 4 ulp or
/// 2^-98 of the largest term.
func ulps(
    _ actual: Double,
    from expected: Double,
    scale: Double = 0,
    term: Double = 0
) -> Double {
    if actual == expected { return 0 }
    guard actual.isFinite, expected.isFinite else { return .infinity }
    let unit = max(max(expected.magnitude, scale.magnitude).ulp, term.magnitude * 0x1p-100)
    return (actual - expected).magnitude / unit
}

/// The double nearest to a decimal with many digits.
func nearest(_ decimal: String) throws -> Double {
    try #require(Double(decimal), "\(decimal) is not a number")
}

/// The largest error so far, and its place.
struct WorstError: CustomStringConvertible {
    private(set) var ulps = 0.0
    private var place = "nowhere"

    mutating func note(
        _ actual: Double,
        _ expected: Double,
        scale: Double = 0,
        term: Double = 0,
        at place: @autoclosure () -> String
    ) {
        let error = LossFunctionsTests.ulps(actual, from: expected, scale: scale, term: term)
        guard error > ulps else { return }
        ulps = error
        self.place = "\(place()): \(actual) for \(expected)"
    }

    var description: String { "\(ulps) ulp at \(place)" }
}
