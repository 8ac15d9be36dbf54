/// Decides when protection is to be asked for, renewed and taken back.
struct ProtectionState: Sendable, Hashable {
    /// How long the protection lasts if it is not renewed.
    static let expiry: Duration = .seconds(30 * 60)
    /// How often it is looked at.
    static let interval: Duration = .seconds(5)
    /// How long no long job must have run for it to be taken back.
    private static let idleTime: Duration = .seconds(30)

    private var renewAt: Duration?
    private var busyAt = Duration.zero

    /// What is to be asked for now: protection for so long, its end (nil), or nothing at all (the outer nil).
    mutating func step(isBusy: Bool, at now: Duration) -> Duration?? {
        if isBusy {
            busyAt = now
            if let renewAt, now < renewAt { return nil }
            renewAt = now + Self.expiry / 2
            return .some(Self.expiry)
        }
        guard renewAt != nil, now >= busyAt + Self.idleTime else { return nil }
        renewAt = nil
        return .some(nil)
    }

    /// Notes that what was asked for was not granted: it is asked for again if it is still wanted.
    mutating func noteFailure() {
        renewAt = nil
    }
}
