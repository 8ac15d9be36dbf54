import JobsysJSON

/// How often each operation was called, and which capacity it consumed.
struct CallCounts {
    private struct Entry {
        var calls = 0
        var units = CapacityUnits()
    }

    private var entries: [String: Entry] = [:]

    mutating func noteCall(_ operation: String) {
        entries[operation, default: Entry()].calls += 1
    }

    mutating func noteUnits(_ units: CapacityUnits, of operation: String) {
        entries[operation, default: Entry()].units += units
    }

    /// Writes the members of an object, one for each operation.
    func write(to writer: inout JSONWriter) {
        for (operation, entry) in entries.sorted(by: { $0.key < $1.key }) {
            writer.object(operation) { writer in
                writer.member("calls", entry.calls)
                writer.key("writeUnits")
                writer.double(entry.units.write)
                writer.key("readUnits")
                writer.double(entry.units.read)
            }
        }
    }
}
