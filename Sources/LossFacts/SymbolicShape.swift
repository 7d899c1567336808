// SPDX-License-Identifier: Apache-2.0

/// A shape in symbols, such as `* K`: any dimensions followed by one of length K.
///
/// A name stands for the same length wherever it occurs in a signature, and `*` for the same
/// dimensions, possibly none.
package struct SymbolicShape: Equatable, Sendable, ExpressibleByStringLiteral {
    package enum Dimension: Equatable, Sendable {
        /// Any number of dimensions.
        case any
        case named(String)
    }

    package let dimensions: [Dimension]
    /// Whether it is `*` alone.
    let isLeadingOnly: Bool

    package init(stringLiteral text: String) {
        dimensions = text.split(separator: " ").map { $0 == "*" ? .any : .named(String($0)) }
        isLeadingOnly = dimensions == [.any]
    }
}

extension SymbolicShape: CustomStringConvertible {
    package var description: String {
        dimensions.map { dimension in
            switch dimension {
            case .any: "*"
            case .named(let name): name
            }
        }
        .joined(separator: " ")
    }
}
