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
    /// The number of named dimensions.
    package let namedCount: Int

    package init(stringLiteral text: String) {
        dimensions = text.split(separator: " ").map { $0 == "*" ? .any : .named(String($0)) }
        isLeadingOnly = dimensions == [.any]
        namedCount = dimensions.count { $0 != .any }
    }

    /// Whether it contains `*`.
    package var hasLeading: Bool { namedCount < dimensions.count }

    /// Whether a tensor of this number of dimensions may have the shape.
    package func accepts(rank: Int) -> Bool {
        hasLeading ? rank >= namedCount : rank == namedCount
    }
}

extension SymbolicShape {
    /// The shape in which `*` is one dimension, of all elements of sequences.
    package var inSequence: PartialShape {
        PartialShape(
            dimensions.map { dimension in
                switch dimension {
                case .any: .free("N")
                case .named(let name): .free(name)
                }
            }
        )
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

/// A symbolic shape with the lengths that are known.
package struct PartialShape: Equatable, Sendable, CustomStringConvertible {
    package enum Dimension: Equatable, Sendable {
        case length(Int)
        /// A dimension of any length, which is first named here.
        case free(String)
    }

    package let dimensions: [Dimension]

    package init(_ dimensions: [Dimension]) {
        self.dimensions = dimensions
    }

    /// The shape as JSON writes it, such as "[3, S]".
    package var description: String {
        let texts = dimensions.map { dimension in
            switch dimension {
            case .length(let length): "\(length)"
            case .free(let name): name
            }
        }
        return "[" + texts.joined(separator: ", ") + "]"
    }
}
