// SPDX-License-Identifier: Apache-2.0

import Formats
import Testing

@Suite("Archives of arrays") struct NPZTests {
    private func read(_ body: [UInt8], by size: Int = .max, limit: Int = 1 << 20) throws -> Contents
    {
        var reader = NPZReader(limit: limit)
        return try reader.readAll(body, by: size)
    }

    @Test("are read as NumPy 2.4 writes them", arguments: [1, 100, .max])
    func fixtures(size: Int) throws {
        let stored = try read(Self.stored, by: size)
        #expect(
            stored["predictions"]
                == NamedTensor(name: "predictions", shape: [2, 2], values: [1.5, 2, 3, 4])
        )
        #expect(stored["targets"] == NamedTensor(name: "targets", shape: [2], values: [1, 2]))
        let deflated = try read(Self.deflated, by: size)
        #expect(deflated["predictions"]?.values == (0..<100).map { Double($0) })
        #expect(deflated["targets"] == NamedTensor(name: "targets", shape: [], values: [3]))
        #expect(try read(Self.withDescriptor, by: size)["x"]?.values == [0, 1, 2])
    }

    @Test("are written so that they are read back")
    func written() throws {
        let tensors = [
            NamedTensor(name: "loss", shape: [], values: [0.5]),
            NamedTensor(
                name: "gradients.mean",
                shape: [100, 100],
                values: Array(repeating: 2, count: 10_000)
            ),
        ]
        for precision in Precision.allCases {
            let encoded = try #require(
                EncodedTensors.npz(tensors, metadata: [("normalizer", "3")], precision)
            )
            let bytes = encoded.bytes(by: 1_000)
            #expect(bytes.count == encoded.length)
            let contents = try read(bytes)
            for tensor in tensors { #expect(contents[tensor.name] == tensor) }
            #expect(contents["normalizer"]?.values == [3])
        }
    }

    @Test("are refused wherever they are cut, and if anything follows them")
    func truncated() {
        for archive in [Self.stored, Self.deflated, Self.withDescriptor] {
            for length in archive.indices {
                #expect(throws: FormatError.self) { try read(Array(archive.prefix(length))) }
            }
            #expect(throws: FormatError.self) { try read(archive + [0]) }
        }
    }

    @Test("are read or refused, and never anything else, whichever byte is damaged")
    func damaged() throws {
        for archive in [Self.stored, Self.deflated, Self.withDescriptor] {
            var read = 0
            for index in archive.indices {
                for change in [1, 0x80, 0xFF] as [UInt8] {
                    var damaged = archive
                    damaged[index] ^= change
                    if (try? self.read(damaged)) != nil { read += 1 }
                }
            }
            // Dates, versions and attributes do not matter.
            #expect(read < archive.count)
        }
    }

    /// The archive with some bytes replaced, from the first or last place of a text on.
    private func changed(
        _ archive: [UInt8],
        _ places: [Int],
        _ bytes: [UInt8]
    ) -> [UInt8] {
        var changed = archive
        for place in places {
            changed.replaceSubrange(place..<place + bytes.count, with: bytes)
        }
        return changed
    }

    @Test("are refused with a reason")
    func refused() throws {
        func code(_ archive: [UInt8], limit: Int = 1 << 20) throws -> String? {
            do {
                _ = try read(archive, limit: limit)
                return nil
            } catch let error as FormatError {
                #expect(!error.sentence.isEmpty)
                return error.code
            }
        }
        let archive = Self.withDescriptor
        // The place of the member's header is 0, that of its entry in the directory 231.
        #expect(Array(archive[231..<235]) == [0x50, 0x4B, 1, 2])
        #expect(try code([]) == "wrong_start")
        #expect(try code(Array("{}".utf8)) == "wrong_start")
        #expect(try code(archive + [1]) == "no_directory")
        #expect(try code(changed(archive, [231 + 8], [9, 0])) == "encrypted_member")
        #expect(try code(changed(archive, [8, 231 + 10], [12, 0])) == "unsupported_method")
        #expect(try code(changed(archive, [231 + 10], [8, 0])) == "inconsistent_member")
        #expect(try code(changed(archive, [231 + 46], Array("y".utf8))) == "inconsistent_member")
        let renamed = changed(archive, [30, 231 + 46], Array("x.txt".utf8))
        #expect(try code(renamed) == "not_an_array")
        #expect(try code(changed(archive, [231 + 24], [0xFF, 0, 0, 0])) == "damaged_member")
        #expect(try code(changed(archive, [231 + 42], [1, 0, 0, 0])) == "misplaced_member")
        #expect(try code(changed(archive, [231 + 20], [0xFF, 0, 0, 0])) == "misplaced_member")
        #expect(try code(changed(archive, [60], [0])) == "wrong_start")
        #expect(try code(changed(archive, [200], [1])) == "damaged_member")
        #expect(try code(archive, limit: 151) == "too_long")
        // Two entries for one member.
        let entry = Array(archive[231..<282])
        var twice = Array(archive.prefix(231)) + entry + entry + archive.suffix(22)
        twice[twice.count - 22 + 8] = 2
        twice[twice.count - 22 + 10] = 2
        twice[twice.count - 22 + 12] = UInt8(2 * entry.count)
        #expect(try code(twice) == "misplaced_member")
        var names = try #require(
            EncodedTensors.npz(
                [
                    NamedTensor(name: "a", shape: [], values: [1]),
                    NamedTensor(name: "b", shape: [], values: [1]),
                ],
                metadata: [],
                .double
            )
        ).bytes(by: .max)
        for index in names.indices where names[index...].starts(with: Array("b.npy".utf8)) {
            names[index] = UInt8(ascii: "a")
        }
        #expect(try code(names) == "duplicate_member")
    }

    @Test("take no more memory than they may, however far they inflate")
    func bomb() throws {
        let body = Self.deflated
        let meter = Meter(limit: 60_000)
        var reader = NPZReader(limit: 1 << 20)
        let contents = try reader.readAll(body, meter)
        #expect(contents.tensors.count == 2)
        #expect(meter.peak <= 60_000)
        var refused = NPZReader(limit: 1 << 20)
        let error = #expect(throws: FormatError.self) {
            try refused.readAll(body, Meter(limit: 40_000))
        }
        #expect(error?.isOutOfMemory == true)
    }

    /// `numpy.savez` of an array in Fortran's order and of big-endian integers.
    private static let stored = base64(
        """
        UEsDBC0AAAAAAAAAIQAnPbNb//////////8PABQAcHJlZGljdGlvbnMubnB5AQAQAKAAAAAAAAAAoAAAAAAAAACT
        TlVNUFkBAHYAeydkZXNjcic6ICc8ZjgnLCAnZm9ydHJhbl9vcmRlcic6IFRydWUsICdzaGFwZSc6ICgyLCAyKSwg
        fSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgCgAAAAAA
        APg/AAAAAAAACEAAAAAAAAAAQAAAAAAAABBAUEsDBC0AAAAAAAAAIQAApUge//////////8LABQAdGFyZ2V0cy5u
        cHkBABAAiAAAAAAAAACIAAAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzogJz5pNCcsICdmb3J0cmFuX29yZGVyJzog
        RmFsc2UsICdzaGFwZSc6ICgyLCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg
        ICAgICAgICAgICAgICAgICAKAAAAAQAAAAJQSwECLQMtAAAAAAAAACEAJz2zW6AAAACgAAAADwAAAAAAAAAAAAAA
        gAEAAAAAcHJlZGljdGlvbnMubnB5UEsBAi0DLQAAAAAAAAAhAAClSB6IAAAAiAAAAAsAAAAAAAAAAAAAAIAB4QAA
        AHRhcmdldHMubnB5UEsFBgAAAAACAAIAdgAAAKYBAAAAAA==
        """
    )

    /// `numpy.savez_compressed` of 100 floats and a single double.
    private static let deflated = base64(
        """
        UEsDBC0AAAAIAAAAIQC7dkh2//////////8PABQAcHJlZGljdGlvbnMubnB5AQAQABACAAAAAAAACwEAAAAAAACd
        yMErBHEYxvFXOUgOe3BwcPgd1G/VHEbtQdoyNskBzYGilJ3MbHvY7DSzSaEmSZukDWmTNEnaJG2SNkmTJEdHxz06
        Ojr68id4ej9Pvc/hzNy0vdAhq7KuXS9cDvSI0tlCRhtKF8pBJXBWlsqB6/3uE04p9NjDouN7/Okh0zQGDbWp/p1u
        +Us0SlkcIsRI0IaMiaSgYMKCjTx8RKiihjpiNNBECwne8I4PtPGJL3xDciKd6EIPUuhFH/qhMIA0DJjIYBhZWBjH
        JKZgYxbzWEQeLooowUcFa9hAhC1sYwdV7GIP+6jhAEc4Rh0nOMUZYpzjApdo4ArXuEETt7jDPVp4wCOekOAZL3jN
        /QBQSwMELQAAAAgAAAAhADn7jz///////////wsAFAB0YXJnZXRzLm5weQEAEACIAAAAAAAAAEcAAAAAAAAAm+wX
        6hsQychQxlCtnpJanFykbqWgbpNmoa6joJ6WX1RSlJgXn1+UkgoSd0vMKU4FihdnJBakAvkamjoKtQoUAS4GMOBw
        AABQSwECLQMtAAAACAAAACEAu3ZIdgsBAAAQAgAADwAAAAAAAAAAAAAAgAEAAAAAcHJlZGljdGlvbnMubnB5UEsB
        Ai0DLQAAAAgAAAAhADn7jz9HAAAAiAAAAAsAAAAAAAAAAAAAAIABTAEAAHRhcmdldHMubnB5UEsFBgAAAAACAAIA
        dgAAANABAAAAAA==
        """
    )

    /// An archive written to a pipe, so that the sizes are behind the member.
    private static let withDescriptor = base64(
        """
        UEsDBC0ACAAAAAAAIQAAAAAA//////////8FABQAeC5ucHkBABAAAAAAAAAAAAAAAAAAAAAAAJNOVU1QWQEAdgB7
        J2Rlc2NyJzogJzxmOCcsICdmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgzLCksIH0gICAgICAgICAg
        ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAKAAAAAAAAAAAAAAAAAADw
        PwAAAAAAAABAUEsHCCQh4SuYAAAAAAAAAJgAAAAAAAAAUEsBAi0DLQAIAAAAAAAhACQh4SuYAAAAmAAAAAUAAAAA
        AAAAAAAAAIABAAAAAHgubnB5UEsFBgAAAAABAAEAMwAAAOcAAAAAAA==
        """
    )
}
