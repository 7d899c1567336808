// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTPServer
import Testing

@Suite("A log", .timeLimit(.minutes(1))) struct LineWriterTests {
    private let pipe = Pipe()

    private func writer() throws -> LineWriter {
        try LineWriter(descriptor: pipe.fileHandleForWriting.fileDescriptor) { "dropped \($0)\n" }
    }

    @Test("writes its lines in order")
    func order() throws {
        let writer = try writer()
        let lines = (0..<1_000).map { "line \($0)\n" }
        for line in lines { writer.write(line) }
        writer.flush(milliseconds: 10_000)
        try pipe.fileHandleForWriting.close()
        let text = try #require(try pipe.fileHandleForReading.readToEnd())
        #expect(String(decoding: text, as: UTF8.self) == lines.joined())
    }

    @Test("does not wait for a blocked reader, and reports later how many lines were dropped")
    func stuckReader() throws {
        let writer = try writer()
        let line = String(repeating: "a", count: 999) + "\n"
        // More than the capacities of the pipe and the queue together.
        let count = 2_000
        for _ in 0..<count { writer.write(line) }
        writer.flush(milliseconds: 10)
        let reader = pipe.fileHandleForReading
        var read = Data()
        var whole = 0
        var dropped = 0
        // The count may be reported in parts: before and after the reader resumes.
        while whole + dropped < count || dropped == 0 {
            read.append(reader.availableData)
            // Another line triggers the report of a pending count.
            writer.write("\n")
            let lines = String(decoding: read, as: UTF8.self).split(separator: "\n")
            whole = lines.count { $0 == line.dropLast() }
            dropped = lines.filter { $0.hasPrefix("dropped ") }
                .reduce(0) { $0 + (Int($1.dropFirst(8)) ?? 0) }
        }
        #expect(whole < count)
        let others = read.split(separator: 0x0A).dropLast().filter { $0.count != 999 }
        #expect(others.allSatisfy { $0.count < 20 })
    }

    @Test("survives a reader that has gone")
    func closedReader() throws {
        ProcessStart.prepare()
        let writer = try writer()
        try pipe.fileHandleForReading.close()
        for number in 0..<1_000 { writer.write("line \(number)\n") }
        writer.flush(milliseconds: 10_000)
        writer.write("the last\n")
        writer.flush(milliseconds: 10_000)
    }
}
