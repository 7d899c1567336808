// SPDX-License-Identifier: Apache-2.0

/// What a connection brings and takes, as far as it matters to others.
package enum Traffic: Sendable, Hashable {
    /// Short questions, whose clients notice each tenth of a millisecond.
    case interactive
    /// Long content and its answer, which take a while anyway.
    case bulk

    /// The longest content that is no bulk.
    ///
    /// Small questions beside longer content gain where that is on another loop, and there and
    /// back, some 100 us, is not felt (2026-11-26).
    static let bulkBytes = 1_024 * 1_024
}

extension Connection {
    /// What is coming; nil where whoever drives the connection is to go on with it.
    package var traffic: Traffic? {
        switch phase {
        case .head: .interactive
        case .body where isBulk && !incoming.isAway, .lingering where isBulk: .bulk
        default: nil
        }
    }

    private var isBulk: Bool { max(announcedBytes, contentBytes) > Traffic.bulkBytes }
}
