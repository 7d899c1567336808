// SPDX-License-Identifier: Apache-2.0

/// What the descriptors that a process may have are used for.
struct DescriptorPlan: Equatable {
    /// How many event loops there are of each kind.
    let loops: Int
    /// How many connections are served at once.
    let connections: Int
    /// How many more each loop hears, see ``ConnectionCount``.
    let guests: Int

    /// The standard streams, those of Dispatch, and those of a look at a file.
    private static let own = 14
    /// Those of two loops, one of each kind: a poll, a timer and a bell each, and a listener for each
    /// of two addresses.
    private static let ofLoops = 8
    /// The fewest connections that a server is of use with.
    private static let fewest = 2
    /// The fewest and the most connections that a loop hears beyond those that are served.
    private static let guestRange = 1...1_024

    /// Plans for so many descriptors; with too few for all loops there is one.
    ///
    /// - Parameters:
    ///   - descriptors: How many there may be.
    ///   - loops: How many event loops of each kind are wanted.
    ///   - connections: How many connections are wanted at once.
    /// - Throws: That there are too few.
    init(descriptors: Int, loops: Int, connections: Int) throws(StartError) {
        let needed = Self.own + Self.ofLoops + Self.guestRange.lowerBound + Self.fewest
        guard descriptors >= needed else {
            throw .tooFewDescriptors(limit: descriptors, needed: needed)
        }
        let isRich = descriptors >= Self.own + loops * (Self.ofLoops + 8)
        self.loops = isRich ? loops : 1
        let left = descriptors - Self.own - self.loops * Self.ofLoops
        guests = min(
            max(left / 8 / self.loops, Self.guestRange.lowerBound),
            Self.guestRange.upperBound
        )
        self.connections = min(connections, left - self.loops * guests)
    }
}
