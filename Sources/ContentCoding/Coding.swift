// SPDX-License-Identifier: Apache-2.0

import HTTP

/// A supported content coding (RFC 9110 section 8.4.1).
package enum Coding: String, Sendable, CaseIterable {
    /// RFC 1952.
    case gzip
    /// RFC 1951 in the format of RFC 1950, never bare.
    case deflate

    /// The codings accepted in requests, as the value of an Accept-Encoding field.
    package static let accepted = (allCases.map { $0.rawValue } + ["identity"])
        .joined(separator: ", ")

    /// Returns the coding with a name in any case.
    init?(named name: some StringProtocol) {
        switch name.lowercased() {
        // An obsolete name for gzip (RFC 9110 section 8.4.1.3).
        case "x-gzip": self = .gzip
        case let name: self.init(rawValue: name)
        }
    }

    /// The base-2 logarithm of the window size, 32 KiB, with zlib's marker of the format.
    var windowBits: Int32 {
        switch self {
        case .gzip: 15 + 16
        case .deflate: 15
        }
    }
}

/// The content coding that a Content-Encoding field names.
package enum AppliedCoding: Equatable, Sendable {
    case none
    case one(Coding)
    /// An unknown coding, or several codings.
    case unsupported

    /// Parses the value of the field.
    ///
    /// - Parameter value: The value; `nil` if the field is absent.
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
