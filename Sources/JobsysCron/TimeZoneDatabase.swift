import Glibc
import Synchronization

/// The time zones of this machine: the IANA database, as the package `tzdata` installs it.
///
/// A file is read once, when its zone is first asked for.
public final class TimeZoneDatabase: Sendable {
    private let folder: String
    private let zones = Mutex<[String: IANATimeZone]>([:])

    /// Where Debian and Amazon Linux have it.
    public static let system = TimeZoneDatabase(folder: "/usr/share/zoneinfo")

    /// Makes a database of a folder's files.
    public init(folder: String) {
        self.folder = folder
    }

    /// The zone of a name, such as `Europe/Berlin`.
    ///
    /// - Throws: An error for a name that is none, and if the database is not installed; UTC is always there.
    public func zone(_ name: String) throws(TimingError) -> IANATimeZone {
        if name == IANATimeZone.utc.name { return .utc }
        if let zone = zones.withLock({ $0[name] }) { return zone }
        guard Self.isName(name), let bytes = Self.content(of: "\(folder)/\(name)"),
            let zone = TimeZoneFile(bytes).zone(named: name)
        else { throw problem(name) }
        zones.withLock { $0[name] = zone }
        return zone
    }

    /// Says why a zone is not there.
    private func problem(_ name: String) -> TimingError {
        guard unsafe access(folder, R_OK) == 0 else {
            return TimingError(
                .timeZone,
                "this machine has no time zones but UTC: \(folder) cannot be read; expected the package tzdata"
            )
        }
        let shown = name.unicodeScalars.count > 64 ? "\(name.prefix(64))…" : name
        return TimingError(
            .timeZone,
            "\"\(shown)\" is no time zone; expected a name of the IANA database, such as Europe/Berlin or UTC"
        )
    }

    /// Whether a name leads to nothing outside of the folder: 64 of letters, digits, `_`, `+` and `-` in parts with `/`
    /// between them.
    private static func isName(_ name: String) -> Bool {
        guard (1...64).contains(name.utf8.count) else { return false }
        return name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .allSatisfy { part in
                !part.isEmpty
                    && part.allSatisfy { byte in
                        (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte | 0x20) || "_+-".utf8.contains(byte)
                    }
            }
    }

    /// The content of a file; nil if it is longer than any zone's, or cannot be read.
    private static func content(of path: String) -> [UInt8]? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 64 * 1024)
        var length = 0
        while length < bytes.count {
            let count = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe read(descriptor, buffer.baseAddress?.advanced(by: length), buffer.count - length)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            guard count > 0 else { return Array(bytes[..<length]) }
            length += count
        }
        return nil
    }
}
