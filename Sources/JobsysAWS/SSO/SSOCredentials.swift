import FoundationEssentials
import JobsysSigV4
import Logging

/// The credentials of a role for somebody who has signed in with `aws sso login`.
///
/// The token of an `sso-session` is refreshed from fifteen minutes before its end, and kept where the AWS CLI finds it.
/// Source: https://docs.aws.amazon.com/sdkref/latest/guide/understanding-sso.html
struct SSOCredentials: CredentialsProvider {
    private static let provider = "sso"

    let profile: SSOProfile
    let caller: CredentialsCaller

    func credentials() async throws -> AWSCredentials {
        let operation = SSO.GetRoleCredentials(
            roleName: profile.roleName,
            accountID: profile.accountID,
            accessToken: try await accessToken()
        )
        do {
            return try await caller.perform(operation, region: profile.region, provider: Self.provider)
        } catch let error as CredentialsError where (error.cause as? AWSError)?.httpStatus == 401 {
            throw signInAgain("the portal does not accept the token any more")
        }
    }

    private func accessToken() async throws -> String {
        guard let home = caller.settings.environment.nonBlank("HOME") else {
            throw CredentialsError(.misconfigured, provider: Self.provider, "HOME is not set")
        }
        let file = SSOToken.file(of: profile, home: home)
        let token = try read(file)
        let now = caller.runtime.now()
        let left = token.expiration.timeIntervalSince(now)
        if left > 15 * 60 || profile.session == nil && left > 0 { return token.accessToken }
        if profile.session != nil, let refresh = token.refresh(at: now) {
            do {
                return try await self.refresh(token, refresh, keepingIn: file)
            } catch let error as CredentialsError where left > 0 {
                Logger.current.info("The sign-in could not be prolonged, the old token stays in use", error: error)
            }
        }
        guard left > 0 else { throw signInAgain("the token has expired") }
        return token.accessToken
    }

    private func read(_ file: LocalFile) throws(CredentialsError) -> SSOToken {
        do {
            if let token = SSOToken(try file.bytes()) { return token }
        } catch {
            throw signInAgain("\(file.path) \(error)")
        }
        throw signInAgain("\(file.path) is not a token")
    }

    private func refresh(
        _ token: SSOToken,
        _ operation: SSO.CreateToken,
        keepingIn file: LocalFile
    ) async throws -> String {
        let output = try await caller.perform(operation, region: profile.region, provider: Self.provider)
        do {
            try file.replace(with: token.refreshed(output, at: caller.runtime.now()))
        } catch {
            // The new token works all the same; the next refresh may need a sign-in.
            Logger.current.warning("\(file.path) \(error)")
        }
        return output.accessToken
    }

    private func signInAgain(_ problem: String) -> CredentialsError {
        CredentialsError(.refused, provider: Self.provider, "\(problem); sign in with aws sso login")
    }
}
