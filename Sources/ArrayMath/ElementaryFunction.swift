// SPDX-License-Identifier: Apache-2.0

/// A function of one number; expm1 is e^x - 1 and log1p is log(1 + x).
package enum ElementaryFunction: CaseIterable, Sendable {
    case exp
    case expm1
    case log
    case log1p
}

/// An operation on two numbers.
package enum ArithmeticOperation: CaseIterable, Sendable {
    case sum
    case difference
    case product
    case quotient
}
