// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The units of a loss of segments, and the numbers of each input that belong to them.
///
/// Either the units are the items of a padded batch, of which a batch as a whole is the only one, and
/// each has an equal share of every input; or they are groups of the elements of the first input.
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
        /// The input with the lengths of groups, which has one number for each of them.
        let lengthsInput: Int
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
        guard let grouping = signature.grouping else {
            lossShape = binding.leading
            let units = max(lossShape.reduce(1, *), 1)
            shares = counts.map { $0 / units }
            groups = nil
            return
        }
        let groups: Groups
        if let ids = request.inputs[grouping.ids] {
            groups = try Self.groups(
                byIDs: ids,
                signature.inputs[grouping.ids].name,
                lengthsInput: grouping.lengths
            )
        } else {
            groups = try Self.groups(
                byLengths: request.inputs[grouping.lengths] ?? Tensor(shape: [0], values: []),
                signature.inputs[grouping.lengths].name,
                of: signature.inputs[0].name,
                count: counts[0],
                lengthsInput: grouping.lengths
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
        lengthsInput: Int
    ) throws(LossError) -> Groups {
        var groups = Groups(lengthsInput: lengthsInput)
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
        lengthsInput: Int
    ) throws(LossError) -> Groups {
        var groups = Groups(lengthsInput: lengthsInput)
        let allowed = Domain.integers(.closed(0, Double(count)))
        var total = 0
        for (offset, length) in lengths.values.enumerated() {
            let place = Tensor.place(of: offset, in: lengths.shape)
            guard !length.isNaN else { throw .undefined(input: input, place: place, .noSegment) }
            guard allowed.contains(length) else {
                throw .outsideDomain(
                    input: input,
                    place: place,
                    value: length,
                    allowed: allowed.description
                )
            }
            // Both are far from the end of the range of integers.
            total += Int(length)
            groups.starts.append(total)
        }
        guard total == count else {
            throw .wrongTotal(
                input: input,
                total: total,
                reference: reference,
                expected: count
            )
        }
        groups.groupOfElement.reserveCapacity(count)
        for group in lengths.values.indices {
            let size = groups.starts[group + 1] - groups.starts[group]
            groups.groupOfElement.append(contentsOf: repeatElement(group, count: size))
        }
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
        guard input != groups.lengthsInput else {
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
        return input == groups.lengthsInput ? offset : groups.groupOfElement[offset]
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
