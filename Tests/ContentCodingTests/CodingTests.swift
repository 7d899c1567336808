// SPDX-License-Identifier: Apache-2.0

import ContentCoding
import FuzzSubjects
import HTTP
import Testing

@Suite("A content coding")
struct CodingTests {
    private static let limit = 10_000_000

    private static func code(_ parts: [[UInt8]], _ coding: Coding) -> [UInt8] {
        let deflater = Deflater(coding)
        return parts.enumerated().flatMap { index, part in
            deflater.encode(part, isLast: index == parts.count - 1) ?? []
        }
    }

    /// Returns text of `count` bytes that is neither uniform nor random.
    private static func text(_ count: Int) -> [UInt8] {
        var state: UInt32 = 1
        return (0..<count).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return UInt8(ascii: "0") + UInt8(state >> 24) % 10
        }
    }

    /// "hello" as encoded by Python's gzip and zlib modules with time 0.
    private static let hello: [(Coding, [UInt8])] = [
        (
            .gzip,
            [
                0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0xFF, 0xCB, 0x48, 0xCD, 0xC9,
                0xC9, 0x07, 0x00, 0x86, 0xA6, 0x10, 0x36, 0x05, 0x00, 0x00, 0x00,
            ]
        ),
        (
            .deflate,
            [0x78, 0x9C, 0xCB, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x06, 0x2C, 0x02, 0x15]
        ),
    ]

    @Test("decodes the output of other encoders, however it is split", arguments: [1, 2, 7, 100])
    func others(size: Int) throws {
        for (coding, bytes) in Self.hello {
            #expect(try coding.decode(bytes, by: size) == Array("hello".utf8))
        }
    }

    @Test("round-trips", arguments: Coding.allCases, [0, 1, 1_000, 700_000, 3_000_000])
    func roundTrip(_ coding: Coding, count: Int) throws {
        let text = Self.text(count)
        let half = Array(text.prefix(count / 2))
        let coded = Self.code([half, [], Array(text.dropFirst(half.count))], coding)
        #expect(try coding.decode(coded) == text)
        #expect(try coding.decode(coded, by: 4_099) == text)
        #expect(count < 1_000 || coded.count < count * 6 / 10)
    }

    @Test("that ends prematurely is truncated, at any position", arguments: Self.hello.map { $0.0 })
    func truncated(_ coding: Coding) throws {
        let bytes = try #require(Self.hello.first { $0.0 == coding }).1
        for count in bytes.indices {
            #expect(throws: Inflater.Fault.truncated) {
                try coding.decode(Array(bytes.prefix(count)))
            }
        }
    }

    @Test("with a damaged byte is malformed or still decodes to hello")
    func damaged() throws {
        for (coding, bytes) in Self.hello {
            for index in bytes.indices {
                for bit in 0..<8 {
                    var damaged = bytes
                    damaged[index] ^= 1 << bit
                    // Some bits do not affect the content: the time in a gzip header, the padding
                    // of the last byte.
                    guard let text = try? coding.decode(damaged) else { continue }
                    #expect(text == Array("hello".utf8))
                }
            }
        }
    }

    @Test("with the wrong name is malformed")
    func wrongName() {
        #expect(throws: Inflater.Fault.malformed) { try Coding.deflate.decode(Self.hello[0].1) }
        #expect(throws: Inflater.Fault.malformed) { try Coding.gzip.decode(Self.hello[1].1) }
        // Deflate without the wrapper of RFC 1950.
        let raw = Array(Self.hello[1].1.dropFirst(2).dropLast(4))
        #expect(throws: Inflater.Fault.malformed) { try Coding.deflate.decode(raw) }
    }

    @Test("of gzip may have several members, but not deflate (RFC 1952 section 2.2)")
    func members() throws {
        let twice = Self.hello[0].1 + Self.hello[0].1
        for size in [1, 25, 26, .max] {
            #expect(try Coding.gzip.decode(twice, by: size) == Array("hellohello".utf8))
        }
        #expect(throws: Inflater.Fault.malformed) {
            try Coding.gzip.decode(Self.hello[0].1 + [0x1F, 0x8C, 0x08])
        }
        #expect(throws: Inflater.Fault.malformed) {
            try Coding.deflate.decode(Self.hello[1].1 + Self.hello[1].1)
        }
    }

    @Test("of gzip may be padded with zeros, as gzip(1) accepts, but not deflate")
    func padding() throws {
        let hello = Self.hello[0].1
        let zeros = [UInt8](repeating: 0, count: 1_000)
        for size in [1, 25, 26, .max] {
            #expect(try Coding.gzip.decode(hello + [0], by: size) == Array("hello".utf8))
            let padded = hello + hello + zeros
            #expect(try Coding.gzip.decode(padded, by: size) == Array("hellohello".utf8))
            for rest in [[1], hello] {
                #expect(throws: Inflater.Fault.malformed) {
                    try Coding.gzip.decode(hello + [0] + rest, by: size)
                }
            }
        }
        #expect(throws: Inflater.Fault.malformed) { try Coding.gzip.decode([0] + hello) }
        #expect(throws: Inflater.Fault.malformed) {
            try Coding.deflate.decode(Self.hello[1].1 + [0])
        }
    }

    @Test("of a decompression bomb stops at the limit", arguments: Coding.allCases)
    func bomb(_ coding: Coding) {
        let bomb = Self.code([[UInt8](repeating: 0x20, count: Self.limit + 1)], coding)
        #expect(bomb.count < 60_000)
        #expect(throws: Inflater.Fault.tooLong) { try coding.decode(bomb, limit: Self.limit) }
        #expect(throws: Never.self) { try coding.decode(bomb, limit: Self.limit + 1) }
    }
}
