extension JobRegistry {
    /// The handlers that come with the worker: `transform`, and `drill` where it is wanted.
    ///
    /// - Parameter includingDrill: Whether whoever may submit jobs may have them fail, hang and crash the worker.
    /// - Returns: A registry to which others can be added.
    public static func builtIn(includingDrill: Bool) -> JobRegistry {
        var registry = JobRegistry()
        registry.register(TransformHandler())
        if includingDrill { registry.register(DrillHandler()) }
        return registry
    }
}
