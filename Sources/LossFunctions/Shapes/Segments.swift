// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The units of a loss of segments, and the numbers of each input that belong to them.
///
/// Either the units are the items of a padded batch, of which a batch as a whole is the only one, and
/// each has an equal share of every input; or they are groups of the elements of the first input, such as
/// sequences of tokens with lengths.
final class Segments: Sendable {
    /// The shape of the losses, one per unit.
    let lossShape: [Int]
    /// The count of the numbers of each input.
    private let counts: [Int]
    /// The count of the numbers of each input that belong to an item of a padded batch.
    private let shares: [Int]
    private let groups: Groups?
    private let binding: Binding
    /// The last dimension of the first input, which is the one divided into groups.
    private let lastDimension: SymbolicShape.Dimension?

    /// The groups of elements.
    private struct Groups: Sendable {
        /// The offset of the first element of each group among the ordered elements, and their count.
        var starts: [Int] = [0]
        /// The elements, group after group; empty if they are in this order anyway.
        var order: [Int] = []
        /// The group of each element.
        var groupOfElement: [Int] = []
        /// Whether each input has one number for each group, such as their lengths.
        let areByGroup: [Bool]
    }

    /// Divides the inputs of a request.
    ///
    /// - Throws: `LossError` if ids or lengths do not assign each element to a group.
    init(
        _ request: borrowing LossRequest,
        _ signature: Signature,
        _ binding: Binding
    ) throws(LossError) {
        counts = request.inputs.map { $0?.count ?? 0 }
        self.binding = binding
        lastDimension = signature.inputs[0].forms[0].shape.dimensions.last
        if let dimension = signature.sequenceDimension, let lengths = request.lengths.first ?? nil {
            let groups = try Self.groups(
                byLengths: lengths,
                signature.lengths[0],
                of: signature.inputs[0].name,
                count: counts[0],
                areByGroup: signature.inputs.map {
                    !$0.forms[0].shape.dimensions.contains(.named(dimension))
                }
            )
            lossShape = [groups.starts.count - 1]
            shares = []
            self.groups = groups
            return
        }
        guard let grouping = signature.grouping else {
            lossShape = binding.leading
            let units = max(lossShape.reduce(1, *), 1)
            shares = counts.map { $0 / units }
            groups = nil
            return
        }
        let groups: Groups
        let areByGroup = signature.inputs.indices.map { $0 == grouping.lengths }
        if let ids = request.inputs[grouping.ids] {
            groups = try Self.groups(
                byIDs: ids,
                signature.inputs[grouping.ids].name,
                areByGroup: areByGroup
            )
        } else {
            groups = try Self.groups(
                byLengths: request.inputs[grouping.lengths] ?? Tensor(shape: [0], values: []),
                signature.inputs[grouping.lengths].name,
                of: signature.inputs[0].name,
                count: counts[0],
                areByGroup: areByGroup
            )
        }
        lossShape = [groups.starts.count - 1]
        shares = []
        self.groups = groups
    }

    /// The elements with equal ids, in the order in which the ids first occur.
    private static func groups(
        byIDs ids: Tensor,
        _ input: String,
        areByGroup: [Bool]
    ) throws(LossError) -> Groups {
        var groups = Groups(areByGroup: areByGroup)
        var known: [Double: Int] = [:]
        var sizes: [Int] = []
        groups.groupOfElement.reserveCapacity(ids.values.count)
        var areConsecutive = true
        for (offset, id) in ids.values.enumerated() {
            let last = groups.groupOfElement.last
            if offset > 0, id == ids.values[offset - 1], let last {
                groups.groupOfElement.append(last)
                sizes[last] += 1
                continue
            }
            guard !id.isNaN else {
                throw .undefined(
                    input: input,
                    place: Tensor.place(of: offset, in: ids.shape),
                    .noSegment
                )
            }
            let group = known[id] ?? sizes.count
            if group == sizes.count {
                known[id] = group
                sizes.append(0)
            } else {
                areConsecutive = false
            }
            groups.groupOfElement.append(group)
            sizes[group] += 1
        }
        for size in sizes { groups.starts.append(groups.starts[groups.starts.count - 1] + size) }
        guard !areConsecutive else { return groups }
        var next = groups.starts
        groups.order = [Int](repeating: 0, count: ids.values.count)
        for (element, group) in groups.groupOfElement.enumerated() {
            groups.order[next[group]] = element
            next[group] += 1
        }
        return groups
    }

    /// The consecutive groups with given lengths.
    private static func groups(
        byLengths lengths: Tensor,
        _ input: String,
        of reference: String,
        count: Int,
        areByGroup: [Bool]
    ) throws(LossError) -> Groups {
        let lengths = try SequenceLengths(lengths, input, of: reference, count: count)
        var groups = Groups(areByGroup: areByGroup)
        groups.starts = lengths.starts
        groups.groupOfElement = Items(lengths).spread(Array(0..<lengths.count))
        return groups
    }

    /// The offsets of the numbers of an input that belong to a unit.
    struct Places {
        fileprivate let order: [Int]
        /// The offsets, if they are consecutive.
        let range: Range<Int>

        static let none = Places(order: [], range: 0..<0)

        var count: Int { range.count }

        subscript(_ index: Int) -> Int {
            order.isEmpty ? range.lowerBound + index : order[range.lowerBound + index]
        }
    }

    /// Whether the units are groups of elements, not items of a padded batch.
    var areGroups: Bool { groups != nil }

    /// Whether the numbers of each unit follow each other in every input.
    var areConsecutive: Bool { groups?.order.isEmpty ?? true }

    /// The places of the numbers of an input that belong to a unit.
    func places(of unit: Int, input: Int) -> Places {
        guard let groups else {
            let length = shares[input]
            return Places(order: [], range: (unit * length)..<((unit + 1) * length))
        }
        guard !groups.areByGroup[input] else {
            return counts[input] == 0 ? .none : Places(order: [], range: unit..<(unit + 1))
        }
        guard counts[input] > 0 else { return .none }
        return Places(
            order: groups.order,
            range: groups.starts[unit]..<groups.starts[unit + 1]
        )
    }

    /// The unit to which a number of an input belongs.
    func unit(of offset: Int, input: Int) -> Int {
        guard let groups else { return offset / max(shares[input], 1) }
        return groups.areByGroup[input] ? offset : groups.groupOfElement[offset]
    }

    /// The length of a named dimension within a unit.
    func length(of name: String, in unit: Int) -> Int {
        guard let groups, lastDimension == .named(name) else { return binding.length(of: name) }
        return groups.starts[unit + 1] - groups.starts[unit]
    }

    /// The length of the last named dimension of the first input.
    var columns: Int {
        guard case .named(let name)? = lastDimension else { return 1 }
        return binding.length(of: name)
    }
}
