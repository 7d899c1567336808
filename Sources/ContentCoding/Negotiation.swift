// SPDX-License-Identifier: Apache-2.0

import HTTP

/// Which coding a client wants its answer in (RFC 9110 section 12.5.3).
package enum Negotiation: Equatable, Sendable {
    /// As it is, and nothing else would do.
    case identity
    /// Coded, since the client prefers that; as it is would do too.
    case preferred(Coding)
    /// Coded, since the client refuses it as it is.
    case required(Coding)
    /// The client refuses all there is.
    case impossible

    /// - Parameter value: The value of the Accept-Encoding field; nil where there is none.
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
    /// The weight a coding has by any of its names.
    fileprivate func weight(of coding: Coding) -> Int? {
        weight(of: coding.rawValue) ?? (coding == .gzip ? weight(of: "x-gzip") : nil)
    }
}
