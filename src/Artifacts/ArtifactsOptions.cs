namespace Takt.Artifacts;

/// <summary>Settings under <c>Takt:Artifacts</c>.</summary>
internal sealed class ArtifactsOptions
{
    /// <summary>Where blobs lie. Default: <c>artifacts</c> in home.</summary>
    public string? Folder { get; init; }

    /// <summary>The largest blob that is taken, in bytes. Default 64 GiB.</summary>
    public long LargestBlob { get; init; } = 64L << 30;

    /// <summary>The most that a project may keep, in bytes. Default: no limit.</summary>
    public long? ProjectQuota { get; init; }
}
