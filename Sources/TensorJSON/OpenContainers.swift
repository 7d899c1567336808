// SPDX-License-Identifier: Apache-2.0

/// The objects and arrays that have begun and not ended, and the keys in them so far.
///
/// Keys are equal if their bytes are: Swift's strings compare by canonical equivalence, RFC 8259
/// (section 8.3) code unit by code unit. A few keys are compared one by one; for more of them
/// there is a set, so that an object of many keys costs no quadratic time.
struct OpenContainers: Sendable {
    /// The innermost one; it stands alone so that a flat object needs no array of them.
    private var innermost: Container?
    private var outer: [Container] = []
    /// The keys of all open objects, one object after the other.
    private var keys: [String] = []

    private struct Container {
        let opening: JSONError.Opening
        /// How many keys there are of the objects around it.
        let keysBefore: Int
        /// How many elements or members have begun.
        var count = 0
        /// All of its keys, once they are many.
        var keySet: Set<ExactKey> = []
    }

    /// How many are open.
    var depth: Int { innermost == nil ? 0 : outer.count + 1 }

    /// What the innermost one is.
    var opening: JSONError.Opening { innermost?.opening ?? .body }

    /// Whether the innermost one has not had an element or member yet.
    var isAtStart: Bool { innermost?.count == 0 }

    /// Whether the element that has begun last is not the first of an array.
    var isAfterComma: Bool { opening == .array && innermost?.count != 1 }

    mutating func begin(_ opening: JSONError.Opening) {
        if let innermost { outer.append(innermost) }
        innermost = Container(opening: opening, keysBefore: keys.count)
    }

    mutating func end() {
        guard let ended = innermost else { return }
        keys.removeLast(keys.count - ended.keysBefore)
        innermost = outer.popLast()
    }

    /// Begins the next element of the innermost array.
    mutating func beginElement() {
        innermost?.count += 1
    }

    /// Begins a member of the innermost object; false if it has had the same key before.
    mutating func beginMember(_ key: String) -> Bool {
        if keys.isEmpty { keys.reserveCapacity(8) }
        let keysBefore = innermost?.keysBefore ?? 0
        innermost?.count += 1
        keys.append(key)
        let count = keys.count - keysBefore
        guard count <= 32 else {
            return innermost?.keySet.insert(ExactKey(key)).inserted ?? true
        }
        if count == 32 { innermost?.keySet = Set(keys[keysBefore...].map { ExactKey($0) }) }
        for place in keysBefore..<keys.count - 1 where ExactKey(keys[place]) == ExactKey(key) {
            return false
        }
        return true
    }

    /// JSON Pointer (RFC 6901) to the element or member that has begun last.
    var pointer: String { outerPointer + (innermost.map { step($0) } ?? "") }

    /// JSON Pointer to the innermost open object or array.
    var outerPointer: String { outer.map { step($0) }.joined() }

    /// The step of a pointer to the element or member that has begun last.
    private func step(_ container: Container) -> String {
        guard container.count > 0 else { return "" }
        guard container.opening == .object else { return "/\(container.count - 1)" }
        return "/" + keys[container.keysBefore + container.count - 1].pointerStep
    }
}

/// A string that is equal to another only if it has the same bytes.
private struct ExactKey: Hashable {
    private let text: String

    init(_ text: String) {
        self.text = text
    }

    static func == (left: Self, right: Self) -> Bool {
        left.text.utf8.count == right.text.utf8.count
            && left.text.utf8.elementsEqual(right.text.utf8)
    }

    /// Byte by byte: the hash of a string is that of all that are canonically equivalent to it.
    func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }
}
