// SPDX-License-Identifier: Apache-2.0

/// The defaults of a library for a loss of the same name.
package struct Convention: Equatable, Sendable {
    /// The name of the library, in lower case.
    package let name: String
    /// The version in which the defaults were read.
    package let version: String
    package let options: [String: OptionValue]
    /// The reduction, if the library's differs.
    package let reduction: Reduction?
    /// The differences that remain.
    package let notes: [String]

    package init(
        _ name: String,
        version: String,
        _ options: [String: OptionValue] = [:],
        reduction: Reduction? = nil,
        notes: [String] = []
    ) {
        self.name = name
        self.version = version
        self.options = options
        self.reduction = reduction
        self.notes = notes
    }
}
