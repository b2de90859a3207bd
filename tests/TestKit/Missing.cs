using Xunit;

namespace Takt.TestKit;

/// <summary>What a test needs and this machine lacks: a skip on a laptop, a failure where CI=true.</summary>
public static class Missing
{
    /// <exception cref="Exception">Always: xunit's skip, or a failure in CI.</exception>
    public static Exception Infrastructure(string what)
    {
        if (Environment.GetEnvironmentVariable("CI") == "true") throw new InvalidOperationException($"CI=true, so nothing may be missing. {what}");
        Assert.Skip(what);
        throw new InvalidOperationException(what);
    }
}
