import Glibc
import JobsysObservability
import Testing

@Suite("Writing to a file descriptor", .serialized)
struct FileDescriptorOutputTests {
    private struct Pipe {
        var reader: Int32
        var writer: Int32

        init() throws {
            signal(SIGPIPE, SIG_IGN)
            var ends: [Int32] = [0, 0]
            try #require(pipe(&ends) == 0)
            // A program that another test starts meanwhile must not keep an end open.
            for end in ends { try #require(fcntl(end, F_SETFD, FD_CLOEXEC) == 0) }
            (reader, writer) = (ends[0], ends[1])
        }

        func read(_ count: Int) -> String {
            var buffer = [UInt8](repeating: 0, count: count)
            let got = Glibc.read(reader, &buffer, count)
            return String(decoding: buffer.prefix(max(0, got)), as: UTF8.self)
        }
    }

    private let line = Array((String(repeating: "x", count: 99) + "\n").utf8)

    @Test("A line arrives whole")
    func whole() throws {
        let pipe = try Pipe()
        let output = FileDescriptorOutput(descriptor: pipe.writer)
        output.write(Array("{}\n".utf8))
        #expect(pipe.read(100) == "{}\n")
        #expect(output.droppedLines == 0)
        close(pipe.reader)
        close(pipe.writer)
    }

    @Test("A reader that has gone costs the line and nothing else")
    func goneReader() throws {
        let pipe = try Pipe()
        close(pipe.reader)
        let output = FileDescriptorOutput(descriptor: pipe.writer)
        output.write(line)
        output.write(line)
        #expect(output.droppedLines == 2)
        close(pipe.writer)
    }

    @Test("A descriptor that is none costs the line and nothing else")
    func noDescriptor() {
        // Not one that was closed: by now its number may be another test's.
        let output = FileDescriptorOutput(descriptor: .max)
        output.write(line)
        #expect(output.droppedLines == 1)
    }

    @Test("A reader that does not keep up holds nobody up, blocking or not", arguments: [0, O_NONBLOCK])
    func stalledReader(flags: Int32) throws {
        let pipe = try Pipe()
        _ = fcntl(pipe.writer, F_SETFL, flags)
        let output = FileDescriptorOutput(descriptor: pipe.writer, patience: .milliseconds(20))
        let elapsed = ContinuousClock()
            .measure {
                for _ in 0..<2_000 { output.write(line) }
            }
        #expect(output.droppedLines > 0)
        #expect(elapsed < .seconds(2))
        let dropped = output.droppedLines
        while pipe.read(65_536).utf8.count == 65_536 {}
        output.write(line)
        #expect(output.droppedLines == dropped)
        close(pipe.reader)
        close(pipe.writer)
    }

    @Test("After a line that was cut off the next one starts on a line of its own")
    func tornLine() throws {
        let pipe = try Pipe()
        let output = FileDescriptorOutput(descriptor: pipe.writer, patience: .milliseconds(20))
        output.write(Array((String(repeating: "a", count: 100_000) + "\n").utf8))
        #expect(output.droppedLines == 1)
        #expect(Set(pipe.read(65_536)) == ["a"])
        output.write(Array("{}\n".utf8))
        #expect(pipe.read(100) == "\n{}\n")
        close(pipe.reader)
        close(pipe.writer)
    }
}
