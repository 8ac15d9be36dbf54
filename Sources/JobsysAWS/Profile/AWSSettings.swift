/// Settings that may stand in the environment or in the profile, the environment first; errors say where it was.
struct AWSSettings: Sendable, Redacted {
    /// A value and the name under which somebody set it.
    struct Setting: Sendable, Hashable {
        let place: String
        let text: String
    }

    let environment: [String: String]
    let shared: SharedConfiguration

    init(environment: [String: String], shared: SharedConfiguration) {
        (self.environment, self.shared) = (environment, shared)
    }

    init(environment: [String: String]) throws(AWSConfigurationError) {
        self.init(environment: environment, shared: try SharedConfiguration(environment: environment))
    }

    /// The first of these variables that is set and not blank, else the profile's own setting.
    func setting(_ variables: String..., property: String) -> Setting? {
        for variable in variables {
            if let text = environment.nonBlank(variable) { return Setting(place: variable, text: text) }
        }
        return setting(ofProfile: property)
    }

    /// The profile's own setting.
    func setting(ofProfile property: String) -> Setting? {
        guard let value = shared.profile?.section[property], !value.text.isEmpty else { return nil }
        return Setting(place: "\(property) (\(value.place))", text: value.text)
    }

    /// A boolean setting; false if it is not set.
    func flag(_ variable: String, property: String) throws(AWSConfigurationError) -> Bool {
        guard let setting = setting(variable, property: property) else { return false }
        return try [setting.place: setting.text].flag(setting.place)
    }

    /// A positive whole number; nil if it is not set.
    func positiveInteger(_ variable: String, property: String) throws(AWSConfigurationError) -> Int? {
        guard let setting = setting(variable, property: property) else { return nil }
        return try [setting.place: setting.text].positiveInteger(setting.place)
    }
}
