// SPDX-License-Identifier: Apache-2.0

/// The allocation of the descriptors available to a process.
struct DescriptorPlan: Equatable {
    /// The number of event loops of each kind.
    let loops: Int
    /// The maximum number of simultaneous connections.
    let connections: Int
    /// The number of connections beyond the limit that each loop reads; see ``ConnectionCount``.
    let overLimitConnections: Int

    /// Descriptors for the standard streams, for Dispatch and for reading a file.
    private static let processDescriptors = 14
    /// Descriptors of two loops, one of each kind: an epoll, a timer and an eventfd each, and
    /// listeners for two addresses.
    private static let loopPairDescriptors = 8
    /// The minimum number of connections for a useful server.
    private static let minimumConnections = 2
    /// The range of the number of connections beyond the limit that a loop reads.
    private static let overLimitRange = 1...1_024

    /// Plans for a number of descriptors; if they are too few for all loops, plans for one.
    ///
    /// - Parameters:
    ///   - descriptors: The number of available descriptors.
    ///   - loops: The requested number of event loops of each kind.
    ///   - connections: The requested number of connections.
    /// - Throws: ``StartError/tooFewDescriptors(limit:needed:)``.
    init(descriptors: Int, loops: Int, connections: Int) throws(StartError) {
        let needed =
            Self.processDescriptors + Self.loopPairDescriptors + Self.overLimitRange.lowerBound
            + Self.minimumConnections
        guard descriptors >= needed else {
            throw .tooFewDescriptors(limit: descriptors, needed: needed)
        }
        let isSufficient =
            descriptors >= Self.processDescriptors + loops * (Self.loopPairDescriptors + 8)
        self.loops = isSufficient ? loops : 1
        let remaining =
            descriptors - Self.processDescriptors - self.loops * Self.loopPairDescriptors
        overLimitConnections = min(
            max(remaining / 8 / self.loops, Self.overLimitRange.lowerBound),
            Self.overLimitRange.upperBound
        )
        self.connections = min(connections, remaining - self.loops * overLimitConnections)
    }
}
