public import Configuration

extension ConfigReader {
    /// Reads a setting; blank counts as unset.
    ///
    /// Values are texts, also those of an in-memory provider.
    public func value<Value>(for setting: Setting<Value>) throws(ConfigurationError) -> Value {
        // A key of one component is the variable's name as it stands.
        try setting.value(of: string(forKey: ConfigKey([setting.key]), isSecret: setting.isSecret))
    }

    /// Checks all variables and throws what is wrong with them together.
    public func validate(_ variables: [any EnvironmentVariable]) throws(ConfigurationErrors) {
        let problems = variables.compactMap { $0.problem(in: self) }
        if !problems.isEmpty {
            throw ConfigurationErrors(problems)
        }
    }
}
