// The ports in memory, which tests of handlers use too.
@_exported public import JobsysTesting
