import Configuration

/// A configuration of exactly these variables.
func configuration(_ values: [String: String] = [:]) -> ConfigReader {
    ConfigReader(provider: EnvironmentVariablesProvider(environmentVariables: values))
}

/// The same out of memory.
func memoryConfiguration(_ values: [String: String]) -> ConfigReader {
    let entries = values.map { (AbsoluteConfigKey([$0.key]), ConfigValue(.string($0.value), isSecret: false)) }
    return ConfigReader(provider: InMemoryProvider(values: Dictionary(uniqueKeysWithValues: entries)))
}
