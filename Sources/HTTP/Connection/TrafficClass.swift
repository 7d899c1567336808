// SPDX-License-Identifier: Apache-2.0

/// The kind of traffic on a connection, which decides the event loop that serves it.
package enum TrafficClass: Sendable, Hashable {
    /// Small requests, whose clients notice a delay of a tenth of a millisecond.
    case interactive
    /// Large content and its response, which take long in any case.
    case bulk

    /// The maximum length in bytes of content that is not bulk: below it the cost of moving to the
    /// other loop and back outweighs the gain.
    static let bulkBytes = 1_024 * 1_024
}

extension Connection {
    /// The class of the traffic to come; `nil` if the connection must stay on its current loop for
    /// now.
    package var traffic: TrafficClass? {
        switch phase {
        case .head: .interactive
        case .body where isBulk && !content.isOnWorker, .lingering where isBulk: .bulk
        default: nil
        }
    }

    private var isBulk: Bool { max(announcedBytes, contentBytes) > TrafficClass.bulkBytes }
}
