/// What a task does its work for: whose costs the calls are that it makes.
///
/// ```swift
/// try await CostTag.$current.withValue("thumbnails") { try await store.create(job) }
/// ```
///
/// Child tasks and unstructured ones inherit it. The domain sets the job's type; a client counts its calls by it.
public enum CostTag {
    /// The tag of what this task does; nil for none.
    @TaskLocal public static var current: String?
}
