// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import TensorJSON

@Suite("A reader that is restarted")
struct RestartTests {
    private static let bodies = [
        #"{"a":1,"b":2}"#, #"{ "a" : 1 , "c" : 2 }"#, #"{"b":1,"a":2,"c":{"a":3,"b":4},"d":5}"#,
        #"{"ab":1,"a":2}"#,
        #"{"a":{"a":{"a":1}}}"#, #"{"a\"b":1,"c":2}"#, #"{"a\u0062":1}"#, #"{"":1,"é":2,"😀":3}"#,
        #"{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6}"#, #"{}"#, #"{"\\":1}"#,
        #"{"a":[{"b":1},{"b":2}]}"#,
    ]

    private static let faulty = [
        #"{"a":1,"a":2}"#, #"{"a":{"b":1,"b":2}}"#, #"{"a":1,"b":2,"a":3}"#, #"{"a"b":1,"c":2}"#,
        #"{"a"#, #"{"a""#,
        #"{"ab":1,"a"#, #"{a":1}"#, #"{"a":1,b":2}"#, #"{"a" 1}"#, #"{"\":1}"#,
        #"{"a\u0062":1,"ab":2}"#,
        #"{"a":1,"b":2,"c":3,"d":4,"e":5,"e":6}"#,
    ]

    @Test("reads any body as a new one does, whatever keys it has read before", arguments: bodies)
    func keys(before: String) {
        for body in Self.bodies + Self.faulty {
            var restarted = JSONReader()
            #expect(restarted.members(of: before).error == nil)
            restarted.restart(keeping: 16)
            var new = JSONReader()
            #expect(restarted.members(of: body) == new.members(of: body), "\(body)")
        }
    }

    @Test("finds the faults that a new one finds", arguments: faulty)
    func faults(body: String) {
        var reader = JSONReader()
        #expect(reader.members(of: body).error != nil)
    }
}

/// The pointers to the members of a body, up to its first error.
private struct Members: Equatable {
    var pointers: [String] = []
    var error: JSONError?
}

extension JSONReader {
    fileprivate mutating func members(of body: String) -> Members {
        var members = Members()
        append(Array(body.utf8).span)
        endOfText()
        do throws(JSONError) {
            try readMembers(into: &members.pointers)
            try finish()
        } catch {
            members.error = error
        }
        return members
    }

    private mutating func readMembers(into pointers: inout [String]) throws(JSONError) {
        try beginObject()
        while let key = try nextKey() {
            pointers.append("\(key) at \(pointer), \(position)")
            try readValue(into: &pointers)
        }
    }

    private mutating func readValue(into pointers: inout [String]) throws(JSONError) {
        switch try peekKind() {
        case .object: try readMembers(into: &pointers)
        case .array:
            try beginArray()
            while try nextElement() { try readValue(into: &pointers) }
        default: try skipValue()
        }
    }
}
