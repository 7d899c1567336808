// SPDX-License-Identifier: Apache-2.0

import HTTP

/// A content coding that is read and written (RFC 9110 section 8.4.1).
package enum Coding: String, Sendable, CaseIterable {
    /// RFC 1952.
    case gzip
    /// RFC 1951 in the format of RFC 1950; never without it.
    case deflate

    /// What is accepted in requests, as the value of an Accept-Encoding field.
    package static let accepted = (allCases.map { $0.rawValue } + ["identity"])
        .joined(separator: ", ")

    /// The coding of a name in any case.
    init?(named name: some StringProtocol) {
        switch name.lowercased() {
        // An old name, to be read as the same (RFC 9110 section 8.4.1.3).
        case "x-gzip": self = .gzip
        case let name: self.init(rawValue: name)
        }
    }

    /// The base-two logarithm of the window, 32 KiB, and what tells zlib which format it is.
    var windowBits: Int32 {
        switch self {
        case .gzip: 15 + 16
        case .deflate: 15
        }
    }
}

/// What a Content-Encoding field asks to be taken off.
package enum AppliedCoding: Equatable, Sendable {
    case none
    case one(Coding)
    /// A coding that is not known, or several on top of each other.
    case unsupported

    /// - Parameter value: The value of the field; nil where there is none.
    package init(_ value: String?) {
        let names = ListElements(value ?? "").filter { $0.lowercased() != "identity" }
        guard let name = names.first else {
            self = .none
            return
        }
        self =
            names.count == 1 ? Coding(named: name).map { .one($0) } ?? .unsupported : .unsupported
    }
}
