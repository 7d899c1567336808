// SPDX-License-Identifier: Apache-2.0

import HTTP

/// The content coding that a client wants for a response (RFC 9110 section 12.5.3).
package enum Negotiation: Equatable, Sendable {
    /// Only the unencoded form is acceptable or preferred.
    case identity
    /// Encoded; the unencoded form is acceptable too.
    case preferred(Coding)
    /// Encoded; the unencoded form is not acceptable.
    case required(Coding)
    /// No supported form is acceptable.
    case impossible

    /// Evaluates an Accept-Encoding field.
    ///
    /// - Parameter value: The value of the field; `nil` if it is absent.
    package init(_ value: String?) {
        guard let value else {
            self = .identity
            return
        }
        let list = WeightedList(value)
        let others = list.weight(of: "*")
        let identity = list.weight(of: "identity") ?? (others == 0 ? 0 : nil)
        let best = Coding.allCases.map { coding in
            (coding: coding, weight: list.weight(of: coding) ?? others ?? 0)
        }.filter { $0.weight > 0 }.max { $0.weight < $1.weight }
        switch (best, identity) {
        case (nil, 0): self = .impossible
        case (let best?, 0): self = .required(best.coding)
        case (let best?, let identity) where best.weight >= identity ?? 0:
            self = .preferred(best.coding)
        default: self = .identity
        }
    }
}

extension WeightedList {
    /// Returns the weight of a coding under any of its names.
    fileprivate func weight(of coding: Coding) -> Int? {
        weight(of: coding.rawValue) ?? (coding == .gzip ? weight(of: "x-gzip") : nil)
    }
}
