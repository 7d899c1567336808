// SPDX-License-Identifier: Apache-2.0

/// The objects and arrays that have begun and not ended, and the keys in them so far.
///
/// Keys are equal if their bytes are: Swift's strings compare by canonical equivalence, RFC 8259
/// (section 8.3) code unit by code unit. A few keys are compared one by one; for more of them
/// there is a set, so that an object of many keys costs no quadratic time.
struct OpenContainers {
    private var containers: [Container] = []
    /// The keys of all open objects, one object after the other.
    private var keys: [String] = []

    private struct Container {
        let opening: JSONError.Opening
        /// How many elements or members have begun.
        var count = 0
        /// How many keys there are of the objects around it.
        let keysBefore: Int
        /// All of its keys, once they are many.
        var keySet: Set<ExactKey> = []
    }

    /// How many are open.
    var depth: Int { containers.count }

    /// What the innermost one is.
    var opening: JSONError.Opening { containers.last?.opening ?? .body }

    /// Whether the innermost one has not had an element or member yet.
    var isAtStart: Bool { containers.last?.count == 0 }

    mutating func begin(_ opening: JSONError.Opening) {
        containers.append(Container(opening: opening, keysBefore: keys.count))
    }

    mutating func end() {
        guard let ended = containers.popLast() else { return }
        keys.removeLast(keys.count - ended.keysBefore)
    }

    /// Begins the next element of the innermost array.
    mutating func beginElement() {
        containers[containers.count - 1].count += 1
    }

    /// Begins a member of the innermost object; false if it has had the same key before.
    mutating func beginMember(_ key: String) -> Bool {
        if keys.isEmpty { keys.reserveCapacity(8) }
        let last = containers.count - 1
        let keysBefore = containers[last].keysBefore
        containers[last].count += 1
        var isNew = true
        if containers[last].keySet.isEmpty {
            for place in keysBefore..<keys.count where ExactKey(keys[place]) == ExactKey(key) {
                isNew = false
            }
            if keys.count - keysBefore == 32 {
                containers[last].keySet = Set((keys[keysBefore...] + [key]).map { ExactKey($0) })
            }
        } else {
            isNew = containers[last].keySet.insert(ExactKey(key)).inserted
        }
        keys.append(key)
        return isNew
    }

    /// JSON Pointer (RFC 6901) to the element or member that has begun last.
    var pointer: String { pointer(through: containers.count) }

    /// JSON Pointer to the innermost open object or array.
    var containerPointer: String { pointer(through: containers.count - 1) }

    private func pointer(through depth: Int) -> String {
        var pointer = ""
        for container in containers.prefix(depth) where container.count > 0 {
            pointer += "/"
            if container.opening == .array {
                pointer += String(container.count - 1)
            } else {
                pointer += escaped(keys[container.keysBefore + container.count - 1])
            }
        }
        return pointer
    }

    /// A key as a step of a pointer: RFC 6901, section 3.
    private func escaped(_ key: String) -> String {
        var step = ""
        for character in key.unicodeScalars {
            switch character {
            case "~": step += "~0"
            case "/": step += "~1"
            default: step.unicodeScalars.append(character)
            }
        }
        return step
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
