import FoundationEssentials
import Glibc

/// The processes of this machine at one moment.
///
/// Source: proc(5), `/proc/pid/stat` and `/proc/pid/environ`.
struct ProcessTable: Sendable {
    /// One process.
    struct Entry: Sendable, CustomStringConvertible {
        let id: pid_t
        let name: String
        /// `Z` for one that has ended and was not reaped.
        let state: String
        let parent: pid_t
        let group: pid_t

        /// Whether it is the process that a worker has beside it.
        var isWatcher: Bool { name == "jobsys-watcher" }

        var description: String { "process \(id) \(name), state \(state), parent \(parent), group \(group)" }

        fileprivate init?(_ id: pid_t) {
            // It may end at any time.
            guard let stat = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8),
                let start = stat.firstIndex(of: "("), let end = stat.lastIndex(of: ")")
            else { return nil }
            let rest = stat[stat.index(after: end)...].split(separator: " ")
            guard rest.count > 2, let parent = pid_t(rest[1]), let group = pid_t(rest[2]) else { return nil }
            self.id = id
            name = String(stat[stat.index(after: start)..<end])
            (state, self.parent, self.group) = (String(rest[0]), parent, group)
        }

        fileprivate func has(_ variable: String) -> Bool {
            guard let data = FileManager.default.contents(atPath: "/proc/\(id)/environ") else { return false }
            return data.split(separator: 0).contains(Data(variable.utf8)[...])
        }
    }

    let entries: [Entry]

    /// Reads the table.
    init() throws {
        entries = try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { pid_t($0) }
            .compactMap { Entry($0) }
    }

    /// The processes that have `NAME=value` in their environment.
    func marked(_ variable: String) -> [Entry] {
        entries.filter { $0.has(variable) }
    }
}
