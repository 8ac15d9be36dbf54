/// What the calls of a task are made for: whose costs they are.
///
/// ```swift
/// try await CallTag.$current.withValue("thumbnails") { try await client.perform(put) }
/// ```
///
/// Child tasks and unstructured ones inherit it.
public enum CallTag {
    /// The tag of the calls that this task makes; nil for none.
    @TaskLocal public static var current: String?
}
