// SPDX-License-Identifier: Apache-2.0

/// The stack of open objects and arrays, with the keys read so far.
///
/// Two keys are equal if their bytes are: RFC 8259 (section 8.3) compares code units, whereas
/// Swift's strings compare by canonical equivalence. Up to 32 keys are compared one by one; beyond
/// that, a set keeps an object with many keys from taking quadratic time.
struct OpenContainers: Sendable {
    /// The innermost container, stored separately so that a flat object needs no array.
    private var innermost: Container?
    private var outer: [Container] = []
    private var keys = KeyList()

    private struct Container {
        let context: JSONError.Context
        /// The number of keys of the enclosing objects.
        let keysBefore: Int
        /// The number of elements or members that have begun.
        var count = 0
        /// All of its keys, once it has 32.
        var keySet: Set<ExactKey> = []
    }

    /// The number of open containers.
    var depth: Int { innermost == nil ? 0 : outer.count + 1 }

    /// The kind of the innermost container.
    var context: JSONError.Context { innermost?.context ?? .body }

    /// Whether no element or member of the innermost container has begun.
    var isAtStart: Bool { innermost?.count == 0 }

    /// Whether the current element is not the first of an array.
    var isAfterComma: Bool { context == .array && innermost?.count != 1 }

    mutating func begin(_ context: JSONError.Context) {
        if let innermost { outer.append(innermost) }
        innermost = Container(context: context, keysBefore: keys.count)
    }

    mutating func end() {
        guard let ended = innermost else { return }
        keys.removeAll(after: ended.keysBefore)
        innermost = outer.popLast()
    }

    /// Begins the next element of the innermost array.
    mutating func beginElement() {
        innermost?.count += 1
    }

    /// The key of the member that was last in the place of the next one, unless its text had escapes.
    ///
    /// Clients repeat the keys of their requests, and to compare one takes less time than to read it.
    var previousKey: String? { keys.previous }

    /// Begins a member with the previous key; returns `false` if it is repeated in the object.
    mutating func beginPreviousMember(_ key: String) -> Bool {
        keys.appendPrevious()
        return beginLatestMember(key)
    }

    /// Begins a member of the innermost object; returns `false` if its key is repeated.
    mutating func beginMember(_ key: StringToken) -> Bool {
        keys.append(key.value, hasEscapes: key.hasEscapes)
        return beginLatestMember(key.value)
    }

    private mutating func beginLatestMember(_ key: String) -> Bool {
        let keysBefore = innermost?.keysBefore ?? 0
        innermost?.count += 1
        let count = keys.count - keysBefore
        guard count <= 32 else {
            return innermost?.keySet.insert(ExactKey(key)).inserted ?? true
        }
        if count == 32 {
            innermost?.keySet = Set((keysBefore..<keys.count).map { ExactKey(keys[$0]) })
        }
        for place in keysBefore..<keys.count - 1 where ExactKey(keys[place]) == ExactKey(key) {
            return false
        }
        return true
    }

    /// JSON Pointer (RFC 6901) to the current element or member.
    var pointer: String { outerPointer + (innermost.map { step($0) } ?? "") }

    /// JSON Pointer to the innermost open object or array.
    var outerPointer: String { outer.map { step($0) }.joined() }

    /// The reference token of a container's current element or member.
    private func step(_ container: Container) -> String {
        guard container.count > 0 else { return "" }
        guard container.context == .object else { return "/\(container.count - 1)" }
        return "/" + keys[container.keysBefore + container.count - 1].pointerStep
    }
}

/// A string compared byte by byte.
private struct ExactKey: Hashable {
    private let text: String

    init(_ text: String) {
        self.text = text
    }

    static func == (left: Self, right: Self) -> Bool {
        left.text.utf8.count == right.text.utf8.count
            && left.text.utf8.elementsEqual(right.text.utf8)
    }

    /// Hashes the bytes, because a string hashes like every string canonically equivalent to it.
    func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }
}
