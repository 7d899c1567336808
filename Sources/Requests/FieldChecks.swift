// SPDX-License-Identifier: Apache-2.0

import LossFacts
import LossFunctions

extension Interval {
    /// Returns a number of the interval.
    ///
    /// - Throws: `RequestError` with the name of the field if the interval does not contain it.
    func checked(_ number: Double, _ field: String) throws(RequestError) -> Double {
        guard contains(number) else {
            throw .loss(
                .outOfRange(option: field, place: [], value: number, allowed: description),
                nil
            )
        }
        return number
    }
}

extension Int {
    /// Creates the integer that a field has.
    ///
    /// - Parameters:
    ///   - number: the value of the field.
    ///   - field: its name.
    ///   - allowed: the integers that it may have.
    ///   - description: these in words.
    /// - Throws: `RequestError` if the number is none of them.
    init(
        _ number: Double,
        _ field: String,
        _ allowed: some RangeExpression<Int>,
        _ description: String
    ) throws(RequestError) {
        guard let integer = Int(exactly: number), allowed.contains(integer) else {
            throw .loss(
                .outOfRange(option: field, place: [], value: number, allowed: description),
                nil
            )
        }
        self = integer
    }
}

extension Outputs {
    /// Creates the outputs with the names in the field `outputs`.
    ///
    /// - Parameters:
    ///   - names: the names.
    ///   - allowed: the names that may be given.
    /// - Throws: `RequestError` if there is no name, or one that is not allowed.
    init(_ names: [String], allowed: [String]) throws(RequestError) {
        self = []
        for (place, name) in names.enumerated() {
            guard allowed.contains(name),
                let known = Outputs.names.first(where: { $0.name == name })
            else {
                throw .notAllowed(name, field: "outputs", place: [place], allowed: allowed)
            }
            insert(known.output)
        }
        guard !isEmpty else { throw .noOutputs(field: "outputs", allowed: allowed) }
    }
}
