// SPDX-License-Identifier: Apache-2.0

import LossAPI

/// Numbers and strings.
extension SyntaxCases {
    static let numbers = [
        value("-01", "leading_zero", 0), value("012", "leading_zero", 0),
        value("-", "missing_integer_digits", 0), value("--1", "missing_integer_digits", 0),
        value("+1", "leading_plus", 0), value("++1", "leading_plus", 0),
        value("- 1", "missing_integer_digits", 0), value("-.5", "missing_integer_digits", 0),
        value(".5", "missing_integer_digits", 0), value(".", "missing_integer_digits", 0),
        value("1.", "missing_fraction_digits", 0),
        value("-2.", "missing_fraction_digits", 0),
        value("0.e1", "missing_fraction_digits", 0),
        value("2.e+3", "missing_fraction_digits", 0),
        value("0.1.2", "unexpected_byte", 3), value("1e", "missing_exponent_digits", 0),
        value("0e+", "missing_exponent_digits", 0), value("0E", "missing_exponent_digits", 0),
        value("1.0e-", "missing_exponent_digits", 0), value("1eE2", "missing_exponent_digits", 0),
        value("1e5.5", "unexpected_byte", 3), value("0x42", "hexadecimal_number", 0),
        value("[0x1]", "hexadecimal_number", 1), value("-0x1", "hexadecimal_number", 1),
        value("1 000.0", "unexpected_byte", 2), value("1_000", "unexpected_byte", 1),
        value("1+2", "unexpected_byte", 1), value("0.3+", "unexpected_byte", 3),
        value("1a", "unexpected_byte", 1), value("1.8011670033376514H-308", "unexpected_byte", 18),
        value("-123foo", "unexpected_byte", 4), value("１", "unexpected_byte", 0),
        value("NaN", "nan_token", 0), value("-NaN", "nan_token", 0),
        value("Infinity", "nan_token", 0), value("-Infinity", "nan_token", 0),
        value("+Inf", "nan_token", 0), value("[1,-inf]", "nan_token", 3),
    ]

    static let strings = [
        word([0x0A], "control_character", 0), word([0x09], "control_character", 0),
        word([0x00], "control_character", 0), word([0x1F], "control_character", 0),
        word("\\a", "invalid_escape", 0), word("\\x00", "invalid_escape", 0),
        word("\\0", "invalid_escape", 0), word("\\101", "invalid_escape", 0),
        word("\\U0041", "invalid_escape", 0), word("\\'", "invalid_escape", 0),
        word([0x5C, 0x00], "invalid_escape", 0), word("\\🌀", "invalid_escape", 0),
        word([0x5C, 0xE5], "invalid_utf8", 1), word("\\\u{9}", "invalid_escape", 0),
        word("\\u00A", "invalid_unicode_escape", 0), word("\\u", "invalid_unicode_escape", 0),
        word("\\uqqqq", "invalid_unicode_escape", 0), word("\\u 041", "invalid_unicode_escape", 0),
        word("\\uD800\\u", "invalid_unicode_escape", 6),
        word("\\uD800\\u1x", "invalid_unicode_escape", 6),
        word("\\uD800", "lone_surrogate", 0), word("\\uDADA", "lone_surrogate", 0),
        word("\\uDC00", "lone_surrogate", 0), word("\\uD800\\uD800", "lone_surrogate", 0),
        word("\\uD888\\u1234", "lone_surrogate", 0), word("\\uDd1e\\uD834", "lone_surrogate", 0),
        word("\\uD800abc", "lone_surrogate", 0), word("\\uD800\\n", "lone_surrogate", 0),
        body(#"{"reduction":"mean"#, "unexpected_end", 18),
        body(#"{"reduction":""#, "unexpected_end", 14),
        body(#"{"reduction":"\"#, "unexpected_end", 15),
        body(#"{"reduction":"\"}"#, "unexpected_end", 17),
        body(#"{"reduction":"\u00"#, "unexpected_end", 18),
        body(#"{"reduction":"\uD834\"#, "unexpected_end", 21),
        body(#"{"reduction":'mean'}"#, "single_quote", 13),
        body(#"{"reduction":“mean”}"#, "unexpected_byte", 13),
        body(#"{"reduction":\u0020"mean"}"#, "unexpected_byte", 13),
    ]
}
