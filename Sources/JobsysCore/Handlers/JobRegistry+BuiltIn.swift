extension JobRegistry {
    /// The handlers that every worker has: `transform` and `drill`.
    public static var builtIn: JobRegistry {
        var registry = JobRegistry()
        registry.register(TransformHandler())
        registry.register(DrillHandler())
        return registry
    }
}
