/// Where an executable runs: on a laptop or in tests, before production, or in production.
public enum Stage: String, CaseIterable, Sendable {
    case dev
    case staging
    case prod
}
