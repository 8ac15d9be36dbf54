package import JobsysHandlers

extension JobRegistry {
    /// Adds the handler that comes with `svc-worker`: `transform`, which takes but a moment for the longest text.
    package mutating func registerBuiltIn() {
        register(TransformHandler(), isBrief: true)
    }
}
