// SPDX-License-Identifier: Apache-2.0

import ArrayMath

/// The quantile function of the standard normal distribution.
package enum NormalQuantile {
    /// The number below which the magnitude of a standard normal variable lies with probability
    /// `confidence`, which is above 0 and below 1: the quantile of (1 + confidence) / 2.
    ///
    /// The rational approximations of M. J. Wichura, Algorithm AS 241 (PPND16), Applied Statistics 37
    /// (1988): a relative error of about 1e-16.
    package static func magnitude(_ confidence: Double) -> Double {
        // The distances of the quantile from 1/2 and from 1, neither of which is rounded.
        let (q, tailProbability) = (0.5 * confidence, 0.5 * (1 - confidence))
        guard q > 0.425 else { return q * central.quotient(0.180625 - q * q) }
        var (source, logarithm) = ([tailProbability], [0.0])
        var span = logarithm.mutableSpan
        InstructionSet.current.functions.log(source.span, into: &span)
        source = logarithm
        let r = (-source[0]).squareRoot()
        return r <= 5 ? middle.quotient(r - 1.6) : tail.quotient(r - 5)
    }

    /// A quotient of polynomials, whose coefficients begin with the constant term.
    private struct Ratio {
        let numerator: [Double]
        let denominator: [Double]

        func quotient(_ x: Double) -> Double {
            func value(_ coefficients: [Double]) -> Double {
                coefficients.reversed().reduce(0) { $1.addingProduct($0, x) }
            }
            return value(numerator) / value(denominator)
        }
    }

    private static let central = Ratio(
        numerator: [
            3.3871328727963666080, 133.14166789178437745, 1971.5909503065514427,
            13731.693765509461125, 45921.953931549871457, 67265.770927008700853,
            33430.575583588128105, 2509.0809287301226727,
        ],
        denominator: [
            1, 42.313330701600911252, 687.18700749205790830, 5394.1960214247511077,
            21213.794301586595867, 39307.895800092710610, 28729.085735721942674,
            5226.4952788528545610,
        ]
    )

    private static let middle = Ratio(
        numerator: [
            1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550,
            3.64784832476320460504, 1.27045825245236838258, 0.241780725177450611770,
            0.0227238449892691845833, 7.74545014278341407640e-4,
        ],
        denominator: [
            1, 2.05319162663775882187, 1.67638483018380384940, 0.689767334985100004550,
            0.148103976427480074590, 0.0151986665636164571966, 5.47593808499534494600e-4,
            1.05075007164441684324e-9,
        ]
    )

    private static let tail = Ratio(
        numerator: [
            6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580,
            0.296560571828504891230, 0.0265321895265761230930, 0.00124266094738807843860,
            2.71155556874348757815e-5, 2.01033439929228813265e-7,
        ],
        denominator: [
            1, 0.599832206555887937690, 0.136929880922735805310, 0.0148753612908506148525,
            7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
            2.04426310338993978564e-15,
        ]
    )
}
