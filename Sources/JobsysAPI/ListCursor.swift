import FoundationEssentials
import JobsysCore
import JobsysHashing

/// Writes positions of a list as texts that clients hand back and need not understand.
///
/// A checksum over the position and the filters finds cursors that were cut off, altered, or taken from another list.
/// It is no secret, and need not be one: whoever forges a cursor reads what the filters would have shown anyway.
struct ListCursor: Sendable {
    /// What the cursor is good for: the list and its filters.
    let scope: String

    private static let checksumLength = 6

    /// The cursor that leads on from a position.
    func text(of position: ListPosition) -> String {
        let bytes = checksum(position.description) + position.description.utf8
        return Data(bytes).base64EncodedString().filter { $0 != "=" }
            .replacing("+", with: "-").replacing("/", with: "_")
    }

    /// The position that a cursor leads on from; nil if it is none of this scope.
    func position(of text: String) -> ListPosition? {
        let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        let base64 = text.replacing("-", with: "+").replacing("_", with: "/") + padding
        guard let bytes = Data(base64Encoded: base64) else { return nil }
        let content = String(decoding: bytes.dropFirst(Self.checksumLength), as: UTF8.self)
        guard let position = ListPosition(content), self.text(of: position) == text else { return nil }
        return position
    }

    private func checksum(_ content: String) -> ArraySlice<UInt8> {
        SHA256.hash("\(scope)\n\(content)").prefix(Self.checksumLength)
    }
}
