using System.Buffers.Binary;

namespace Takt.Tracking;

/// <summary>Names for runs that came without one, as MLflow's clients know them: <c>calm-heron-412</c>.</summary>
internal static class RunNames
{
    /// <summary>The tag in which MLflow keeps a run's name a second time.</summary>
    public const string Tag = "mlflow.runName";

    private static readonly string[] adjectives =
        ["able", "amber", "brave", "bright", "calm", "clear", "clever", "crisp", "deep", "eager", "fair", "firm", "fleet", "gentle", "glad", "grand", "keen", "kind", "lively", "mild", "neat", "nimble", "proud", "quick", "quiet", "rare", "steady", "swift", "warm", "wise"];

    private static readonly string[] nouns =
        ["ant", "bear", "crane", "crow", "deer", "dove", "duck", "finch", "fox", "frog", "gull", "hare", "hawk", "heron", "ibis", "jay", "kite", "lark", "lynx", "mole", "newt", "otter", "owl", "perch", "robin", "seal", "stork", "swan", "trout", "wren"];

    /// <summary>The same run has the same name: drawn from the random part of its id.</summary>
    public static string For(RunId run)
    {
        Span<byte> bytes = stackalloc byte[16];
        run.Value.TryWriteBytes(bytes);
        var random = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]) >> 8;
        return $"{adjectives[random % 30]}-{nouns[random / 30 % 30]}-{random / 900 % 1000}";
    }
}
